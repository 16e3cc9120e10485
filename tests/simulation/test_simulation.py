"""What a Simulation promises to whoever writes tests with it."""

from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from bank_app_sim import ServedSimulation, Simulation, SimulationError
from bank_app_sim.server.http.ports import WrongEventLoop
from impact_sdk import AccountProvisioningRequest, Daily, LaunchState, TransactionState, Weekly


async def test_three_days_bring_account_link_and_settled_deposits(world_url: str | None) -> None:
    async with Simulation(seed=7, database=world_url) as sim:
        session = await sim.bank_app("ada").launch()
        dream = await session.create_dream("Bike", target_cents=250_000)
        launch = await session.launch_savehack(dream, Daily(amount_cents=5_000))
        assert launch.state is LaunchState.ACTIVE

        await sim.advance(timedelta(days=3))

        (account,) = [account async for account in session.accounts()]
        (dream,) = [dream async for dream in session.dreams()]
        deposits = [deposit async for deposit in session.transactions()]
        assert dream.account is not None
        assert dream.account.id == account.id
        assert {deposit.state for deposit in deposits[:-1]} == {TransactionState.SETTLED}
        assert (
            account.balance_cents
            == dream.balance_cents
            == 5_000 * len([deposit for deposit in deposits if deposit.state == TransactionState.SETTLED])
        )
        assert (await sim.ledger())["sum_cents"] == 0


async def test_a_bare_sdk_can_be_used_with_and_without_a_block() -> None:
    async def open_account(request: AccountProvisioningRequest) -> None:
        asked.append(request.external_user_id)

    asked: list[str | None] = []
    async with Simulation() as sim:
        for customer in ("ada", "bo"):
            sdk = sim.sdk()
            sdk.register(account_provisioning_requested=open_account)
            session = await sdk.launch(sim.id_token(customer))
            dream = await session.create_dream("Bike", target_cents=1)
            await session.launch_savehack(dream, Weekly(amount_cents=1, weekday=0))
        async with sim.sdk() as sdk:
            assert (await sdk.launch(sim.id_token("ada"))).user.external_id == "ada"

    assert asked == ["ada", "bo"]


async def test_time_stands_still_until_it_is_told_to_pass() -> None:
    async with Simulation() as sim:
        before = sim.clock.now()
        await (await sim.bank_app("ada").launch()).create_dream("Bike", target_cents=1)
        assert sim.clock.now() == before

        await sim.advance(timedelta(minutes=1))
        assert sim.clock.now() == before + timedelta(minutes=1)
        with pytest.raises(ValueError, match="forward only"):
            await sim.advance(timedelta(seconds=-1))


async def test_waiting_for_what_does_not_come_ends_and_says_so() -> None:
    async with Simulation() as sim:
        with pytest.raises(SimulationError, match="did not hold within 7 days"):
            await sim.until(lambda: False, within=timedelta(days=7))


async def test_an_error_in_the_block_comes_out_as_it_is() -> None:
    with pytest.raises(LookupError, match="mine"):
        async with Simulation():
            raise LookupError("mine")


SIMULATED = ["advance", "crash_backend_at", "fail", "heal", "kill_backend", "kill_des", "pending", "snapshot"]


@pytest.mark.parametrize("name", SIMULATED)
def test_a_served_world_has_nothing_that_needs_simulated_time(name: str) -> None:
    assert hasattr(Simulation, name)
    assert not hasattr(ServedSimulation, name)


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_a_world_cannot_be_served_on_trio_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(WrongEventLoop, match="on asyncio only"):
        async with ServedSimulation(data=tmp_path):
            await anyio.sleep_forever()


@pytest.mark.postgresql
@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # trio shuffles the tasks that are ready
async def test_the_same_seed_gives_the_same_trace_in_both_stores(postgresql_url: str) -> None:
    traces = []
    for database in (None, postgresql_url):
        async with Simulation(seed=7, database=database) as sim:
            session = await sim.bank_app("ada").launch()
            dream = await session.create_dream("Bike", target_cents=250_000)
            await session.launch_savehack(dream, Daily(amount_cents=5_000))
            await sim.advance(timedelta(days=3))
            traces.append(sim.trace.as_json())

    assert traces[0] == traces[1]


async def test_two_worlds_know_nothing_of_each_other() -> None:
    async with Simulation() as here, Simulation() as there:
        await here.bank_app("ada").launch()

        assert [user async for user in there.api.users.list()] == []
