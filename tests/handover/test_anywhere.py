"""An SDK that is opened in one task, used in a second and closed in a third: fixtures, notebooks, servers."""

import asyncio
from contextvars import ContextVar

import anyio
import pytest

from bank_app_sim import Simulation
from bank_app_sim.simulation import SimulationError
from impact_sdk import ConfigurationError, SavehackLaunch, SessionClosed

from .anywhere import Closing, in_its_own_task, opened
from .faults import Faults
from .host import WEEKLY, Host, asking, launched

WHO = ContextVar("who", default="nobody")


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


async def test_a_task_that_opens_it_may_be_cancelled_and_it_goes_on_for_others(simulation: Simulation) -> None:
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


def test_fixtures_may_open_and_close_it_in_separate_runs_of_one_runner() -> None:
    """pytest-asyncio does this."""
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
