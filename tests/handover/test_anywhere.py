"""An SDK that is opened in one task, used in a second and closed in a third: fixtures, notebooks, servers."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import anyio
import attrs
import pytest

from bank_app_sim import Simulation
from bank_app_sim.simulation import SimulationError
from impact_sdk import ConfigurationError, ExitRequest, ImpactSDK, SavehackLaunch, SessionClosed, TelemetryEvent

from .faults import Faults
from .host import WEEKLY, Host, asking, launched

T = TypeVar("T")

WHO = ContextVar("who", default="nobody")


async def in_its_own_task(call: Callable[[], Awaitable[T]]) -> T:
    """What a call gives in a task that has ended when this returns."""
    answers: list[T] = []

    async def run() -> None:
        answers.append(await call())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run)
    return answers[0]


@attrs.define
class Closing(Faults):
    """Knows whether it is closed."""

    is_closed: bool = False

    async def aclose(self) -> None:
        await anyio.lowlevel.checkpoint()
        self.is_closed = True


@asynccontextmanager
async def opened(network: Faults, host: Host | None = None) -> AsyncIterator[ImpactSDK]:
    sdk = network.sdk()
    sdk.register(account_provisioning_requested=host or Host())
    await in_its_own_task(sdk.__aenter__)
    yield sdk
    await sdk.aclose()


async def test_each_step_may_have_a_task_of_its_own(simulation: Simulation) -> None:
    network = Closing(simulation)
    async with opened(network) as sdk:
        user = await in_its_own_task(lambda: launched(simulation, sdk))
        launch = await in_its_own_task(lambda: user.session.launch_savehack(user.dream, WEEKLY))
        await in_its_own_task(lambda: sdk.__aexit__(None, None, None))

    assert launch.state.value == "active"
    assert network.is_closed
    with pytest.raises(SessionClosed):
        user.session.dreams()


async def test_a_world_may_be_opened_and_closed_in_different_tasks() -> None:
    simulation = Simulation(seed=1)
    await in_its_own_task(simulation.__aenter__)
    app = simulation.bank_app("ada")
    session = await in_its_own_task(app.launch)
    dream = await session.create_dream("Bike", target_cents=1)

    launch = await session.launch_savehack(dream, WEEKLY)
    await in_its_own_task(lambda: simulation.__aexit__(None, None, None))

    assert launch.state.value == "active"
    with pytest.raises(SessionClosed):
        session.dreams()


async def test_a_world_is_opened_once() -> None:
    simulation = Simulation(seed=1)
    async with simulation:
        with pytest.raises(SimulationError, match="was opened before; make another one"):
            await simulation.__aenter__()
        await simulation.bank_app("ada").launch()
    with pytest.raises(SimulationError, match="was opened before; make another one"):
        await simulation.__aenter__()


async def test_whoever_opens_it_may_be_cancelled_and_it_goes_on_for_others(simulation: Simulation) -> None:
    host = Host(waits=True)
    network = Closing(simulation)
    sdk = network.sdk()
    sdk.register(account_provisioning_requested=host)

    opener = anyio.CancelScope()

    async def open_and_stay() -> None:
        with opener:
            await sdk.__aenter__()
            await anyio.sleep_forever()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(open_and_stay)
        await anyio.wait_all_tasks_blocked()
        user = await launched(simulation, sdk)
        async with asking(user, host) as outcome:
            opener.cancel()
            await anyio.wait_all_tasks_blocked()
            host.may_return.set()

    assert not host.was_cancelled
    (launch,) = outcome
    assert isinstance(launch, SavehackLaunch)
    await sdk.aclose()


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


async def test_who_is_cancelled_while_it_closes_leaves_nothing_open(simulation: Simulation) -> None:
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
async def test_what_is_told_and_closes_the_sdk_goes_on_afterwards(simulation: Simulation, callback: str) -> None:
    """To the page on which the user signs in, say."""
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


async def test_a_callback_sees_the_context_of_the_call_that_asked(simulation: Simulation) -> None:
    seen: list[str] = []

    async def look(_request: object) -> None:
        seen.append(WHO.get())

    async with opened(Faults(simulation), Host(then=look)) as sdk:
        user = await launched(simulation, sdk)
        token = WHO.set("ada's request")
        await user.session.launch_savehack(user.dream, WEEKLY)
        WHO.reset(token)

    assert seen == ["ada's request"]


async def test_a_transport_that_fails_to_close_is_told_once_to_whoever_closes(simulation: Simulation) -> None:
    class Broken(Faults):
        async def aclose(self) -> None:
            raise pytest.fail.Exception("it is stuck")

    sdk = Broken(simulation).sdk()
    await in_its_own_task(sdk.__aenter__)

    with pytest.raises(pytest.fail.Exception, match="it is stuck"):
        await sdk.aclose()
    await sdk.aclose()


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_block_within_a_block_and_a_second_block_are_refused(simulation: Simulation) -> None:
    sdk = Faults(simulation).sdk()
    async with sdk:
        with pytest.raises(ConfigurationError, match="open already"):
            await sdk.__aenter__()
        session = await sdk.launch(simulation.id_token("ada"))
        async with session:
            with pytest.raises(ConfigurationError, match="in an `async with` already"):
                await session.__aenter__()
        with pytest.raises(SessionClosed):
            await session.__aenter__()
    with pytest.raises(ConfigurationError, match="closed; make another one"):
        await sdk.__aenter__()


def test_fixtures_open_and_close_it_around_a_test_each_in_a_run_of_one_runner() -> None:
    """As pytest-asyncio does."""
    simulation = Simulation(seed=1)
    with asyncio.Runner() as runner:
        runner.run(simulation.__aenter__())
        sdk = runner.run(Faults(simulation).sdk().__aenter__())
        sdk.register(account_provisioning_requested=Host())
        user = runner.run(launched(simulation, sdk))
        launch = runner.run(user.session.launch_savehack(user.dream, WEEKLY))
        runner.run(sdk.__aexit__(None, None, None))
        runner.run(simulation.__aexit__(None, None, None))

    assert launch.state.value == "active"


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


async def test_a_loop_that_runs_new_tasks_at_once_does_no_harm(simulation: Simulation, anyio_backend: str) -> None:
    eager = getattr(asyncio, "eager_task_factory", None)
    if eager is None or anyio_backend != "asyncio":
        return
    asyncio.get_running_loop().set_task_factory(eager)
    try:
        async with opened(Faults(simulation)) as sdk:
            user = await launched(simulation, sdk)
            launch = await user.session.launch_savehack(user.dream, WEEKLY)
    finally:
        asyncio.get_running_loop().set_task_factory(None)
    assert launch.state.value == "active"
