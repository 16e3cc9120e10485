"""What an API may answer to a step: how long it is to be left alone, and bodies that are none."""

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bank_app_sim.journeys.arazzo import DocumentError, WrongInput, run_document
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


async def test_a_retry_after_that_is_a_date_is_by_the_servers_clock(runner: Runner) -> None:
    headers = {"Date": "Mon, 04 Jan 2027 09:00:00 GMT", "Retry-After": "Mon, 04 Jan 2027 09:00:05 GMT"}
    shop = Shop([(503, None, headers), (200, {})])

    await runner.one(shop, document(step(onFailure=[RETRY])))

    assert runner.clock.now() - START == timedelta(seconds=5)


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
    elsewhere = {"sourceDescriptions": [{"name": "shop", "url": f"http://shop.example/{text}"}]}
    with pytest.raises(DocumentError) as refused:
        await runner.one(shop, json.dumps(document(step(), root=elsewhere)))
    with pytest.raises(WrongInput) as wrong:
        await runner.one(shop, document(step()), typed={text: "1"})

    for said in (found(failed), failed.title, str(caught.value), str(refused.value), str(wrong.value)):
        assert said.isprintable()


async def test_all_cookies_of_an_answer_are_sent_on_and_none_is_shown(tmp_path: Path) -> None:
    """Whatever attributes they have: `Set-Cookie` as a whole is sent as `Cookie`."""
    cookies = [
        'impact_session=abc"d%20e f!\xe9\x80; Path=/; Secure; Partitioned; Max-Age=999999999999999',
        "second=ghi-jkl; Expires=Wed, 01 Jan 2031 00:00:00 GMT; Priority=High; SameSite=Weird",
    ]
    asked: list[httpx.Request] = []

    def api(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/openapi.json":
            return httpx.Response(200, json=OPENAPI)
        asked.append(request)
        return httpx.Response(
            200, headers=[(b"Set-Cookie", text.encode("latin-1")) for text in cookies], json={"said": "ghi-jkl"}
        )

    passed_on = {"name": "Cookie", "in": "header", "value": "$steps.list.outputs.cookie"}
    file = tmp_path / "shop.arazzo.yaml"
    first = step(outputs={"cookie": "$response.header.Set-Cookie"})
    file.write_text(json.dumps(document(first, step("second", parameters=[passed_on]))))

    [result] = await run_document(file, transport=httpx.MockTransport(api))

    assert result.outcome is Outcome.PASSED
    header = dict(asked[1].headers.raw)[b"Cookie"].decode("latin-1")
    sent = [pair.strip() for pair in header.split(";")]
    assert [pair for pair in sent if pair.partition("=")[0] in ("impact_session", "second")] == [
        'impact_session=abc"d%20e f!\xe9\x80',
        "second=ghi-jkl",
    ]
    assert "ghi-jkl" not in repr(result)
    assert "abc" not in repr(result)
