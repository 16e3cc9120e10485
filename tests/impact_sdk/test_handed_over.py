"""What the host hands over and that answers wrongly: a clock, a store, a transport, a source, tasks, a callback."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import anyio
import anyio.abc
import anyio.lowlevel
import attrs
import httpx
import pytest

from impact_sdk import (
    AccountProvisioningDeclined,
    AccountProvisioningFailed,
    ClientCredentials,
    ConfigurationError,
    ImpactAPI,
    ImpactError,
    ImpactSDK,
    MemoryReplayStore,
    ProvisioningDeclined,
    Secret,
    Session,
    SessionClosed,
    UnexpectedResponse,
    WebhookVerifier,
    Weekly,
)

from .answers import DREAM, LAUNCH, USER
from .test_webhooks import BODY, NOW, SECRET, signed

BASE = "https://des.example"

on_one_loop = pytest.mark.parametrize("anyio_backend", ["asyncio"])


class Odd(Exception):
    """Something of somebody else's, which cannot even be shown."""

    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __str__


@attrs.define
class HostClock:
    """A clock that may be wrong in one of its methods."""

    given_now: Any = NOW
    given_sleep: Any = None
    given_sleep_until: Any = None

    def now(self) -> Any:
        return self.given_now

    def sleep(self, seconds: float) -> Any:
        return self.given_sleep() if self.given_sleep else anyio.lowlevel.checkpoint()

    def sleep_until(self, moment: datetime) -> Any:
        return self.given_sleep_until() if self.given_sleep_until else anyio.sleep_forever()


def nothing() -> None: ...


def answers(request: httpx.Request) -> httpx.Response:
    """A DES with one user, who has no account."""
    paused = {**LAUNCH, "pausedAt": "2027-01-04T08:00:00Z", "pauseReason": "account_required"}
    path = request.url.path
    if path == "/users/verify_token":
        settings = {"expiresAt": "2027-01-04T09:00:00Z"}
        return httpx.Response(
            200, json={"user": USER, "session": settings}, headers={"Set-Cookie": "impact_session=a; Max-Age=3600"}
        )
    if path == "/oauth/token":
        return httpx.Response(200, json={"access_token": "t"})
    if path == "/v1/savehacks":
        return httpx.Response(200, json={"savehacks": [{"id": "s1", "type": "Weekly", "translatedName": {}}]})
    if path == "/v1/savehack-launches":
        return httpx.Response(201, json={"savehackLaunch": paused})
    if path == "/v1/dreams/busy":
        return httpx.Response(503)
    return httpx.Response(200, json={"dream": DREAM})


@asynccontextmanager
async def api(**given: Any) -> AsyncIterator[ImpactAPI]:
    credentials = ClientCredentials("demo-bank", "s3cret")
    async with ImpactAPI(BASE, auth=credentials, **{"transport": httpx.MockTransport(answers), **given}) as client:
        yield client


async def a_call(clock: Any) -> None:
    async with api(clock=clock) as client:
        await client.dreams.get("d1")


async def a_second_attempt(clock: Any) -> None:
    async with api(clock=clock) as client:
        await client.dreams.get("busy")


async def a_launch(clock: Any) -> None:
    async with ImpactSDK(BASE, client_id="a", clock=clock, transport=httpx.MockTransport(answers)) as sdk:
        await sdk.launch("t0ken")


async def a_webhook(clock: Any) -> None:
    await WebhookVerifier(SECRET, replays=None, clock=clock).check(BODY, signed(BODY))


async def a_store(clock: Any) -> None:
    store = MemoryReplayStore(clock=clock)
    await store.seen("b1", NOW)
    await store.seen("b1", NOW)


NO_MOMENTS = [None, 0, 1.5e9, "2027-01-04T08:00:00Z", datetime(2027, 1, 4, 8), date(2027, 1, 4), Odd()]  # noqa: DTZ001


@on_one_loop
@pytest.mark.parametrize("moment", NO_MOMENTS, ids=lambda moment: type(moment).__name__)
@pytest.mark.parametrize("used", [a_call, a_launch, a_webhook, a_store])
async def test_a_clock_that_tells_no_moment_is_named(used: Callable[[Any], Awaitable[None]], moment: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"clock.now\(\) is .*; give a datetime with its time zone"):
        await used(HostClock(given_now=moment))


@on_one_loop
async def test_a_clock_of_another_zone_is_as_good() -> None:
    zone = datetime.fromisoformat("2027-01-04T10:00:00+02:00")
    assert zone == NOW

    await a_webhook(HostClock(given_now=zone))


async def test_a_clock_whose_sleep_cannot_be_awaited_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"clock.sleep\(\) gave None, which cannot be awaited"):
        await a_second_attempt(HostClock(given_sleep=nothing))


@on_one_loop
async def test_without_a_clock_a_store_has_the_machines() -> None:
    store = MemoryReplayStore(clock=None)
    until = datetime.now(UTC) + timedelta(hours=1)

    assert [await store.seen("b1", until) for _ in range(2)] == [False, True]


@asynccontextmanager
async def a_session(**given: Any) -> AsyncIterator[Session]:
    sdk = ImpactSDK(BASE, client_id="a", transport=httpx.MockTransport(answers), **{"clock": HostClock(), **given})
    async with sdk:
        yield await sdk.launch("t0ken")


def raises() -> None:
    raise ZeroDivisionError("the clock's own")


@pytest.mark.parametrize(
    ("broken", "said"),
    [(nothing, "ConfigurationError: clock.sleep_until.* gave None"), (raises, "ZeroDivisionError: the clock's own")],
)
async def test_a_session_whose_clock_cannot_wait_ends_and_says_so(broken: Any, said: str) -> None:
    async with a_session(clock=HostClock(given_sleep_until=broken)) as session:
        await anyio.wait_all_tasks_blocked()

        with pytest.raises(SessionClosed, match=f"its end cannot be waited for .{said}"):
            await session.create_dream("Bike")


async def test_a_handover_whose_clock_cannot_wait_fails_and_cancels_the_callback() -> None:
    clock = HostClock()
    ended: list[bool] = []

    async def never(_request: object) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    async with ImpactSDK(BASE, client_id="a", transport=httpx.MockTransport(answers), clock=clock) as sdk:
        sdk.register(account_provisioning_requested=never)
        session = await sdk.launch("t0ken")
        await anyio.wait_all_tasks_blocked()
        clock.given_sleep_until = nothing

        with pytest.raises(ConfigurationError, match=r"clock.sleep_until\(\) gave None"):
            await session.launch_savehack("d1", Weekly(amount_cents=5, weekday=0))
        await anyio.wait_all_tasks_blocked()

        assert ended == [True]


@attrs.define
class HostStore:
    given_seen: Any = False
    is_sync: bool = False
    is_sync_forgetting: bool = False

    def seen(self, webhook_id: str, until: datetime) -> Any:
        return self.given_seen if self.is_sync else self._later(self.given_seen)

    def forget(self, webhook_id: str) -> Any:
        return None if self.is_sync_forgetting else self._later(None)

    async def _later(self, value: Any) -> Any:
        return value


@on_one_loop
@pytest.mark.parametrize("given", [True, False, None, Odd()], ids=lambda given: type(given).__name__)
async def test_a_store_that_cannot_be_awaited_is_named(given: Any) -> None:
    verifier = WebhookVerifier(SECRET, replays=HostStore(given, is_sync=True), clock=HostClock())

    with pytest.raises(ConfigurationError, match=r"replays.seen\(\) gave .*, which cannot be awaited"):
        await verifier.verify(BODY, signed(BODY))


@on_one_loop
@pytest.mark.parametrize("given", [None, 0, 1, "False", Odd()], ids=lambda given: type(given).__name__)
async def test_a_store_that_says_neither_yes_nor_no_is_named(given: Any) -> None:
    verifier = WebhookVerifier(SECRET, replays=HostStore(given), clock=HostClock())

    with pytest.raises(ConfigurationError, match=r"replays.seen\(\) is .*; give True where"):
        await verifier.verify(BODY, signed(BODY))


@on_one_loop
async def test_a_store_that_does_not_forget_is_named_and_the_receivers_own_error_kept() -> None:
    verifier = WebhookVerifier(SECRET, replays=HostStore(is_sync_forgetting=True), clock=HostClock())

    with pytest.raises(ConfigurationError, match=r"replays.forget\(\) gave None") as caught:
        async with verifier.receiving(BODY, signed(BODY)):
            raise KeyError("the receiver's own")

    assert isinstance(caught.value.__context__, KeyError)


class SyncBody(httpx.SyncByteStream):
    pass


class Pieces(httpx.AsyncByteStream):
    def __init__(self, *pieces: Any) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[Any]:
        for piece in self._pieces:
            yield piece


@attrs.define
class HostTransport:
    given: Any
    is_sync: bool = False
    given_aclose: Any = anyio.lowlevel.checkpoint

    def handle_async_request(self, request: Any) -> Any:
        return self.given if self.is_sync else self._later()

    async def _later(self) -> Any:
        return self.given

    def aclose(self) -> Any:
        return self.given_aclose()


@on_one_loop
@pytest.mark.parametrize(
    ("transport", "said"),
    [
        (
            HostTransport(httpx.Response(200), is_sync=True),
            r"handle_async_request\(\) gave .*, which cannot be awaited",
        ),
        (HostTransport(None), r"handle_async_request\(\) is None; give an httpx.Response"),
        (HostTransport(Odd()), r"handle_async_request\(\) is <.*Odd.*; give an httpx.Response"),
        (HostTransport((200, {}, b"")), r"handle_async_request\(\) is \(200.*; give an httpx.Response"),
        (HostTransport(httpx.Response(200, stream=SyncBody())), ".* an asynchronous stream"),
        (HostTransport(httpx.Response("200")), ".* a whole number as status"),  # type: ignore[arg-type]
    ],
)
async def test_a_transport_that_gives_no_response_is_named(transport: Any, said: str) -> None:
    async with api(transport=transport) as client:
        with pytest.raises(ConfigurationError, match=f"transport.{said}"):
            await client.dreams.get("d1")


@pytest.mark.parametrize("piece", ["text", None, 5, [b"x"], Odd()], ids=lambda piece: type(piece).__name__)
async def test_a_body_in_other_pieces_than_bytes_cannot_be_read(piece: Any) -> None:
    transport = HostTransport(httpx.Response(200, stream=Pieces(b"{", piece)))

    async with api(transport=transport) as client:
        with pytest.raises(UnexpectedResponse, match=f"it comes as {type(piece).__name__}, and not as bytes"):
            await client.dreams.get("d1")


@on_one_loop
async def test_a_transport_that_cannot_be_closed_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"transport.aclose\(\) gave None"):
        async with api(transport=HostTransport(None, given_aclose=nothing)):
            pass


@attrs.define
class HostSource:
    given: Any

    def random(self) -> Any:
        return self.given

    def getrandbits(self, k: int) -> Any:
        return self.given


@on_one_loop
@pytest.mark.parametrize("given", [None, "0.5", -1, 1.5, float("nan"), 2**200, Odd()])
async def test_a_source_that_gives_nothing_random_is_named(given: Any) -> None:
    async with api(source=HostSource(given)) as client:
        with pytest.raises(ConfigurationError, match=r"source.getrandbits\(128\) is .*; give a whole number"):
            await client.dreams.create(user_id="u1", name="Bike", attempts=1)
    async with api(source=HostSource(given), clock=HostClock()) as client:
        with pytest.raises(ConfigurationError, match=r"source\.(random|getrandbits).* is .*; give a"):
            await client.dreams.get("busy")


async def test_a_task_group_that_is_not_open_is_named() -> None:
    sdk = ImpactSDK(BASE, client_id="a", transport=httpx.MockTransport(answers), task_group=anyio.create_task_group())

    with pytest.raises(ConfigurationError, match=r"task_group takes no task .*; enter it before the SDK"):
        await sdk.launch("t0ken")
    await sdk.aclose()


@on_one_loop
@pytest.mark.parametrize(
    ("raised", "error"),
    [
        (Odd(), AccountProvisioningFailed),
        (ProvisioningDeclined(Odd()), AccountProvisioningDeclined),  # type: ignore[arg-type]
        (ProvisioningDeclined(5), AccountProvisioningDeclined),  # type: ignore[arg-type]
    ],
)
async def test_whatever_a_callback_raises_one_who_launches_hears_of_it(
    raised: Exception, error: type[ImpactError]
) -> None:
    async def callback(_request: object) -> None:
        raise raised

    async with ImpactSDK(BASE, client_id="a", transport=httpx.MockTransport(answers), clock=HostClock()) as sdk:
        sdk.register(account_provisioning_requested=callback)
        session = await sdk.launch("t0ken")

        with pytest.raises(error, match="paused: WeeklyLaunch l1"):
            await session.launch_savehack("d1", Weekly(amount_cents=5, weekday=0))


@on_one_loop
async def test_a_callback_that_returns_what_cannot_be_shown_is_named() -> None:
    async with ImpactSDK(BASE, client_id="a", transport=httpx.MockTransport(answers), clock=HostClock()) as sdk:
        callback: Any = lambda _request: Odd()  # noqa: E731
        sdk.register(account_provisioning_requested=callback)
        session = await sdk.launch("t0ken")

        with pytest.raises(AccountProvisioningFailed, match=r"it returned <.*Odd.*, which cannot be awaited"):
            await session.launch_savehack("d1", Weekly(amount_cents=5, weekday=0))


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("a\ud800", "half of a character"),
        ("", "an empty text"),
        (b"token", "bytes"),
        (None, "NoneType"),
        (Odd(), "Odd"),
        (Secret(""), "an empty text"),
        (Secret(5), "Secret"),
    ],
    ids=lambda each: type(each).__name__,
)
async def test_a_new_token_that_cannot_be_sent_is_none(token: Any, said: str) -> None:
    waits = iter([anyio.lowlevel.checkpoint()])
    clock = HostClock(given_sleep_until=lambda: next(waits, None) or anyio.sleep_forever())

    async def callback(_expired: object) -> Any:
        return token

    async with ImpactSDK(BASE, client_id="a", transport=httpx.MockTransport(answers), clock=clock) as sdk:
        sdk.register(id_token_expired=callback)
        session = await sdk.launch("t0ken")
        await anyio.wait_all_tasks_blocked()

        with pytest.raises(SessionClosed, match=f"id_token_expired returned {said}, and no token"):
            await session.create_dream("Bike")


@pytest.mark.parametrize("client", [httpx.AsyncClient, httpx.Client])
def test_a_client_is_no_transport_and_is_told_what_to_give(client: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"give a transport and no client.*httpx\.AsyncHTTPTransport"):
        ImpactSDK(BASE, client_id="a", transport=client())


@on_one_loop
async def test_another_kind_of_task_group_is_refused_at_once_with_the_way_out() -> None:
    async with asyncio.TaskGroup() as tasks:
        group: Any = tasks
        with pytest.raises(ConfigurationError, match=r"give one of anyio\.create_task_group\(\).*or leave it out"):
            ImpactSDK(BASE, client_id="a", task_group=group)


@on_one_loop
async def test_a_task_group_that_was_left_fails_every_call_and_none_waits_for_ever() -> None:
    async with anyio.create_task_group() as tasks:
        sdk = ImpactSDK(BASE, client_id="a", transport=httpx.MockTransport(answers), task_group=tasks)
        session = await sdk.launch("t0ken")
        tasks.cancel_scope.cancel()

    for _ in range(2):
        with pytest.raises((ConfigurationError, SessionClosed)), anyio.fail_after(10):
            await session.launch_savehack("d1", Weekly(amount_cents=5, weekday=0))
    await sdk.aclose()


@on_one_loop
async def test_an_api_within_a_block_and_a_second_block_are_refused() -> None:
    async with api() as client:
        with pytest.raises(ConfigurationError, match="open already"):
            await client.__aenter__()
        await client.dreams.get("d1")
    with pytest.raises(ConfigurationError, match="closed"):
        await client.__aenter__()
