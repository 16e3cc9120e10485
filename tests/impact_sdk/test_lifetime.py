"""A session's life against answers written by hand: 401 in the middle of a call, cookies, clocks that are wrong."""

import heapq
import itertools
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import httpx
import orjson
import pytest
import respx

from impact_sdk import (
    ConfigurationError,
    ExitReason,
    ExitRequest,
    IDTokenExpired,
    ImpactSDK,
    NotSent,
    Session,
    SessionClosed,
    TransportError,
    Unauthorized,
)

from .answers import DREAM

BASE = "https://des.example"
START = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
UNAUTHORIZED = {"errors": [{"field": "base", "errors": ["the session is unknown, or was ended"]}]}


class HandClock:
    """A clock that jumps: whoever sleeps until a moment in between wakes up afterwards."""

    def __init__(self) -> None:
        self.moment = START
        self._sleepers: list[tuple[datetime, int, anyio.Event]] = []
        self._order = itertools.count()
        self.woken = 0
        self.moments: list[Any] = []  # said instead, one after the other

    def now(self) -> datetime:
        return self.moments.pop(0) if self.moments else self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    async def sleep_until(self, moment: datetime) -> None:
        self.woken += 1
        assert self.woken < 100, "a busy loop"
        if moment > self.moment:
            event = anyio.Event()
            heapq.heappush(self._sleepers, (moment, next(self._order), event))
            await event.wait()
        else:
            await anyio.lowlevel.checkpoint()

    async def jump(self, by: timedelta) -> None:
        self.moment += by
        while self._sleepers and self._sleepers[0][0] <= self.moment:
            heapq.heappop(self._sleepers)[2].set()
        await anyio.wait_all_tasks_blocked()

    async def wake(self) -> None:
        """The steady clock says that the time has come, whatever this one says by now."""
        while self._sleepers:
            heapq.heappop(self._sleepers)[2].set()
        await anyio.wait_all_tasks_blocked()


class Host:
    """Gives tokens as it is told, and remembers."""

    def __init__(self, *tokens: Any) -> None:
        self.tokens = list(tokens)
        self.asked: list[IDTokenExpired] = []
        self.exits: list[ExitRequest] = []

    async def id_token_expired(self, request: IDTokenExpired) -> str:
        self.asked.append(request)
        token: str = self.tokens.pop(0)
        return token

    async def exit_requested(self, request: ExitRequest) -> None:
        self.exits.append(request)


def session(
    *, cookie: str = "c1", renewal: str | None = "token", user: str = "u1", max_age: int | None = None, **more: Any
) -> httpx.Response:
    """The answer to a launch."""
    settings = {"expiresAt": "2027-01-04T09:00:00Z", "renewal": renewal, **more}
    age = "" if max_age is None else f"; Max-Age={max_age}"
    return httpx.Response(
        200,
        json={"user": {"type": "User", "id": user, "externalId": "ada"}, "session": settings},
        headers={"Set-Cookie": f"impact_session={cookie}; Path=/; HttpOnly{age}"},
    )


def refused() -> httpx.Response:
    return httpx.Response(401, json=UNAUTHORIZED)


def created(**headers: str) -> httpx.Response:
    return httpx.Response(201, json={"dream": DREAM}, headers=headers)


@pytest.fixture
def des() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=BASE, assert_all_called=False) as router:
        yield router


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def sdk(clock: HandClock) -> AsyncIterator[ImpactSDK]:
    async with ImpactSDK(BASE, client_id="demo-bank", clock=clock) as sdk:
        yield sdk


def register(sdk: ImpactSDK, host: Host) -> Host:
    sdk.register(id_token_expired=host.id_token_expired, exit_requested=host.exit_requested)
    return host


async def create(session: Session) -> None:
    await session.create_dream("Bike", target_cents=1)


async def test_a_401_in_the_middle_of_a_call_is_refreshed_once_and_the_call_repeated(
    sdk: ImpactSDK, des: respx.MockRouter
) -> None:
    """It changed nothing, so it is the same intent: the same idempotency key, and another cookie."""
    host = register(sdk, Host("t2"))
    verify = des.post("/users/verify_token")
    verify.side_effect = [session(cookie="c1"), session(cookie="c2")]
    dreams = des.post("/v1/dreams")
    dreams.side_effect = [refused(), created()]
    mine = await sdk.launch("t1", locale="sv-SE", timezone="Europe/Stockholm")

    await create(mine)

    first, second = (call.request for call in dreams.calls)
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert (first.headers["cookie"], second.headers["cookie"]) == ("impact_session=c1", "impact_session=c2")
    began, again = (orjson.loads(call.request.content) for call in verify.calls)
    assert again == {**began, "token": "t2"}
    assert [(request.user_id, request.external_user_id) for request in host.asked] == [("u1", "ada")]
    assert host.exits == []


async def test_a_second_401_is_raised(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    host = register(sdk, Host("t2"))
    des.post("/users/verify_token").side_effect = [session(), session(cookie="c2")]
    des.post("/v1/dreams").side_effect = [refused(), refused()]
    mine = await sdk.launch("t1")

    with pytest.raises(Unauthorized):
        await create(mine)

    assert len(host.asked) == 1


async def test_ten_calls_that_are_refused_at_once_are_one_question(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    host = register(sdk, Host("t2"))
    des.post("/users/verify_token").side_effect = [session(), session(cookie="c2")]
    des.post("/v1/dreams").mock(
        side_effect=lambda request: refused() if request.headers["cookie"] == "impact_session=c1" else created()
    )
    mine = await sdk.launch("t1")

    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(create, mine)

    assert len(host.asked) == 1


async def test_a_call_that_hears_late_of_the_old_cookie_does_not_ask_again(
    sdk: ImpactSDK, des: respx.MockRouter
) -> None:
    host = register(sdk, Host("t2"))
    des.post("/users/verify_token").side_effect = [session(), session(cookie="c2")]
    may_answer, late = anyio.Event(), []

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["cookie"] == "impact_session=c2":
            return created()
        late.append(request)
        if len(late) == 1:
            await may_answer.wait()
        return refused()

    des.post("/v1/dreams").mock(side_effect=answer)
    mine = await sdk.launch("t1")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(create, mine)
        await anyio.wait_all_tasks_blocked()
        await create(mine)
        may_answer.set()

    assert len(host.asked) == 1


async def test_a_token_of_another_user_ends_the_session(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    host = register(sdk, Host("t2"))
    des.post("/users/verify_token").side_effect = [session(), session(user="u2", cookie="c2")]
    dreams = des.post("/v1/dreams").mock(return_value=refused())
    mine = await sdk.launch("t1")

    with pytest.raises(SessionClosed, match="another user's"):
        await create(mine)
    with pytest.raises(SessionClosed, match="another user's"):
        mine.dreams()

    await anyio.wait_all_tasks_blocked()
    assert [request.reason for request in host.exits] == [ExitReason.TOKEN_REFUSED]
    assert len(dreams.calls) == 1, "nothing is sent in the name of somebody else"


async def test_a_token_that_des_refuses_is_in_no_message(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    host = register(sdk, Host("pl4nted"))
    errors = {"errors": [{"field": "token", "errors": ["expired: pl4nted"]}]}
    des.post("/users/verify_token").side_effect = [session(), httpx.Response(422, json=errors)]
    des.post("/v1/dreams").mock(return_value=refused())
    mine = await sdk.launch("t1")

    with pytest.raises(SessionClosed, match="does not accept the new ID token") as caught:
        await create(mine)

    await anyio.wait_all_tasks_blocked()
    assert "pl4nted" not in str(caught.value) + repr(host.exits) + repr(mine)


async def test_without_a_callback_a_401_ends_the_session_and_says_what_to_register(
    sdk: ImpactSDK, des: respx.MockRouter
) -> None:
    host = Host()
    sdk.register(exit_requested=host.exit_requested)
    des.post("/users/verify_token").mock(return_value=session())
    des.post("/v1/dreams").mock(return_value=refused())
    mine = await sdk.launch("t1")

    with pytest.raises(SessionClosed, match=r"register\(id_token_expired=…\)"):
        await create(mine)

    await anyio.wait_all_tasks_blocked()
    assert [request.reason for request in host.exits] == [ExitReason.EXPIRED]


async def test_a_session_that_lives_by_activity_is_not_brought_back_by_a_token(
    sdk: ImpactSDK, des: respx.MockRouter
) -> None:
    host = register(sdk, Host("t2"))
    des.post("/users/verify_token").mock(return_value=session(renewal="activity"))
    des.post("/v1/dreams").mock(return_value=refused())
    mine = await sdk.launch("t1")

    with pytest.raises(SessionClosed, match="does not know it any more"):
        await create(mine)

    await anyio.wait_all_tasks_blocked()
    assert (host.asked, [request.reason for request in host.exits]) == ([], [ExitReason.EXPIRED])


async def test_when_des_cannot_be_reached_with_the_token_the_session_ends(
    sdk: ImpactSDK, des: respx.MockRouter
) -> None:
    host = register(sdk, Host("t2"))
    verify = des.post("/users/verify_token")
    verify.side_effect = [session(), *[httpx.ConnectError("refused")] * 8]
    des.post("/v1/dreams").mock(return_value=refused())
    mine = await sdk.launch("t1")

    with pytest.raises(SessionClosed, match="DES could not be told"):
        await create(mine)

    await anyio.wait_all_tasks_blocked()
    assert [request.reason for request in host.exits] == [ExitReason.EXPIRED]


async def test_whatever_the_hosts_transport_raises_ends_no_other_session(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    host = register(sdk, Host("t2"))
    verify = des.post("/users/verify_token")
    verify.side_effect = [session(), session(cookie="c2"), *[RuntimeError("a proxy's fault")] * 8]
    dreams = des.post("/v1/dreams")
    dreams.side_effect = [refused(), created()]
    mine, other = await sdk.launch("t1"), await sdk.launch("t3")

    with pytest.raises(SessionClosed, match=r"could not be told the new ID token .*a proxy's fault"):
        await create(mine)
    await create(other)

    await anyio.wait_all_tasks_blocked()
    assert [request.reason for request in host.exits] == [ExitReason.EXPIRED]


async def test_a_host_that_is_silent_after_a_401_has_thirty_seconds(
    sdk: ImpactSDK, des: respx.MockRouter, clock: HandClock
) -> None:
    async def be_silent(request: IDTokenExpired) -> str:
        await anyio.sleep_forever()
        return "t2"

    host = Host()
    sdk.register(id_token_expired=be_silent, exit_requested=host.exit_requested)
    des.post("/users/verify_token").mock(return_value=session())
    des.post("/v1/dreams").mock(return_value=refused())
    mine = await sdk.launch("t1")

    async def try_to_create() -> None:
        with pytest.raises(SessionClosed, match="did not answer in time"):
            await create(mine)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(try_to_create)
        await anyio.wait_all_tasks_blocked()
        await clock.jump(timedelta(seconds=29))
        assert host.exits == []
        await clock.jump(timedelta(seconds=1))

    assert [request.reason for request in host.exits] == [ExitReason.TOKEN_MISSING]


async def test_a_callback_that_calls_the_lost_session_does_not_wait_for_itself(
    sdk: ImpactSDK, des: respx.MockRouter
) -> None:
    async def look_first(request: IDTokenExpired) -> str:
        with pytest.raises(Unauthorized):
            await create(mine)
        return "t2"

    sdk.register(id_token_expired=look_first)
    des.post("/users/verify_token").side_effect = [session(), session(cookie="c2")]
    des.post("/v1/dreams").side_effect = [refused(), refused(), created()]
    mine = await sdk.launch("t1")

    await create(mine)


async def test_a_cookie_that_is_set_anew_is_the_one_that_is_sent(sdk: ImpactSDK, des: respx.MockRouter) -> None:
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


async def test_the_same_token_again_is_not_asked_for_for_ever(
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


async def test_signing_out_ends_it_here_also_when_des_cannot_be_told(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    host = register(sdk, Host())
    des.post("/users/verify_token").mock(return_value=session())
    des.delete("/v1/session").mock(side_effect=httpx.ConnectError("refused"))
    mine = await sdk.launch("t1")

    with pytest.raises(NotSent) as caught:
        await mine.sign_out()

    assert isinstance(caught.value, TransportError)
    assert "ended here" in "".join(caught.value.__notes__)
    assert [request.reason for request in host.exits] == [ExitReason.SIGNED_OUT]
    with pytest.raises(SessionClosed, match="signed out"):
        mine.dreams()


async def test_signing_out_of_a_session_that_des_has_forgotten_is_signing_out(
    sdk: ImpactSDK, des: respx.MockRouter
) -> None:
    host = register(sdk, Host("t2"))
    des.post("/users/verify_token").mock(return_value=session())
    des.delete("/v1/session").mock(return_value=refused())
    mine = await sdk.launch("t1")

    await mine.sign_out()

    assert (host.asked, [request.reason for request in host.exits]) == ([], [ExitReason.SIGNED_OUT])


async def test_signing_out_does_not_wait_for_ever_for_a_host_that_never_ends(
    sdk: ImpactSDK, des: respx.MockRouter, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    async def never_end(_request: ExitRequest) -> None:
        await anyio.sleep_forever()

    sdk.register(exit_requested=never_end)
    des.post("/users/verify_token").mock(return_value=session())
    des.delete("/v1/session").respond(204)
    mine = await sdk.launch("t1")
    signed_out: list[bool] = []

    async def sign_out() -> None:
        await mine.sign_out()
        signed_out.append(True)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sign_out)
        await anyio.wait_all_tasks_blocked()
        await clock.jump(timedelta(seconds=29))
        assert signed_out == []
        await clock.jump(timedelta(seconds=1))
        assert signed_out == [True]

    assert "exit_requested has not ended yet" in caplog.text


async def test_signing_out_returns_when_the_host_has_heard(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    host = register(sdk, Host())
    des.post("/users/verify_token").mock(return_value=session())
    des.delete("/v1/session").respond(204)
    mine = await sdk.launch("t1")

    with anyio.fail_after(10):
        await mine.sign_out()

    assert [request.reason for request in host.exits] == [ExitReason.SIGNED_OUT]


def dated(response: httpx.Response, hour: int) -> httpx.Response:
    """An answer of a server whose clock is at that hour."""
    response.headers["Date"] = f"Mon, 04 Jan 2027 {hour:02}:00:00 GMT"
    return response


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
async def test_a_date_in_whole_seconds_puts_no_end_off(
    sdk: ImpactSDK, des: respx.MockRouter, clock: HandClock, seconds: int
) -> None:
    """As near as that both clocks say the same."""
    clock.moment = START + timedelta(seconds=seconds)
    des.post("/users/verify_token").mock(return_value=dated(session(), 8))

    assert (await sdk.launch("t1")).expires_at == START + timedelta(hours=1)


async def test_a_clock_that_fails_when_the_session_is_lost_leaves_no_call_waiting(
    sdk: ImpactSDK, des: respx.MockRouter, clock: HandClock
) -> None:
    host = register(sdk, Host("t2"))
    des.post("/users/verify_token").side_effect = [session(), session(cookie="c2")]
    des.post("/v1/dreams").side_effect = [refused(), refused(), created()]
    mine = await sdk.launch("t1")
    await anyio.wait_all_tasks_blocked()

    clock.moments = [START, None]
    with pytest.raises(ConfigurationError, match=r"clock\.now\(\) is None"):
        await create(mine)
    assert clock.moments == []

    with anyio.fail_after(10):
        await create(mine)
    assert len(host.asked) == 1
