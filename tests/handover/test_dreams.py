"""Where each Dream has an account of its own, the host is asked for each, right after it was created."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import anyio
import pytest

from bank_app_sim import Simulation
from impact_sdk import (
    AccountProvisioningDeclined,
    AccountProvisioningFailed,
    AccountProvisioningRequest,
    AccountProvisioningTimedOut,
    CallbackNotRegistered,
    Dream,
    HandoverError,
    LaunchState,
    ProvisioningDeclined,
    SavehackLaunch,
    Session,
    SessionClosed,
)

from .faults import Faults
from .host import WEEKLY, Host


@pytest.fixture
async def simulation(world_url: str | None) -> AsyncIterator[Simulation]:
    """A bank with an account for each Dream."""
    async with Simulation(seed=1, database=world_url, account_setup="one SharedSavings per Dream") as simulation:
        yield simulation


async def create(session: Session, name: str = "Bike") -> Dream:
    return await session.create_dream(name, target_cents=250_000, expires_at=date(2028, 6, 1))


async def test_the_request_for_a_new_dream_has_what_helps_to_choose_a_product(simulation: Simulation) -> None:
    # docs/des.md 4.3, onAccountRequested
    sdk, host = simulation.sdk(), Host()
    sdk.register(account_provisioning_requested=host)
    session = await sdk.launch(simulation.id_token("ada"))

    dream = await create(session)

    (request,) = host.asked
    assert request.dream is not None
    assert (request.dream.id, request.dream.name, request.dream.target_cents, request.dream.expires_at) == (
        dream.id,
        "Bike",
        250_000,
        date(2028, 6, 1),
    )
    assert (request.user_id, request.external_user_id) == (session.user.id, "ada")
    assert request.account_external_id == dream.id
    assert dream.provisioning_initiated_at == simulation.clock.now()
    assert session.user.provisioning_initiated_at is None


async def test_a_dream_without_name_and_target_goes_the_same_way(simulation: Simulation) -> None:
    """From the order of its account to a settled deposit, and to the state that journeys look at."""
    sdk, host = simulation.sdk(), Host()
    sdk.register(account_provisioning_requested=host)
    session = await sdk.launch(simulation.id_token("ada"))
    wish = await session.create_dream("Bike")
    bare = await simulation.api.dreams.create(user_id=session.user.id)
    cleared = await simulation.api.dreams.update(wish.id, name=None)

    launch = await session.launch_savehack(wish, WEEKLY)

    assert (wish.name, wish.target_cents) == ("Bike", None)
    assert (bare.name, bare.target_cents, cleared.name) == (None, None, None)
    assert (launch.dream.target_cents, host.asked[0].dream and host.asked[0].dream.target_cents) == (None, None)
    assert {dream.name async for dream in session.dreams()} == {None}


async def test_a_launch_for_it_starts_at_once_and_the_host_is_not_asked_again(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host()
    sdk.register(account_provisioning_requested=host)
    session = await sdk.launch(simulation.id_token("ada"))
    dream = await create(session)

    launch = await session.launch_savehack(dream, WEEKLY)

    assert launch.state is LaunchState.ACTIVE
    assert len(host.asked) == 1


async def test_each_dream_is_a_question_of_its_own(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host(waits=True)
    sdk.register(account_provisioning_requested=host)
    session = await sdk.launch(simulation.id_token("ada"))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(create, session, "Bike")
        tasks.start_soon(create, session, "Boat")
        await host.was_asked.wait()
        await anyio.wait_all_tasks_blocked()
        host.may_return.set()

    assert len({request.request_id for request in host.asked}) == 2
    assert {request.dream.name for request in host.asked if request.dream} == {"Bike", "Boat"}


async def decline(request: AccountProvisioningRequest) -> None:
    raise ProvisioningDeclined("not for a bike")


async def fail(request: AccountProvisioningRequest) -> None:
    raise LookupError("no such product")


async def be_silent(request: AccountProvisioningRequest) -> None:
    await anyio.sleep_forever()


@pytest.mark.parametrize(
    ("host", "error"),
    [
        (decline, AccountProvisioningDeclined),
        (fail, AccountProvisioningFailed),
        (be_silent, AccountProvisioningTimedOut),
        (None, CallbackNotRegistered),
    ],
    ids=["declined", "failed", "silent", "not registered"],
)
async def test_without_an_answer_the_dream_is_kept_and_a_launch_for_it_asks_again(
    simulation: Simulation, host: Host | None, error: type[HandoverError]
) -> None:
    sdk = simulation.sdk(account_provisioning_timeout=timedelta(minutes=10))
    if host is not None:
        sdk.register(account_provisioning_requested=host)
    session = await sdk.launch(simulation.id_token("ada"))
    raised: list[HandoverError] = []

    async def try_to_create() -> None:
        with pytest.raises(error) as caught:
            await create(session)
        raised.append(caught.value)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(try_to_create)
        await simulation.advance(timedelta(minutes=11))

    (dream,) = [dream async for dream in session.dreams()]
    assert raised[0].dream is not None
    assert raised[0].dream.id == dream.id
    assert raised[0].launches == ()
    assert f"the Dream {dream.id} is kept" in str(raised[0])

    willing = Host()
    sdk.register(account_provisioning_requested=willing)
    launch = await session.launch_savehack(dream, WEEKLY)

    assert launch.state is LaunchState.ACTIVE
    assert [request.dream and request.dream.id for request in willing.asked] == [dream.id]
    assert willing.asked[0].request_id == dream.account_provision_request_id


async def test_after_a_crash_the_next_process_asks_for_what_still_waits(simulation: Simulation) -> None:
    sdk = simulation.sdk()
    session = await sdk.launch(simulation.id_token("ada"))
    paused: list[SavehackLaunch] = []
    for name in ("Bike", "Boat"):
        with pytest.raises(CallbackNotRegistered) as not_asked:
            await create(session, name)
        assert not_asked.value.dream is not None
        with pytest.raises(CallbackNotRegistered) as still_not_asked:
            await session.launch_savehack(not_asked.value.dream, WEEKLY)
        paused += still_not_asked.value.launches

    restarted, host = simulation.sdk(), Host()
    restarted.register(account_provisioning_requested=host)
    session = await restarted.launch(simulation.id_token("ada"))
    started = await session.resume_paused_launches()

    assert [launch.id for launch in started] == [launch.id for launch in paused]
    assert len({request.account_external_id for request in host.asked}) == 2


async def test_an_answer_that_is_not_delivered_is_delivered_again_without_asking(simulation: Simulation) -> None:
    faults = Faults(simulation, method="PATCH", path="/v1/dreams/", times=3, fault="answer lost")
    host = Host()
    async with faults.sdk() as sdk:
        sdk.register(account_provisioning_requested=host)
        session = await sdk.launch(simulation.id_token("ada"))

        dream = await create(session)

    assert len(host.asked) == 1
    assert dream.provisioning_initiated_at is not None
    said = {body["dream"]["accountProvisionRequestId"] for body in faults.bodies}
    assert (said, len(faults.bodies)) == ({host.asked[0].request_id}, 4)


async def test_closing_the_session_cancels_the_callback(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host(waits=True)
    sdk.register(account_provisioning_requested=host)
    session = await sdk.launch(simulation.id_token("ada"))

    async def try_to_create() -> None:
        with pytest.raises(SessionClosed, match=r"the Dream .* is kept"):
            await create(session)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(try_to_create)
        await host.was_asked.wait()
        await session.close()

    assert host.was_cancelled


async def test_an_account_that_comes_while_the_callback_runs_is_not_a_failure(simulation: Simulation) -> None:
    """Rule 13: a quick bank has linked the Dream before the app's own answer is told to DES."""
    sdk, api = simulation.sdk(), simulation.api

    async def open_account_at_once(request: AccountProvisioningRequest) -> None:
        assert request.dream is not None
        account = await api.accounts.ensure(
            user_id=request.user_id, type="SharedSavings", external_id=request.account_external_id
        )
        await api.dreams.update(request.dream.id, account_id=account.id)

    sdk.register(account_provisioning_requested=open_account_at_once)
    session = await sdk.launch(simulation.id_token("ada"))

    dream = await session.create_dream("Bike", target_cents=250_000)

    assert dream.account is not None
    assert (await session.launch_savehack(dream, WEEKLY)).state is LaunchState.ACTIVE
