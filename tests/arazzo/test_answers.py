"""What an API may answer to a step: how long it is to be left alone, and bodies that are none."""

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bank_app_sim.arazzo import DocumentError, WrongInput, run_document
from bank_app_sim.journeys.results import JourneyResult, Outcome
from bank_app_sim.simulation import START

from .shop import OPENAPI, Runner, Shop, document, found, step

pytestmark = pytest.mark.usefixtures("soon")

RETRY = {"name": "again", "type": "retry", "retryAfter": 7, "retryLimit": 3}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("60", 60),
        ("Mon, 04 Jan 2027 08:01:00 GMT", 60),
        ("Mon, 04 Jan 2027 08:01:00 -0000", 60),
        ("Mon, 04 Jan 2027 07:00:00 GMT", 0),
        ("soon", 7),
        ("", 7),
        ("-1", 7),
        ("1.5", 7),
        ("Mon, 04 Jan 99999999999999999999 08:00:00 GMT", 7),
    ],
)
async def test_retry_after_is_seconds_or_a_date(runner: Runner, header: str, seconds: float) -> None:
    assert START.isoformat() == "2027-01-04T08:00:00+00:00"
    shop = Shop([(503, None, {"Retry-After": header}), (200, {})])

    result = await runner.one(shop, document(step(onFailure=[RETRY])))

    assert result.outcome is Outcome.PASSED
    assert runner.clock.now() - START == timedelta(seconds=seconds)


@pytest.mark.parametrize("header", ["601", "9" * 400, "Wed, 01 Jan 9999 00:00:00 GMT"])
async def test_who_is_to_wait_for_long_does_not_wait_and_fails(runner: Runner, header: str) -> None:
    shop = Shop([(503, None, {"Retry-After": header}), (200, {})])

    result = await runner.one(shop, document(step(onFailure=[RETRY])))

    assert "seconds are asked for" in found(result)
    assert runner.clock.now() == START


async def test_all_waits_of_a_run_together_have_a_limit(runner: Runner) -> None:
    shop = Shop([(503, None)])
    action = {**RETRY, "retryAfter": 250, "retryLimit": 100}

    result = await runner.one(shop, document(step(onFailure=[action])))

    assert found(result) == "another 250 seconds are asked for"
    assert runner.clock.now() - START == timedelta(seconds=500)


def answered(content: bytes, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    """An API that answers each step so."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/openapi.json":
            return httpx.Response(200, json=OPENAPI)
        return httpx.Response(200, content=content, headers=headers)

    return answer


async def one_of(tmp_path: Path, api: Callable[[httpx.Request], httpx.Response]) -> JourneyResult:
    file = tmp_path / "shop.arazzo.yaml"
    file.write_text(json.dumps(document(step(outputs={"b": "$response.body"}))))
    [result] = await run_document(file, transport=httpx.MockTransport(api))
    return result


async def test_an_answer_of_which_a_little_makes_much_is_not_unpacked(tmp_path: Path) -> None:
    api = answered(gzip.compress(b"[" + b"0," * 20_000_000 + b"0]"), **{"content-encoding": "gzip"})

    assert "an answer of more than 10,000,000 bytes" in found(await one_of(tmp_path, api))


async def test_an_answer_that_cannot_be_unpacked_fails_its_step(tmp_path: Path) -> None:
    assert "none from" in found(await one_of(tmp_path, answered(b"no gzip", **{"content-encoding": "gzip"})))


@pytest.mark.parametrize(
    "content",
    [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 101 + b"]" * 101, b"no json", b'"\\ud800"', b"\xff", b"NaN"],
    ids=["lists", "objects", "101 levels", "text", "half of a character", "no UTF-8", "NaN"],
)
async def test_an_answer_that_is_no_json_is_a_text(tmp_path: Path, content: bytes) -> None:
    result = await one_of(tmp_path, answered(content, **{"content-type": "application/json; charset=klingon"}))

    assert result.outcome is Outcome.PASSED
    assert result.messages[-1]["detail"]["body"] == content.decode(errors="replace")


@pytest.mark.parametrize("text", ["\x1b[2J", "\u202e", "\x9b31m", "a\nb"])
async def test_what_others_wrote_is_made_visible_where_it_is_told(runner: Runner, text: str) -> None:
    shop = Shop([(400, text)])

    failed = await runner.one(shop, document(step(), summary=f"A {text}"))
    with pytest.raises(DocumentError) as caught:
        await runner.one(shop, json.dumps(document({**step(), text: 1})))
    with pytest.raises(WrongInput) as wrong:
        await runner.one(shop, document(step()), given={text: "1"})

    for said in (found(failed), failed.title, str(caught.value), str(wrong.value)):
        assert said.isprintable()
