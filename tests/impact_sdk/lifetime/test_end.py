"""When a session ends: cookies, tokens that last too short, clocks that are wrong."""

from datetime import timedelta

import anyio
import httpx
import orjson
import pytest
import respx

from impact_sdk import (
    ExitReason,
    ImpactSDK,
    SessionClosed,
)

from .host import START, HandClock, Host, create, created, dated, register, session


async def test_the_newest_cookie_is_sent(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    des.post("/users/verify_token").mock(return_value=session(renewal="activity"))
    dreams = des.post("/v1/dreams")
    dreams.side_effect = [created(**{"Set-Cookie": "impact_session=c2; Path=/"}), created()]
    mine = await sdk.launch("t1")

    await create(mine)
    await create(mine)

    assert [call.request.headers["cookie"] for call in dreams.calls] == ["impact_session=c1", "impact_session=c2"]


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
async def test_a_session_that_ends_at_the_end_of_the_calendar_goes_on(
    sdk: ImpactSDK, des: respx.MockRouter, clock: HandClock, moment: str
) -> None:
    des.post("/users/verify_token").mock(return_value=session(expiresAt=moment, maximumExpiresAt=moment, max_age=900))
    des.post("/v1/dreams").mock(return_value=created(**{"Set-Cookie": "impact_session=c2; Max-Age=9999999999"}))
    mine = await sdk.launch("t1")

    await create(mine)

    assert mine.expires_at == START + timedelta(days=400)


async def test_a_wrong_clock_of_this_machine_does_not_end_a_session(
    sdk: ImpactSDK, des: respx.MockRouter, clock: HandClock
) -> None:
    """DES says how long the cookie lasts; when that is over, this machine can tell."""
    host = register(sdk, Host())
    des.post("/users/verify_token").mock(return_value=session(expiresAt="2026-12-31T00:00:00Z", max_age=900))
    mine = await sdk.launch("t1")

    assert mine.expires_at == START + timedelta(minutes=15)
    await clock.jump(timedelta(minutes=14))
    assert host.exits == []


async def test_a_clock_that_jumps_over_the_end_ends_the_session_without_a_question(
    sdk: ImpactSDK, des: respx.MockRouter, clock: HandClock
) -> None:
    """A phone that was asleep for a day: no token in time is no session."""
    host = register(sdk, Host("t2"))
    des.post("/users/verify_token").mock(return_value=session())
    mine = await sdk.launch("t1")

    await clock.jump(timedelta(days=1))

    assert (host.asked, [request.reason for request in host.exits]) == ([], [ExitReason.EXPIRED])
    with pytest.raises(SessionClosed, match="could not be renewed in time"):
        await create(mine)


async def test_a_clock_that_is_set_back_does_not_put_off_the_question(
    sdk: ImpactSDK, des: respx.MockRouter, clock: HandClock
) -> None:
    host = register(sdk, Host("t2"))
    des.post("/users/verify_token").mock(return_value=session())
    renewed = {"session": {"expiresAt": "2027-01-04T10:00:00Z", "renewal": "token"}}
    prolong = des.patch("/v1/session").respond(200, json=renewed)
    await sdk.launch("t1")
    await anyio.wait_all_tasks_blocked()

    clock.moment -= timedelta(days=1)
    await clock.wake()

    assert (len(host.asked), prolong.call_count, host.exits) == (1, 1, [])


async def test_a_bank_that_gives_short_tokens_is_asked_at_half_time(
    sdk: ImpactSDK, des: respx.MockRouter, clock: HandClock
) -> None:
    host = register(sdk, Host("t2"))
    des.post("/users/verify_token").mock(return_value=session(expiresAt="2027-01-04T08:00:20Z"))
    renewed = {"session": {"expiresAt": "2027-01-04T08:00:30Z", "renewal": "token"}}
    prolong = des.patch("/v1/session").respond(200, json=renewed)
    mine = await sdk.launch("t1")

    await clock.jump(timedelta(seconds=9))
    assert host.asked == []
    await clock.jump(timedelta(seconds=1))

    assert [request.expires_at for request in host.asked] == [START + timedelta(seconds=20)]
    assert orjson.loads(prolong.calls.last.request.content) == {"session": {"idToken": "t2"}}
    assert mine.expires_at == START + timedelta(seconds=30)


async def test_a_host_that_repeats_the_same_token_is_not_asked_forever(
    sdk: ImpactSDK, des: respx.MockRouter, clock: HandClock
) -> None:
    host = register(sdk, Host("t1", "t1"))
    des.post("/users/verify_token").mock(return_value=session())
    unchanged = {"session": {"expiresAt": "2027-01-04T09:00:00Z", "renewal": "token"}}
    des.patch("/v1/session").respond(200, json=unchanged)
    mine = await sdk.launch("t1")

    await clock.jump(timedelta(minutes=59, seconds=30))
    await clock.jump(timedelta(seconds=29))
    assert len(host.asked) == 1
    mine.dreams()
    await clock.jump(timedelta(seconds=1))

    (request,) = host.exits
    assert request.reason is ExitReason.TOKEN_MISSING
    assert "lasts no longer" in request.explanation


async def test_a_token_that_ends_sooner_ends_the_session_sooner(
    sdk: ImpactSDK, des: respx.MockRouter, clock: HandClock
) -> None:
    host = register(sdk, Host("t2"))
    des.post("/users/verify_token").mock(return_value=session())
    shorter = {"session": {"expiresAt": "2027-01-04T08:59:45Z", "renewal": "token"}}
    des.patch("/v1/session").respond(200, json=shorter)
    await sdk.launch("t1")

    await clock.jump(timedelta(minutes=59, seconds=30))
    assert host.exits == []
    await clock.jump(timedelta(seconds=15))

    assert [request.reason for request in host.exits] == [ExitReason.TOKEN_MISSING]


@pytest.mark.parametrize("hour", [0, 7, 8, 9, 23])
@pytest.mark.parametrize("age", ["", "; Expires=Mon, 04 Jan 2027 {end:02}:20:00 GMT"])
async def test_a_session_lasts_as_long_as_des_says_however_wrong_our_clock_is(
    sdk: ImpactSDK, des: respx.MockRouter, clock: HandClock, hour: int, age: str
) -> None:
    end = f"2027-01-04T{hour:02}:20:00Z"
    begun = dated(session(expiresAt=end), hour)
    begun.headers["Set-Cookie"] = f"impact_session=c1{age.format(end=hour)}"
    des.post("/users/verify_token").mock(return_value=begun)
    host = register(sdk, Host())
    mine = await sdk.launch("t1")

    assert mine.expires_at == START + timedelta(minutes=20)
    await clock.jump(timedelta(minutes=19))
    assert (host.asked, host.exits) == ([], [])
    mine.dreams()


@pytest.mark.parametrize("hour", [7, 9])
async def test_a_renewed_session_lasts_as_long_as_des_says_however_wrong_our_clock_is(
    sdk: ImpactSDK, des: respx.MockRouter, clock: HandClock, hour: int
) -> None:
    des.post("/users/verify_token").mock(return_value=dated(session(renewal="activity", max_age=900), hour))
    settings = {"session": {"expiresAt": f"2027-01-04T{hour:02}:50:00Z", "renewal": "activity"}}
    des.post("/v1/session/keep-alive").mock(return_value=dated(httpx.Response(200, json=settings), hour))
    mine = await sdk.launch("t1")

    await mine.keep_alive()

    assert mine.expires_at == START + timedelta(minutes=50)


@pytest.mark.parametrize("seconds", [0, 1, 5])
async def test_a_date_in_whole_seconds_does_not_move_the_end(
    sdk: ImpactSDK, des: respx.MockRouter, clock: HandClock, seconds: int
) -> None:
    """The clocks are so near that they count as equal."""
    clock.moment = START + timedelta(seconds=seconds)
    des.post("/users/verify_token").mock(return_value=dated(session(), 8))

    assert (await sdk.launch("t1")).expires_at == START + timedelta(hours=1)
