"""Each participant and purpose draws from a stream of its own."""

from datetime import datetime

from bank_app_sim import Simulation
from bank_app_sim.simulation.faults import Fault, FaultKind
from bank_app_sim.simulation.streams import Streams
from impact_sdk import Session


async def ids_at_des(session: Session) -> list[str]:
    dream = await session.create_dream("Bike", target_cents=1)
    return [session.user.id, dream.id]


async def test_one_more_id_drawn_by_the_bank_changes_no_id_of_des() -> None:
    ids = []
    for sign_ins in (0, 1):
        async with Simulation(seed=7) as simulation:
            app = simulation.bank_app("ada")
            for _ in range(sign_ins):
                await app.bank.sign_in("ada")  # the bank draws an access token
            ids.append(await ids_at_des(await app.launch()))

    assert ids[0] == ids[1]


async def test_another_phone_changes_no_wait_that_a_phone_draws() -> None:
    async def ends_at(*customers: str) -> datetime:
        async with Simulation(seed=7) as simulation:
            for customer in customers:
                session = await simulation.bank_app(customer).launch()
            await session.create_dream("Bike", target_cents=1)
            await simulation.fail(Fault(kind=FaultKind.LOST, what="GET /dreams", times=2))
            assert len([dream async for dream in session.dreams()]) == 1
            return simulation.clock.now()

    assert await ends_at("ada") == await ends_at("bo", "ada") != await ends_at("bo")


async def test_a_test_that_asks_des_changes_no_id_that_the_bank_draws() -> None:
    orders = []
    for looks in (0, 3):
        async with Simulation(seed=7) as simulation:
            for _ in range(looks):
                assert [user async for user in simulation.api.users.list()] == []
            await simulation.bank_app("ada").open_account_in_advance()
            orders.append((await simulation.state())["orders"].keys())

    assert orders[0] == orders[1] != set()


async def test_a_fork_with_the_seed_of_its_world_draws_other_ids() -> None:
    async with Simulation(seed=7) as simulation:
        before = await ids_at_des(await simulation.bank_app("ada").launch())
        snapshot = simulation.snapshot()

    async with snapshot.fork(seed=7) as fork:
        after = await ids_at_des(await fork.bank_app("bo").launch())

    assert set(before).isdisjoint(after)


async def test_what_is_started_again_draws_on() -> None:
    async with Simulation(seed=7) as simulation:
        before = await ids_at_des(await simulation.bank_app("ada").launch())
        await simulation.kill_des()
        await simulation.kill_app("ada")
        after = await ids_at_des(await simulation.bank_app("ada").launch())

    assert before[0] == after[0]  # the same user
    assert before[1] != after[1]


def test_without_a_seed_the_machine_draws() -> None:
    assert Streams(None).of("des").random() != Streams(None).of("des").random()
