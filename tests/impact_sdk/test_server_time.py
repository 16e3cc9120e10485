"""Dates in answers are by the server's clock, however far that is from ours."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from impact_sdk import ImpactAPI, RateLimited, ServerError
from impact_sdk.parsing import server_time

from .answers import DREAM
from .fixed_clock import FixedClock

NOW = datetime(2027, 1, 4, 8, tzinfo=UTC)


def later(seconds: float, *, than: datetime) -> str:
    return format_datetime(than + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "at"),
    [
        ({"date": "Mon, 04 Jan 2027 09:00:00 GMT"}, NOW + timedelta(hours=1)),
        ({"date": "Mon, 04 Jan 2027 09:00:00 +0100"}, NOW),
        ({"date": " Mon, 04 Jan 2027 07:00:00 -0000 "}, NOW - timedelta(hours=1)),
        ({}, NOW),
        ({"date": ""}, NOW),
        ({"date": "yesterday"}, NOW),
        ({"date": "Mon, 99 Jan 2027 09:00:00 GMT"}, NOW),
    ],
)
def test_the_servers_time_is_its_date_or_else_ours(headers: dict[str, str], at: datetime) -> None:
    assert server_time.at(headers, NOW) == at


@given(st.text())
def test_no_date_header_breaks_the_reader(text: str) -> None:
    assert server_time.at({"date": text}, NOW).tzinfo is not None


@pytest.mark.parametrize("hours", [-1, 0, 1, 24 * 365])
async def test_a_retry_after_that_is_a_date_is_as_long_whatever_our_clock_says(
    api: ImpactAPI, des: respx.MockRouter, clock: FixedClock, hours: int
) -> None:
    its_clock = clock.now() + timedelta(hours=hours)
    headers = {"Date": later(0, than=its_clock), "Retry-After": later(7, than=its_clock)}
    des.get("/v1/dreams/d1").side_effect = [
        httpx.Response(503, headers=headers),
        httpx.Response(200, json={"dream": DREAM}),
    ]

    await api.dreams.get("d1")

    assert clock.slept == [7]


async def test_a_retry_after_that_has_passed_does_not_bring_all_attempts_at_once(
    api: ImpactAPI, des: respx.MockRouter, clock: FixedClock
) -> None:
    des.get("/v1/dreams/d1").respond(503, headers={"Retry-After": later(-3600, than=clock.now())})

    with pytest.raises(ServerError):
        await api.dreams.get("d1")

    assert [seconds >= 0.25 for seconds in clock.slept] == [True, True]


@pytest.mark.parametrize("reset", ["1799056890", "Mon, 04 Jan 2027 10:01:30 GMT", "2027-01-04T10:01:30Z", "90"])
async def test_a_rate_limit_and_its_error_count_by_the_servers_clock(
    api: ImpactAPI, des: respx.MockRouter, reset: str
) -> None:
    headers = {
        "Date": "Mon, 04 Jan 2027 10:00:00 GMT",
        "Retry-After": "Mon, 04 Jan 2027 10:01:30 GMT",
        "X-RateLimit-Reset": reset,
    }
    des.get("/v1/dreams/d1").respond(429, headers=headers)

    with api.replies() as replies, pytest.raises(RateLimited) as caught:
        await api.dreams.get("d1")

    assert caught.value.retry_after == replies[-1].retry_after == 90
    assert caught.value.rate_limit is not None
    assert caught.value.rate_limit.reset_seconds == 90


async def test_a_reply_says_what_it_answers(api: ImpactAPI, des: respx.MockRouter) -> None:
    des.get("/v1/dreams").respond(200, json={"dreams": [DREAM]})

    with api.replies() as replies:
        [_ async for _ in api.dreams.list(user_id="u1")]

    assert [(reply.method, reply.path) for reply in replies] == [("GET", "/v1/dreams")]
