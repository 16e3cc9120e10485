"""When the host is asked, and what each answer does (docs/handover.md, rules 1 to 7), through HTTP."""

import asyncio
from datetime import timedelta

import anyio
import pytest

from bank_app_sim import Simulation
from impact_sdk import (
    AccountProvisioningDeclined,
    AccountProvisioningFailed,
    AccountProvisioningRequest,
    AccountProvisioningTimedOut,
    LaunchState,
    ProvisioningDeclined,
    SavehackLaunch,
    TransactionState,
)

from ..contract.callbacks import register
from .host import WEEKLY, Host, asking, launched


async def test_01_the_callback_is_called_when_a_launch_is_paused_because_there_is_no_account(
    simulation: Simulation,
) -> None:
    sdk, host = simulation.sdk(), Host()
    register(sdk, account_provisioning_requested=host)
    user = await launched(simulation, sdk)

    await user.session.launch_savehack(user.dream, WEEKLY)

    (request,) = host.asked
    assert (request.user_id, request.external_user_id) == (user.session.user.id, "ada")
    assert request.account_external_id
    assert request.dream is None


async def test_01_the_callback_is_not_called_when_provisioning_is_initiated(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host()
    register(sdk, account_provisioning_requested=host)
    user = await launched(simulation, sdk)
    await user.session.launch_savehack(user.dream, WEEKLY)

    again = await user.session.launch_savehack(user.dream, WEEKLY)

    assert again.state is LaunchState.ACTIVE
    assert len(host.asked) == 1


async def test_01_the_callback_is_not_called_when_there_is_an_account(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host()
    register(sdk, account_provisioning_requested=host)
    user = await launched(simulation, sdk)
    await user.account_is_posted()

    launch = await user.session.launch_savehack(user.dream, WEEKLY)

    assert launch.state is LaunchState.ACTIVE
    assert host.asked == []


async def test_02_ten_launches_at_once_are_one_call_and_all_start(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host(waits=True)
    register(sdk, account_provisioning_requested=host)
    user = await launched(simulation, sdk)
    launches: list[SavehackLaunch] = []

    async def launch() -> None:
        launches.append(await user.session.launch_savehack(user.dream, WEEKLY))

    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(launch)
        await anyio.wait_all_tasks_blocked()
        host.may_return.set()

    assert len(host.asked) == 1
    assert [launch.state for launch in launches] == [LaunchState.ACTIVE] * 10
    await user.account_is_posted()
    assert len(await user.posted_accounts()) == 1


async def test_02_two_sessions_of_one_user_share_the_call(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host(waits=True)
    register(sdk, account_provisioning_requested=host)
    user = await launched(simulation, sdk)
    other = await launched(simulation, sdk)

    async with asking(user, host) as first, asking(other, host) as second:
        await anyio.wait_all_tasks_blocked()
        host.may_return.set()

    assert len(host.asked) == 1
    for (launch,) in (first, second):
        assert isinstance(launch, SavehackLaunch)
        assert launch.state is LaunchState.ACTIVE
    assert other.session.user.provisioning_initiated_at is not None


async def test_03_when_it_returns_deposits_are_prepared_and_no_account_is_claimed(simulation: Simulation) -> None:
    sdk = simulation.sdk()
    register(sdk, account_provisioning_requested=Host())
    user = await launched(simulation, sdk)

    launch = await user.session.launch_savehack(user.dream, WEEKLY)

    (deposit,) = [transaction async for transaction in user.session.transactions()]
    assert launch.state is LaunchState.ACTIVE
    assert (deposit.state, deposit.amount_cents, deposit.to_account) == (TransactionState.REQUESTED, 5_000, None)
    assert user.session.user.provisioning_initiated_at == simulation.clock.now()
    assert [account async for account in user.session.accounts()] == []


async def test_04_when_it_raises_every_waiter_gets_the_failure_and_the_next_launch_asks_again(
    simulation: Simulation,
) -> None:
    async def fail(request: AccountProvisioningRequest) -> None:
        raise LookupError("no such branch")

    sdk, host = simulation.sdk(), Host(waits=True, then=fail)
    registration = register(sdk, account_provisioning_requested=host)
    user = await launched(simulation, sdk)

    async with asking(user, host) as first, asking(user, host) as second:
        await anyio.wait_all_tasks_blocked()
        host.may_return.set()

    for (error,) in (first, second):
        assert isinstance(error, AccountProvisioningFailed)
        assert isinstance(error.__cause__, LookupError)
        assert "no such branch" in str(error)
        assert len(error.launches) == 2
    assert await user.states() == ["paused", "paused"]

    registration.remove()
    willing = Host()
    register(sdk, account_provisioning_requested=willing)
    await user.session.launch_savehack(user.dream, WEEKLY)
    assert [request.request_id for request in willing.asked] == [host.asked[0].request_id]
    assert await user.states() == ["active"] * 3


@pytest.mark.parametrize("in_a_task_group", [False, True])
async def test_05_when_the_user_declines_the_waiter_gets_the_reason(
    simulation: Simulation, in_a_task_group: bool
) -> None:
    async def decline(request: AccountProvisioningRequest) -> None:
        if not in_a_task_group:
            raise ProvisioningDeclined("changed my mind")
        async with anyio.create_task_group():
            raise ProvisioningDeclined("changed my mind")

    sdk = simulation.sdk()
    register(sdk, account_provisioning_requested=decline)
    user = await launched(simulation, sdk)

    with pytest.raises(AccountProvisioningDeclined, match="changed my mind") as caught:
        await user.session.launch_savehack(user.dream, WEEKLY)

    assert caught.value.reason == "changed my mind"
    assert [launch.state for launch in caught.value.launches] == [LaunchState.PAUSED]
    assert await user.states() == ["paused"]
    assert [transaction async for transaction in user.session.transactions()] == []


async def test_06_a_silent_callback_is_cancelled_after_the_limit(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(account_provisioning_timeout=timedelta(minutes=10)), Host(waits=True)
    register(sdk, account_provisioning_requested=host)
    user = await launched(simulation, sdk)

    async with asking(user, host) as outcome:
        await simulation.advance(timedelta(minutes=9))
        assert outcome == []
        await simulation.advance(timedelta(minutes=2))

    (error,) = outcome
    assert isinstance(error, AccountProvisioningTimedOut)
    assert "0:10:00" in str(error)
    assert host.was_cancelled
    assert await user.states() == ["paused"]


async def test_06_after_a_time_out_the_next_launch_asks_again(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(account_provisioning_timeout=timedelta(minutes=10)), Host(waits=True)
    register(sdk, account_provisioning_requested=host)
    user = await launched(simulation, sdk)
    async with asking(user, host):
        await simulation.advance(timedelta(minutes=11))

    host.may_return.set()
    launch = await user.session.launch_savehack(user.dream, WEEKLY)

    assert launch.state is LaunchState.ACTIVE
    assert len({request.request_id for request in host.asked}) == 1


async def test_06_a_late_answer_still_counts(simulation: Simulation) -> None:
    """The order at the bank is shielded from the cancellation, and goes through."""

    async def too_late(request: AccountProvisioningRequest) -> None:
        with anyio.CancelScope(shield=True):
            await late.wait()

    late = anyio.Event()
    sdk, host = simulation.sdk(account_provisioning_timeout=timedelta(minutes=10)), Host(then=too_late)
    register(sdk, account_provisioning_requested=host)
    user = await launched(simulation, sdk)
    async with asking(user, host) as outcome:
        await simulation.advance(timedelta(minutes=11))
    assert isinstance(outcome[0], AccountProvisioningTimedOut)

    with pytest.raises(AccountProvisioningTimedOut, match="still has not ended"):
        await user.session.launch_savehack(user.dream, WEEKLY)
    late.set()
    await anyio.wait_all_tasks_blocked()

    assert await user.states() == ["active", "active"]
    assert len(host.asked) == 1


async def test_07_a_cancelled_waiter_does_not_take_the_call_with_it(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host(waits=True)
    register(sdk, account_provisioning_requested=host)
    user = await launched(simulation, sdk)

    async with anyio.create_task_group() as impatient:
        impatient.start_soon(user.session.launch_savehack, user.dream, WEEKLY)
        await host.was_asked.wait()
        async with asking(user, host) as outcome:
            await anyio.wait_all_tasks_blocked()
            impatient.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                await anyio.wait_all_tasks_blocked()
                host.may_return.set()
                await anyio.wait_all_tasks_blocked()

    assert not host.was_cancelled
    assert await user.states() == ["active", "active"]
    assert outcome == [] or isinstance(outcome[0], SavehackLaunch)


async def test_07_with_no_waiter_left_the_answer_is_still_applied(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host(waits=True)
    register(sdk, account_provisioning_requested=host)
    user = await launched(simulation, sdk)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(user.session.launch_savehack, user.dream, WEEKLY)
        await host.was_asked.wait()
        tasks.cancel_scope.cancel()

    host.may_return.set()
    await anyio.wait_all_tasks_blocked()

    assert not host.was_cancelled
    assert await user.states() == ["active"]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_04_a_callback_whose_own_task_was_cancelled_has_failed(simulation: Simulation) -> None:
    """On trio no task can cancel another one that it does not own."""

    async def await_a_cancelled_task(request: AccountProvisioningRequest) -> None:
        task = asyncio.ensure_future(anyio.sleep_forever())
        task.cancel()
        await task

    sdk = simulation.sdk()
    register(sdk, account_provisioning_requested=await_a_cancelled_task)
    user = await launched(simulation, sdk)

    with pytest.raises(AccountProvisioningFailed, match="CancelledError"):
        await user.session.launch_savehack(user.dream, WEEKLY)
