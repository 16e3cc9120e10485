"""Addresses as others may be told of them."""

import re
from pathlib import Path

import pytest
import yaml

from impact_sdk.http.routes import route, told

DOCUMENT = Path(__file__).parents[2] / "bank_app_sim" / "des" / "document" / "openapi.yaml"
PATHS = sorted(yaml.safe_load(DOCUMENT.read_text())["paths"])


@pytest.mark.parametrize("path", PATHS)
def test_the_route_of_each_operation_is_as_the_document_has_it(path: str) -> None:
    named = re.sub(r"\{\w+\}", "{id}", path)

    assert route(re.sub(r"\{\w+\}", "8c2f0a4e-1d5b", path)) == named
    assert route(route(path)) == named


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://des/v1/dreams", "https://des/v1/dreams"),
        ("https://des/v1/dreams?page=2&items=20", "https://des/v1/dreams?page=2&items=20"),
        ("https://des/v1/dreams?userId=u1&after_id=", "https://des/v1/dreams?userId=REDACTED&after_id=REDACTED"),
        (
            "https://des/v1/transfer-consents?temporaryId=a%26page%3D1",
            "https://des/v1/transfer-consents?temporaryId=REDACTED",
        ),
        ("https://des/x?%70age=1&secret", "https://des/x?page=1&secret=REDACTED"),
    ],
)
def test_a_query_says_nothing_of_anybody(url: str, said: str) -> None:
    assert told(url) == said
