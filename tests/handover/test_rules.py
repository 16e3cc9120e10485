"""The rules of the handover (DESIGN, section 5), one by one, through HTTP against the sandbox."""

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
    CallbackNotRegistered,
    LaunchState,
    ProvisioningDeclined,
    SavehackLaunch,
    SessionClosed,
    TransactionState,
)

from .faults import Faults
from .host import WEEKLY, Host, asking, launched


async def test_01_the_callback_is_called_when_a_launch_is_paused_for_want_of_an_account(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host()
    sdk.register(account_provisioning_requested=host)
    user = await launched(simulation, sdk)

    await user.session.launch_savehack(user.dream, WEEKLY)

    (request,) = host.asked
    assert (request.user_id, request.external_user_id) == (user.session.user.id, "ada")
    assert request.account_external_id
    assert request.dream is None


async def test_01_the_callback_is_not_called_when_provisioning_is_initiated(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host()
    sdk.register(account_provisioning_requested=host)
    user = await launched(simulation, sdk)
    await user.session.launch_savehack(user.dream, WEEKLY)

    again = await user.session.launch_savehack(user.dream, WEEKLY)

    assert again.state is LaunchState.ACTIVE
    assert len(host.asked) == 1


async def test_01_the_callback_is_not_called_when_there_is_an_account(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host()
    sdk.register(account_provisioning_requested=host)
    user = await launched(simulation, sdk)
    await user.account_is_posted()

    launch = await user.session.launch_savehack(user.dream, WEEKLY)

    assert launch.state is LaunchState.ACTIVE
    assert host.asked == []


async def test_02_ten_launches_at_once_are_one_call_and_all_start(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host(waits=True)
    sdk.register(account_provisioning_requested=host)
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
    sdk.register(account_provisioning_requested=host)
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
    sdk.register(account_provisioning_requested=Host())
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
    registration = sdk.register(account_provisioning_requested=host)
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
    sdk.register(account_provisioning_requested=willing)
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
    sdk.register(account_provisioning_requested=decline)
    user = await launched(simulation, sdk)

    with pytest.raises(AccountProvisioningDeclined, match="changed my mind") as caught:
        await user.session.launch_savehack(user.dream, WEEKLY)

    assert caught.value.reason == "changed my mind"
    assert [launch.state for launch in caught.value.launches] == [LaunchState.PAUSED]
    assert await user.states() == ["paused"]
    assert [transaction async for transaction in user.session.transactions()] == []


async def test_06_a_silent_callback_is_cancelled_after_the_limit(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(account_provisioning_timeout=timedelta(minutes=10)), Host(waits=True)
    sdk.register(account_provisioning_requested=host)
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
    sdk.register(account_provisioning_requested=host)
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
    sdk.register(account_provisioning_requested=host)
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
    sdk.register(account_provisioning_requested=host)
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
    sdk.register(account_provisioning_requested=host)
    user = await launched(simulation, sdk)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(user.session.launch_savehack, user.dream, WEEKLY)
        await host.was_asked.wait()
        tasks.cancel_scope.cancel()

    host.may_return.set()
    await anyio.wait_all_tasks_blocked()

    assert not host.was_cancelled
    assert await user.states() == ["active"]


async def test_08_without_a_callback_it_fails_at_once_and_names_launch_and_remedy(simulation: Simulation) -> None:
    user = await launched(simulation, simulation.sdk())

    with pytest.raises(CallbackNotRegistered, match="account_provisioning_requested") as caught:
        await user.session.launch_savehack(user.dream, WEEKLY)

    (launch,) = caught.value.launches
    assert launch.id in str(caught.value)
    assert await user.states() == ["paused"]


async def test_08_a_callback_that_was_removed_is_not_called(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host()
    registration = sdk.register(account_provisioning_requested=host)
    user = await launched(simulation, sdk)

    assert (registration.remove(), registration.remove()) == (True, False)

    with pytest.raises(CallbackNotRegistered):
        await user.session.launch_savehack(user.dream, WEEKLY)
    assert host.asked == []


async def test_08_registering_again_replaces_and_a_running_call_keeps_the_old_one(simulation: Simulation) -> None:
    sdk, old, new = simulation.sdk(), Host(waits=True), Host()
    registration = sdk.register(account_provisioning_requested=old)
    user = await launched(simulation, sdk)

    async with asking(user, old) as outcome:
        sdk.register(account_provisioning_requested=new)
        old.may_return.set()

    assert isinstance(outcome[0], SavehackLaunch)
    assert (len(old.asked), len(new.asked)) == (1, 0)
    assert registration.remove() is False


@pytest.mark.parametrize("returned", [None, "done", 7])
async def test_09_what_cannot_be_awaited_is_a_failure_that_says_so(simulation: Simulation, returned: object) -> None:
    sdk = simulation.sdk()
    sdk.register(account_provisioning_requested=lambda request: returned)  # type: ignore[arg-type, return-value]
    user = await launched(simulation, sdk)

    with pytest.raises(AccountProvisioningFailed, match="cannot be awaited; make it an async function"):
        await user.session.launch_savehack(user.dream, WEEKLY)

    assert await user.states() == ["paused"]


async def test_10_a_callback_that_calls_the_sdk_does_not_deadlock(simulation: Simulation) -> None:
    seen: list[object] = []

    async def call_the_sdk(request: AccountProvisioningRequest) -> None:
        another = await user.session.create_dream("Boat", target_cents=1)
        seen.append([dream.name async for dream in user.session.dreams()])
        seen.append((await user.session.launch_savehack(another, WEEKLY)).state)
        seen.append(await user.session.resume_paused_launches())

    sdk, host = simulation.sdk(), Host(then=call_the_sdk)
    sdk.register(account_provisioning_requested=host)
    user = await launched(simulation, sdk)

    launch = await user.session.launch_savehack(user.dream, WEEKLY)

    assert launch.state is LaunchState.ACTIVE
    assert seen == [["Bike", "Boat"], LaunchState.PAUSED, []]
    assert await user.states() == ["active", "active"]
    assert len(host.asked) == 1


async def test_10_a_callback_that_closes_its_own_session_does_not_deadlock(simulation: Simulation) -> None:
    async def close(request: AccountProvisioningRequest) -> None:
        await user.session.close()

    sdk, host = simulation.sdk(), Host(then=close)
    sdk.register(account_provisioning_requested=host)
    user = await launched(simulation, sdk)

    with pytest.raises(SessionClosed):
        await user.session.launch_savehack(user.dream, WEEKLY)


@pytest.mark.parametrize("fault", ["503", "answer lost"])
async def test_11_an_answer_that_is_not_delivered_is_delivered_again_without_asking(
    simulation: Simulation, fault: str
) -> None:
    faults = Faults(simulation, method="PATCH", times=3, fault=fault)
    host = Host()
    async with faults.sdk() as sdk:
        sdk.register(account_provisioning_requested=host)
        user = await launched(simulation, sdk)

        launch = await user.session.launch_savehack(user.dream, WEEKLY)

    assert launch.state is LaunchState.ACTIVE
    assert len(host.asked) == 1
    delivered = [body["user"]["accountProvisionRequestId"] for body in faults.bodies]
    assert delivered == [host.asked[0].request_id] * 4


async def test_11_an_answer_that_cannot_be_delivered_at_all_is_kept_for_the_next_session(
    simulation: Simulation,
) -> None:
    faults = Faults(simulation, method="PATCH", times=8, fault="503")
    host = Host()
    async with faults.sdk() as sdk:
        sdk.register(account_provisioning_requested=host)
        user = await launched(simulation, sdk)
        with pytest.raises(Exception, match="503") as caught:
            await user.session.launch_savehack(user.dream, WEEKLY)
        assert "delivers it without asking again" in "".join(caught.value.__notes__)
        await user.session.close()

        session = await sdk.launch(simulation.id_token("ada"))
        started = await session.resume_paused_launches()

    assert [launch.state for launch in started] == [LaunchState.ACTIVE]
    assert len(host.asked) == 1


async def test_12_after_a_crash_the_next_launch_finds_what_is_paused_and_asks_again(simulation: Simulation) -> None:
    """The process dies while the host is asked: a new one, with a new SDK object, finds the launches in DES."""
    died, host = simulation.sdk(), Host(waits=True)
    died.register(account_provisioning_requested=host)
    user = await launched(simulation, died)
    async with anyio.create_task_group() as process:
        process.start_soon(user.session.launch_savehack, user.dream, WEEKLY)
        await host.was_asked.wait()
        process.cancel_scope.cancel()

    sdk, asked_again = simulation.sdk(), Host()
    sdk.register(account_provisioning_requested=asked_again)
    session = await sdk.launch(simulation.id_token("ada"))
    started = await session.resume_paused_launches()

    assert [launch.state for launch in started] == [LaunchState.ACTIVE]
    assert asked_again.asked == host.asked
    assert await session.resume_paused_launches() == []


async def test_12_two_processes_that_both_order_have_one_account_in_the_end(simulation: Simulation) -> None:
    """The first process died after its order had reached the bank; the second one orders again."""
    app = simulation.bank_app("ada")
    session = await app.launch()
    dream = await session.create_dream("Bike", target_cents=250_000)
    app.registration.remove()
    with pytest.raises(CallbackNotRegistered) as caught:
        await session.launch_savehack(dream, WEEKLY)
    (paused,) = caught.value.launches
    await app.bank.order_account(
        request_id=paused.account_provision_request_id,
        user_id=session.user.id,
        account_external_id=session.user.id,
    )

    restarted = simulation.restarted_bank_app("ada")
    session = await restarted.launch()
    started = await session.resume_paused_launches()
    await simulation.advance(timedelta(days=3))

    assert [launch.id for launch in started] == [paused.id]
    assert len([account async for account in session.accounts()]) == 1


async def test_13_an_account_posted_while_the_callback_runs_starts_the_launch_once(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host(waits=True)
    sdk.register(account_provisioning_requested=host)
    user = await launched(simulation, sdk)

    async with asking(user, host) as outcome:
        await user.account_is_posted()
        assert await user.states() == ["active"]
        assert (await user.session.launch_savehack(user.dream, WEEKLY)).state is LaunchState.ACTIVE
        host.may_return.set()

    (launch,) = outcome
    assert isinstance(launch, SavehackLaunch)
    assert launch.state is LaunchState.ACTIVE
    assert len(host.asked) == 1
    assert len(await user.posted_accounts()) == 1
    assert len([deposit async for deposit in user.session.transactions()]) == 2


async def test_13_an_account_posted_after_the_callback_is_the_only_one(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host()
    sdk.register(account_provisioning_requested=host)
    user = await launched(simulation, sdk)
    await user.session.launch_savehack(user.dream, WEEKLY)

    await user.account_is_posted()

    assert len(await user.posted_accounts()) == 1
    assert await user.states() == ["active"]
    assert len(host.asked) == 1


async def test_14_two_users_of_one_sdk_are_each_asked_for_themselves(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host(waits=True)
    sdk.register(account_provisioning_requested=host)
    ada, bo = await launched(simulation, sdk, "ada"), await launched(simulation, sdk, "bo")

    async with asking(ada, host), anyio.create_task_group() as tasks:
        tasks.start_soon(bo.session.launch_savehack, bo.dream, WEEKLY)
        await anyio.wait_all_tasks_blocked()
        host.may_return.set()

    assert [request.external_user_id for request in host.asked] == ["ada", "bo"]
    assert len({request.request_id for request in host.asked}) == 2
    assert [dream.id async for dream in ada.session.dreams()] == [ada.dream.id]
    assert [dream.id async for dream in bo.session.dreams()] == [bo.dream.id]


async def test_14_two_sdk_objects_have_their_own_callbacks(simulation: Simulation) -> None:
    first, second = simulation.sdk(), simulation.sdk()
    hosts = Host(), Host()
    first.register(account_provisioning_requested=hosts[0])
    second.register(account_provisioning_requested=hosts[1])
    ada, bo = await launched(simulation, first, "ada"), await launched(simulation, second, "bo")

    await bo.session.launch_savehack(bo.dream, WEEKLY)

    assert (len(hosts[0].asked), len(hosts[1].asked)) == (0, 1)
    assert ada.session.user.id != bo.session.user.id


async def test_closing_the_session_cancels_the_callback_and_fails_its_waiters(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host(waits=True)
    sdk.register(account_provisioning_requested=host)
    user = await launched(simulation, sdk)

    async with asking(user, host) as outcome:
        await user.session.close()
        assert host.was_cancelled

    (error,) = outcome
    assert isinstance(error, SessionClosed)
    with pytest.raises(SessionClosed, match="launch again"):
        await user.session.create_dream("Boat", target_cents=1)


async def test_closing_the_sdk_cancels_the_callback_and_fails_its_waiters(simulation: Simulation) -> None:
    host = Host(waits=True)
    async with anyio.create_task_group() as tasks, Faults(simulation).sdk() as sdk:
        sdk.register(account_provisioning_requested=host)
        user = await launched(simulation, sdk)
        outcome: list[type[Exception]] = []

        async def launch() -> None:
            try:
                await user.session.launch_savehack(user.dream, WEEKLY)
            except SessionClosed as error:
                outcome.append(type(error))

        tasks.start_soon(launch)
        await host.was_asked.wait()

    assert host.was_cancelled
    assert outcome == [SessionClosed]


async def test_closing_one_of_two_sessions_leaves_the_call_to_the_other(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host(waits=True)
    sdk.register(account_provisioning_requested=host)
    user, other = await launched(simulation, sdk), await launched(simulation, sdk)

    async with asking(other, host) as second, asking(user, host) as first:
        await anyio.wait_all_tasks_blocked()
        await user.session.close()
        assert not host.was_cancelled
        host.may_return.set()

    assert isinstance(first[0], SessionClosed)
    assert isinstance(second[0], SavehackLaunch)


async def test_a_customer_whom_the_bank_refuses_is_asked_again_with_a_new_request(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host()
    sdk.register(account_provisioning_requested=host)
    user = await launched(simulation, sdk)
    await user.session.launch_savehack(user.dream, WEEKLY)

    await simulation.api.users.update(user.session.user.id, provisioning_initiated_at=None)
    assert await user.states() == ["paused"]
    await user.session.launch_savehack(user.dream, WEEKLY)

    assert await user.states() == ["active", "active"]
    assert len({request.request_id for request in host.asked}) == 2


async def test_a_host_that_cancels_its_own_task_group_leaves_nobody_waiting(simulation: Simulation) -> None:
    """The SDK runs callbacks in the host's task group here; when that ends, so does the question."""
    host = Host(waits=True)
    outcome: list[object] = []

    async def launch() -> None:
        try:
            outcome.append(await user.session.launch_savehack(user.dream, WEEKLY))
        except Exception as error:
            outcome.append(error)

    async with anyio.create_task_group() as outer, anyio.create_task_group() as tasks:
        sdk = Faults(simulation).sdk(task_group=tasks)
        sdk.register(account_provisioning_requested=host)
        user = await launched(simulation, sdk)
        outer.start_soon(launch)
        await host.was_asked.wait()
        tasks.cancel_scope.cancel()
    await sdk.aclose()

    assert host.was_cancelled
    assert [type(each) for each in outcome] == [SessionClosed]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_04_a_callback_whose_own_task_was_cancelled_has_failed(simulation: Simulation) -> None:
    """On trio nobody can cancel what belongs to somebody else."""

    async def await_a_cancelled_task(request: AccountProvisioningRequest) -> None:
        task = asyncio.ensure_future(anyio.sleep_forever())
        task.cancel()
        await task

    sdk = simulation.sdk()
    sdk.register(account_provisioning_requested=await_a_cancelled_task)
    user = await launched(simulation, sdk)

    with pytest.raises(AccountProvisioningFailed, match="CancelledError"):
        await user.session.launch_savehack(user.dream, WEEKLY)
