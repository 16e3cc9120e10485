"""An SDK that is closed in any task, by a callback, or not at all."""

import gc
import logging
from typing import Any

import anyio
import attrs
import pytest

from bank_app_sim import Simulation
from impact_sdk import ExitRequest, SessionClosed, TelemetryEvent

from .anywhere import Closing, in_its_own_task, opened
from .faults import Faults
from .host import WEEKLY, Host, asking, launched


async def test_closing_in_two_tasks_at_once_and_again_closes_once(simulation: Simulation) -> None:
    host, network = Host(waits=True), Closing(simulation)
    async with opened(network, host) as sdk:
        user = await launched(simulation, sdk)
        async with asking(user, host) as outcome, anyio.create_task_group() as tasks:
            tasks.start_soon(sdk.aclose)
            tasks.start_soon(sdk.aclose)
        await sdk.aclose()

    assert host.was_cancelled
    assert network.is_closed
    assert [type(each) for each in outcome] == [SessionClosed]


@attrs.define
class Slow:
    """Takes its time when it is cancelled."""

    may_end: anyio.Event = attrs.field(factory=anyio.Event)
    was_asked: anyio.Event = attrs.field(factory=anyio.Event)

    async def __call__(self, request: object) -> None:
        self.was_asked.set()
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await self.may_end.wait()


async def test_a_caller_that_is_cancelled_while_it_closes_leaves_nothing_open(simulation: Simulation) -> None:
    host, network = Slow(), Closing(simulation)
    async with Faults.sdk(network) as sdk:
        sdk.register(account_provisioning_requested=host)
        user = await launched(simulation, sdk)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_refused_as_closed, user)
            await host.was_asked.wait()
            with anyio.CancelScope() as closing:
                closing.cancel()
                tasks.start_soon(_soon, host.may_end)
                await sdk.aclose()

        assert closing.cancelled_caught
        assert network.is_closed


async def _soon(event: anyio.Event) -> None:
    await anyio.wait_all_tasks_blocked()
    event.set()


async def _refused_as_closed(user: Any) -> None:
    with pytest.raises(SessionClosed):
        await user.session.launch_savehack(user.dream, WEEKLY)


@pytest.mark.parametrize("callback", ["account_provisioning_requested", "exit_requested", "telemetry"])
async def test_a_callback_may_close_the_sdk(simulation: Simulation, callback: str) -> None:
    network = Closing(simulation)
    called = anyio.Event()

    async def close(_request: object) -> None:
        called.set()
        await sdk.aclose()

    async with opened(network) as sdk:
        callbacks: Any = {callback: close}
        sdk.register(**callbacks)
        user = await launched(simulation, sdk)
        with anyio.fail_after(10):
            if callback == "exit_requested":
                await user.session.sign_out()
            else:
                await _refused_as_closed(user)
            await called.wait()
            await sdk.aclose()

    assert network.is_closed


@pytest.mark.parametrize("callback", ["exit_requested", "telemetry"])
async def test_a_notice_that_closes_the_sdk_goes_on_afterwards(simulation: Simulation, callback: str) -> None:
    """For example to the page on which the user signs in."""
    went_on: list[str] = []

    async def close(request: ExitRequest | TelemetryEvent) -> None:
        await sdk.aclose()
        await anyio.lowlevel.checkpoint()
        went_on.append(type(request).__name__)

    async with opened(Closing(simulation)) as sdk:
        user = await launched(simulation, sdk)
        callbacks: Any = {callback: close}
        sdk.register(**callbacks)
        await user.session.sign_out() if callback == "exit_requested" else user.session.dreams()
        await anyio.wait_all_tasks_blocked()

    assert went_on == ["ExitRequest" if callback == "exit_requested" else "TelemetryEvent"]


async def test_a_transport_that_fails_to_close_is_an_error_for_one_caller_of_aclose(simulation: Simulation) -> None:
    class Broken(Faults):
        async def aclose(self) -> None:
            raise pytest.fail.Exception("it is stuck")

    sdk = Broken(simulation).sdk()
    await in_its_own_task(sdk.__aenter__)

    with pytest.raises(pytest.fail.Exception, match="it is stuck"):
        await sdk.aclose()
    await sdk.aclose()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("ends", ["returns", "raises", "is asked"])
def test_a_program_that_ends_without_closing_ends_quietly(
    backend: str, ends: str, caplog: pytest.LogCaptureFixture
) -> None:
    host = Host(waits=ends == "is asked")

    async def main() -> None:
        simulation = Simulation(seed=1)
        await simulation.__aenter__()
        sdk = Faults(simulation).sdk()
        sdk.register(account_provisioning_requested=host, id_token_expired=host, telemetry=host)  # type: ignore[arg-type]
        await sdk.__aenter__()
        user = await launched(simulation, sdk)
        if ends == "is asked":
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(user.session.launch_savehack, user.dream, WEEKLY)
                await host.was_asked.wait()
                tasks.cancel_scope.cancel()
        if ends == "raises":
            raise LookupError("mine")

    try:
        anyio.run(main, backend=backend)
    except LookupError as error:
        assert ends == "raises", error  # noqa: PT017
    gc.collect()

    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
