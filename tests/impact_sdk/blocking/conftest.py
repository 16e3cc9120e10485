"""A `Blocking` in front of answers written by hand."""

from collections.abc import Iterator

import pytest
import respx

from impact_sdk import (
    Blocking,
    ImpactAPI,
)

from .client import make_api


@pytest.fixture
def impact(des: respx.MockRouter) -> Iterator[Blocking[ImpactAPI]]:
    with Blocking(make_api) as impact:
        yield impact
