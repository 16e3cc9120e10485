"""Closing that is cancelled at any of its steps: nothing stays open, no caller waits forever, no task is left."""

import asyncio
from typing import Any

import anyio
import anyio.lowlevel
import attrs
import pytest

from impact_sdk import ImpactSDK, SessionClosed

from .test_any_error import WEEKLY, World, goes_on

STEPS = range(24)


@attrs.define
class ClosingWorld(World):
    """A transport that needs some steps to close, and says whether it is closed."""

    is_closed: bool = False

    async def aclose(self) -> None:
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        self.is_closed = True


@attrs.define
class Host:
    """A callback that needs some steps to end when it is cancelled."""

    was_asked: anyio.Event = attrs.field(factory=anyio.Event)
    has_ended: bool = False

    async def __call__(self, _request: object) -> None:
        self.was_asked.set()
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                for _ in range(3):
                    await anyio.lowlevel.checkpoint()
            self.has_ended = True


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("closes", ["sdk", "block", "session"])
async def test_cancelled_by_a_scope(steps: int, closes: str) -> None:
    async def closing_is_cancelled(sdk: ImpactSDK, session: Any) -> None:
        scope = anyio.CancelScope()

        async def close() -> None:
            with scope:
                await closed(sdk, session, closes)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(close)
            for _ in range(steps):
                await anyio.lowlevel.checkpoint()
            scope.cancel()

    await try_out(closes, closing_is_cancelled)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("closes", ["sdk", "block", "session"])
async def test_cancelled_by_asyncio(steps: int, closes: str) -> None:
    async def closing_is_cancelled(sdk: ImpactSDK, session: Any) -> None:
        closing = asyncio.ensure_future(closed(sdk, session, closes))
        for _ in range(steps):
            await asyncio.sleep(0)
        closing.cancel()
        await asyncio.wait([closing])

    await try_out(closes, closing_is_cancelled)


async def closed(sdk: ImpactSDK, session: Any, what: str) -> None:
    if what == "sdk":
        await sdk.aclose()
    elif what == "block":
        await sdk.__aexit__(None, None, None)
    else:
        await session.close()


async def try_out(closes: str, closing_is_cancelled: Any) -> None:
    world, host = ClosingWorld(), Host()
    outcome: list[type[BaseException]] = []

    async def launch() -> None:
        try:
            await session.launch_savehack("d1", WEEKLY)
        except SessionClosed as error:
            outcome.append(type(error))

    before = len(anyio.get_running_tasks())
    sdk = world.sdk()
    await sdk.__aenter__()
    sdk.register(account_provisioning_requested=host)
    session, other = await sdk.launch("ada"), await sdk.launch("eve")
    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(launch)
            await host.was_asked.wait()
            await closing_is_cancelled(sdk, session)
            if not world.is_closed and not outcome:  # cancelled before it had begun
                await session.close()
        if closes == "session":
            sdk.register(account_provisioning_requested=lambda _request: anyio.lowlevel.checkpoint())
            await goes_on(other)
        await sdk.aclose()
        await anyio.wait_all_tasks_blocked()

    assert world.is_closed
    assert host.has_ended
    assert outcome == [SessionClosed]
    assert len(anyio.get_running_tasks()) == before
