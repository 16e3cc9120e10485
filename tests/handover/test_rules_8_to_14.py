"""What else may happen to a handover (docs/handover.md, rules 8 to 14), through HTTP against the sandbox."""

from datetime import timedelta

import anyio
import pytest

from bank_app_sim import Simulation
from impact_sdk import (
    AccountProvisioningFailed,
    AccountProvisioningRequest,
    CallbackNotRegistered,
    LaunchState,
    OutcomeUnknown,
    SavehackLaunch,
    SessionClosed,
)

from .faults import Faults
from .host import WEEKLY, Host, asking, launched


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


async def test_11_an_answer_that_does_not_reach_des_is_kept_and_the_session_goes_on(
    simulation: Simulation,
) -> None:
    faults = Faults(simulation, method="PATCH", times=8, fault="raises")
    host = Host()
    async with faults.sdk() as sdk:
        sdk.register(account_provisioning_requested=host)
        user = await launched(simulation, sdk)
        with pytest.raises(OutcomeUnknown, match="fell over") as caught:
            await user.session.launch_savehack(user.dream, WEEKLY)
        assert "delivers it without asking again" in "".join(caught.value.__notes__)

        started = await user.session.resume_paused_launches()

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


async def test_14_two_users_of_one_sdk_are_two_questions(simulation: Simulation) -> None:
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
