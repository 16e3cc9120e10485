"""What the SDK logs: an event and fields in each record, no secret in any, and a variable that shows it."""

import ast
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

import impact_sdk
from impact_sdk import ClientCredentials, ConfigurationError, ImpactAPI, ImpactError, NotFound, logs

from .answers import DREAM
from .conftest import BASE
from .fixed_clock import FixedClock

ROOT = Path(impact_sdk.__file__).parent
DOCUMENT = (ROOT.parent / "bank_app_sim" / "docs" / "observability.md").read_text()
DOCUMENTED = {
    event: (level, set(re.findall(r"`(\w+)`", names)))
    for event, level, names in re.findall(r"^\| `([a-z_.]+)` \| (\w+) \|(.*)\|$", DOCUMENT, flags=re.MULTILINE)
}
LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "exception": "error"}


def logged() -> Iterator[tuple[str, str, set[str]]]:
    """Each place that logs: the event, the level, the fields."""
    for path in ROOT.rglob("*.py"):
        tree = ast.parse(path.read_text())
        named = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for call in named:
            if not (isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "logger"):
                continue
            if call.func.attr not in LEVELS:
                continue
            [extra] = [keyword.value for keyword in call.keywords if keyword.arg == "extra"]
            if isinstance(extra, ast.Name):  # made before, where the level is on
                wanted = extra.id
                [extra] = [
                    node.value
                    for node in ast.walk(tree)
                    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == wanted
                ]
            assert isinstance(extra, ast.Call)
            assert isinstance(extra.args[0], ast.Constant)
            yield str(extra.args[0].value), LEVELS[call.func.attr], {*_names(extra, tree)}


def _names(extra: ast.Call, tree: ast.Module) -> Iterator[str]:
    """The fields: keywords, and the keys of what a function of the same file gives (`**about(…)`)."""
    for keyword in extra.keywords:
        if keyword.arg is not None:
            yield keyword.arg
            continue
        assert isinstance(keyword.value, ast.Call)
        wanted = ast.unparse(keyword.value.func)
        [function] = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == wanted]
        [given] = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
        assert isinstance(given, ast.Dict)
        yield from (str(key.value) for key in given.keys if isinstance(key, ast.Constant))


def test_whatever_is_logged_is_documented_with_its_level_and_fields() -> None:
    assert {event: (level, names) for event, level, names in logged()} == DOCUMENTED


def test_no_field_has_a_name_of_loggings_own() -> None:
    logging.getLogger("impact_sdk").makeRecord("a", 10, "b", 1, "c", (), None, extra=logs.fields("e", name=1, msg=2))


@pytest.fixture
def records(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG, "impact_sdk")
    return caplog


async def test_a_request_is_logged_with_its_fields(
    api: ImpactAPI, des: respx.MockRouter, records: pytest.LogCaptureFixture
) -> None:
    des.get("/v1/dreams/d1").side_effect = [httpx.Response(503), httpx.Response(200, json={"dream": DREAM})]

    await api.dreams.get("d1")

    said: list[dict[str, Any]] = [record.__dict__ for record in records.records]
    assert [record["impact_event"] for record in said] == [
        "request.answered",
        "request.answered",
        "request.retried",
        "request.answered",
    ]
    assert (said[1]["impact_path"], said[1]["impact_status"]) == ("/v1/dreams/d1", 503)
    assert (said[2]["impact_attempt"], said[2]["impact_status"], said[2]["impact_error"]) == (1, 503, None)


@pytest.mark.parametrize(
    ("failure", "reason", "error"),
    [
        (httpx.Response(503, text="under repair"), "was refused with 503", None),
        (httpx.ConnectError("refused"), "refused", "NotSent"),
        (httpx.ReadError("reset"), "reset", "OutcomeUnknown"),
    ],
    ids=lambda each: type(each).__name__,
)
async def test_each_attempt_that_failed_is_logged_with_its_reason_the_last_one_too(
    api: ImpactAPI, des: respx.MockRouter, records: pytest.LogCaptureFixture, failure: Any, reason: str, error: str
) -> None:
    des.get("/v1/dreams/d1").mock(side_effect=[failure, failure])

    with pytest.raises(ImpactError):
        await api.dreams.get("d1", attempts=2)

    told = [record for record in records.records if "attempt" in record.getMessage()]
    assert [record.__dict__["impact_event"] for record in told] == ["request.retried", "request.failed"]
    assert [record.__dict__["impact_error"] for record in told] == [error, error]
    assert all(reason in record.getMessage() for record in told)


async def test_no_secret_is_logged(des: respx.MockRouter, records: pytest.LogCaptureFixture) -> None:
    """What a query has is good for one call, or says who somebody is."""
    des.post("/oauth/token").respond(200, json={"access_token": "acc3ss-t0ken"})
    des.get("/v1/transfer-consents").respond(404)
    credentials = ClientCredentials("demo-bank", "cl1ent-s3cret")

    async with ImpactAPI(BASE, auth=credentials, clock=FixedClock()) as api:
        with pytest.raises(NotFound):
            await api.transfer_consents.get("0ne-time")

    everything = "".join(f"{record.getMessage()} {record.__dict__}" for record in records.records)
    assert "/v1/transfer-consents?temporaryId=REDACTED answered 404" in everything
    assert [secret for secret in ("acc3ss-t0ken", "cl1ent-s3cret", "0ne-time") if secret in everything] == []


def test_a_level_that_there_is_not_is_told_when_a_client_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMPACT_SDK_LOG", "loud")

    with pytest.raises(ConfigurationError, match="IMPACT_SDK_LOG is 'loud'; give debug or info"):
        ImpactAPI(BASE, auth=ClientCredentials("a", "b"))


PROGRAM = f"""
import logging, impact_sdk
{{setup}}
for _ in range(2):
    impact_sdk.ImpactAPI("{BASE}", auth=impact_sdk.ClientCredentials("a", "b"))
logging.getLogger("impact_sdk").debug("said")
"""


@pytest.mark.parametrize(
    ("level", "setup", "said"),
    [
        ("debug", "", 1),
        ("DEBUG", "logging.basicConfig()", 1),
        ("info", "", 0),
        ("", "", 0),
    ],
)
def test_the_variable_shows_the_log_once(level: str, setup: str, said: int) -> None:
    environment = {"IMPACT_SDK_LOG": level, "PATH": ""}
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(setup=setup)], env=environment, capture_output=True, text=True, check=True
    )

    assert ended.stderr.count("said") == said
