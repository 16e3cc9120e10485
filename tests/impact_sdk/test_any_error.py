"""Whatever is raised by what the host hands over, of whatever class: that user hears of it, and nobody else."""

import contextlib
import gc
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import anyio.lowlevel
import attrs
import httpx
import pytest

from impact_sdk import AccountProvisioningFailed, CallbackNotRegistered, ImpactSDK, Session, SessionClosed, Weekly

from .answers import DREAM, LAUNCH, USER

BASE = "https://des.example"
NOW = datetime(2027, 1, 4, 8, tzinfo=UTC)
WEEKLY = Weekly(amount_cents=5, weekday=0)


class OfTheHost(BaseException):
    """A framework's own."""


async def cancelled() -> BaseException:
    """What somebody kept who was cancelled."""
    kept: list[BaseException] = []
    with anyio.CancelScope() as scope:
        scope.cancel()
        try:
            await anyio.lowlevel.checkpoint()
        except BaseException as error:
            kept.append(error)
            raise
    return kept[0]


ERRORS: Sequence[Callable[[], BaseException]] = [
    lambda: pytest.fail.Exception("stop"),
    lambda: pytest.skip.Exception("stop"),
    lambda: pytest.exit.Exception("stop"),
    lambda: OfTheHost("stop"),
    lambda: GeneratorExit("stop"),
    lambda: StopAsyncIteration("stop"),
    lambda: BaseExceptionGroup("stop", [OfTheHost("stop")]),
    lambda: BaseExceptionGroup("stop", [ValueError("x"), pytest.fail.Exception("stop")]),
]
NAMES = ["failed", "skipped", "exit", "own", "generator exit", "stop", "group", "mixed group"]

any_error = pytest.mark.parametrize("make", ERRORS, ids=NAMES)


@attrs.define
class World:
    """A DES with two users, ada and eve, of whom ada's launch waits for an account; and a clock that a test moves."""

    refuses: set[str] = attrs.field(factory=set)
    raises: dict[str, BaseException] = attrs.field(factory=dict)
    moment: datetime = NOW
    moved: anyio.Event = attrs.field(factory=anyio.Event)
    clock_raises: BaseException | None = None

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        await anyio.lowlevel.checkpoint()

    async def sleep_until(self, moment: datetime) -> None:
        while self.moment < moment:
            await self.moved.wait()
            if self.clock_raises is not None:
                error, self.clock_raises = self.clock_raises, None
                raise error

    def move(self, by: timedelta) -> None:
        self.moment += by
        self.moved.set()
        self.moved = anyio.Event()

    async def aclose(self) -> None: ...

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path in self.raises:
            raise self.raises[path]
        if path == "/users/verify_token":
            user = "u1" if b"ada" in request.content else "u2"
            cookie = {"Set-Cookie": f"impact_session={user}"}
            body = {"user": {**USER, "id": user}, "session": {"expiresAt": "2027-01-04T09:00:00Z", "renewal": "token"}}
            return httpx.Response(200, json=body, headers=cookie)
        if request.headers["Cookie"].partition("=")[2] in self.refuses:
            return httpx.Response(401)
        if path == "/v1/savehacks":
            return httpx.Response(200, json={"savehacks": [{"id": "s1", "type": "Weekly", "translatedName": {}}]})
        if path == "/v1/savehack-launches" and request.method == "GET":
            return httpx.Response(200, json={"savehackLaunches": [LAUNCH]})
        if path == "/v1/savehack-launches":
            paused = {**LAUNCH, "pausedAt": "2027-01-04T08:00:00Z", "pauseReason": "account_required"}
            return httpx.Response(201, json={"savehackLaunch": paused})
        if path.startswith("/v1/users/"):
            return httpx.Response(200, json={"user": USER})
        return httpx.Response(200, json={"dream": DREAM})

    def sdk(self) -> ImpactSDK:
        return ImpactSDK(BASE, client_id="a", transport=self, clock=self)


async def goes_on(session: Session) -> None:
    """Eve's session does all that a session does, and the SDK takes another one."""
    with anyio.fail_after(10):
        await session.create_dream("Bike")
        launch = await session.launch_savehack("d1", WEEKLY)
    assert launch.id == "l1"


def raising(error: BaseException) -> Callable[[Any], Any]:
    async def callback(request: Any) -> None:
        if request.user_id == "u1":
            await anyio.lowlevel.checkpoint()
            raise error

    return callback


@any_error
@pytest.mark.parametrize("when", ["at once", "awaited"])
async def test_a_handover_that_fails_with_anything_fails_its_user_alone(
    make: Callable[[], BaseException], when: str
) -> None:
    error = make()

    def at_once(request: Any) -> Any:
        if request.user_id == "u1":
            raise error
        return anyio.lowlevel.checkpoint()

    async with World().sdk() as sdk:
        ada, eve = await sdk.launch("ada"), await sdk.launch("eve")
        sdk.register(account_provisioning_requested=at_once if when == "at once" else raising(error))
        with pytest.raises(AccountProvisioningFailed, match=f"failed with {type(error).__name__}.*paused:") as caught:
            await ada.launch_savehack("d1", WEEKLY)
        await goes_on(eve)
        with pytest.raises(AccountProvisioningFailed):
            await ada.launch_savehack("d1", WEEKLY)

    assert caught.value.__cause__ is error


async def test_a_cancellation_that_somebody_kept_and_raises_by_hand_is_a_failure_like_another() -> None:
    async with World().sdk() as sdk:
        ada, eve = await sdk.launch("ada"), await sdk.launch("eve")
        sdk.register(account_provisioning_requested=raising(await cancelled()))
        with pytest.raises(AccountProvisioningFailed, match="failed with Cancelled"):
            await ada.launch_savehack("d1", WEEKLY)
        await goes_on(eve)


@any_error
async def test_a_token_callback_that_fails_with_anything_ends_its_users_session_alone(
    make: Callable[[], BaseException],
) -> None:
    world, error = World(), make()
    async with world.sdk() as sdk:
        ada, eve = await sdk.launch("ada"), await sdk.launch("eve")
        sdk.register(id_token_expired=raising(error), account_provisioning_requested=raising(error))
        world.refuses.add("u1")
        with pytest.raises(SessionClosed, match=f"id_token_expired failed with {type(error).__name__}"):
            await ada.create_dream("Bike")
        await goes_on(eve)


@any_error
@pytest.mark.parametrize("keyword", ["exit_requested", "telemetry"])
async def test_a_notice_that_fails_with_anything_is_logged_and_nobody_hears_of_it(
    make: Callable[[], BaseException], keyword: str, caplog: pytest.LogCaptureFixture
) -> None:
    error = make()
    async with World().sdk() as sdk:
        ada, eve = await sdk.launch("ada"), await sdk.launch("eve")
        callbacks: Any = {keyword: raising(error), "account_provisioning_requested": raising(error)}
        sdk.register(**callbacks)
        await ada.create_dream("Bike")
        await ada.sign_out()
        await anyio.wait_all_tasks_blocked()
        await goes_on(eve)

    (record,) = [each for each in caplog.records if each.getMessage() == f"{keyword} failed"]
    assert record.exc_info is not None
    assert record.exc_info[1] is error


@any_error
async def test_a_clock_that_fails_with_anything_ends_no_other_session(make: Callable[[], BaseException]) -> None:
    world = World()
    async with world.sdk() as sdk:
        ada = await sdk.launch("ada")
        await anyio.wait_all_tasks_blocked()
        world.clock_raises = make()
        world.move(timedelta(seconds=1))
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(SessionClosed, match="the clock cannot wait for its end"):
            ada.dreams()
        sdk.register(account_provisioning_requested=raising(OfTheHost()))
        await goes_on(await sdk.launch("eve"))


@any_error
@pytest.mark.parametrize("path", ["/v1/users/u1", "/users/verify_token"])
async def test_a_transport_that_fails_with_anything_in_the_background_ends_no_other_session(
    make: Callable[[], BaseException], path: str
) -> None:
    world = World()

    async def token(_expired: object) -> str:
        return "ada again"

    async with world.sdk() as sdk:
        ada, eve = await sdk.launch("ada"), await sdk.launch("eve")
        sdk.register(account_provisioning_requested=raising(OfTheHost()), id_token_expired=token)
        if path == "/users/verify_token":
            world.refuses.add("u1")
        else:
            sdk.register(account_provisioning_requested=lambda _request: anyio.lowlevel.checkpoint())
        world.raises[path] = make()
        with anyio.fail_after(10), pytest.raises(BaseException):  # noqa: B017, PT011  # whatever the transport raises
            await ada.launch_savehack("d1", WEEKLY)
        await goes_on(eve)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3)], ids=["interrupt", "exit"])
def test_what_ends_the_program_ends_it(backend: str, error: BaseException) -> None:
    async def main() -> None:
        async with World().sdk() as sdk:
            ada = await sdk.launch("ada")
            sdk.register(account_provisioning_requested=raising(error))
            await ada.launch_savehack("d1", WEEKLY)

    with pytest.raises(type(error)) as caught:
        anyio.run(main, backend=backend)
    assert caught.value is error


@pytest.mark.parametrize("keyword", ["account_provisioning_requested", "telemetry", "exit_requested"])
def test_what_ends_the_program_ends_it_whatever_a_server_does_with_its_requests(
    keyword: str, caplog: pytest.LogCaptureFixture
) -> None:
    error = SystemExit(3)

    async def main() -> None:
        async with World().sdk() as sdk:
            ada = await sdk.launch("ada")
            callbacks: Any = {keyword: raising(error)}
            sdk.register(**callbacks)
            with contextlib.suppress(SystemExit, CallbackNotRegistered):
                await ada.launch_savehack("d1", WEEKLY)
            with contextlib.suppress(SystemExit):
                await ada.sign_out()
            await anyio.sleep_forever()

    with pytest.raises(SystemExit) as caught:
        anyio.run(main)
    gc.collect()
    assert caught.value is error
    assert caplog.messages == []
