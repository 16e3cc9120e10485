"""The user signs for a launch: rules 9 to 13 of docs/handover.md for consents, over HTTP."""

from datetime import timedelta

import anyio
import pytest

from bank_app_sim import Simulation
from impact_sdk import (
    AccountProvisioningRequest,
    CallbackNotRegistered,
    ConsentDeclined,
    LaunchState,
    NotFound,
    SavehackLaunch,
    SessionClosed,
    TransferConsentDeclined,
    TransferConsentFailed,
    TransferConsentRequest,
)

from ...contract.callbacks import register
from ..faults import Faults
from ..host import WEEKLY, Signatory, User, asking, launched
from .backend import Backend


async def test_09_callbacks_that_call_the_sdk_do_not_wait_for_each_other(
    simulation: Simulation, backend: Backend
) -> None:
    """The first draft's callback asks for the second one's, whose callback asks for the first one's."""

    async def resume_all(request: TransferConsentRequest) -> None:
        seen.append([launch.state async for launch in user.session.savehack_launches()])
        await user.session.resume_paused_launches()
        await backend.consents(request)

    seen: list[object] = []
    sdk = simulation.sdk()
    user = await launched(simulation, sdk)
    for _ in range(2):
        with pytest.raises(CallbackNotRegistered):
            await user.session.launch_savehack(user.dream, WEEKLY)
    host = Signatory(then=resume_all)
    register(sdk, transfer_consent_requested=host)

    started = await user.session.resume_paused_launches()

    assert len(started) == len(host.asked) == 2
    assert seen == [[LaunchState.DRAFT] * 2] * 2
    assert await user.states() == ["active", "active"]


@pytest.mark.parametrize("fault", ["503", "answer lost"])
async def test_10_when_des_does_not_say_what_became_of_it_the_host_is_not_asked_again(
    simulation: Simulation, backend: Backend, fault: str
) -> None:
    faults = Faults(simulation, method="GET", path="/v1/savehack-launches/", times=3, fault=fault)
    host = Signatory(then=backend.consents)
    async with faults.sdk() as sdk:
        register(sdk, transfer_consent_requested=host)
        user = await launched(simulation, sdk)
        with pytest.raises(Exception, match="/v1/savehack-launches/"):
            await user.session.launch_savehack(user.dream, WEEKLY)

        assert await user.session.resume_paused_launches() == []

    assert len(host.asked) == 1


async def test_10_when_des_gives_no_temporary_id_the_host_is_not_asked_at_all(
    simulation: Simulation, backend: Backend
) -> None:
    faults = Faults(simulation, method="POST", path="/v1/transfer-consents", times=3)
    host = Signatory(then=backend.consents)
    async with faults.sdk() as sdk:
        register(sdk, transfer_consent_requested=host)
        user = await launched(simulation, sdk)
        with pytest.raises(Exception, match="503"):
            await user.session.launch_savehack(user.dream, WEEKLY)
        assert host.asked == []

        (started,) = await user.session.resume_paused_launches()

    assert started.state is LaunchState.ACTIVE


async def test_11_after_a_crash_the_next_launch_of_the_app_asks_again(simulation: Simulation, backend: Backend) -> None:
    died, host = simulation.sdk(), Signatory(waits=True)
    register(died, transfer_consent_requested=host)
    user = await launched(simulation, died)
    async with anyio.create_task_group() as process:
        process.start_soon(user.session.launch_savehack, user.dream, WEEKLY)
        await host.was_asked.wait()
        process.cancel_scope.cancel()

    sdk, asked_again = simulation.sdk(), Signatory(then=backend.consents)
    register(sdk, transfer_consent_requested=asked_again)
    session = await sdk.launch(simulation.id_token("ada"))
    started = await session.resume_paused_launches()

    assert [launch.state for launch in started] == [LaunchState.ACTIVE]
    assert [request.request_id for request in asked_again.asked] == [host.asked[0].request_id]
    assert await session.resume_paused_launches() == []


async def test_11_closing_the_session_cancels_the_callback_and_fails_its_waiter(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Signatory(waits=True)
    register(sdk, transfer_consent_requested=host)
    user = await launched(simulation, sdk)

    async with asking(user, host) as outcome:
        await user.session.close()

    assert host.was_cancelled
    assert isinstance(outcome[0], SessionClosed)
    assert "drafts: WeeklyLaunch" in str(outcome[0])


async def test_11_a_cancelled_waiter_does_not_take_the_question_with_it(
    simulation: Simulation, backend: Backend
) -> None:
    sdk, host = simulation.sdk(), Signatory(then=backend.consents, waits=True)
    register(sdk, transfer_consent_requested=host)
    user = await launched(simulation, sdk)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(user.session.launch_savehack, user.dream, WEEKLY)
        await host.was_asked.wait()
        tasks.cancel_scope.cancel()

    host.may_return.set()
    await simulation.advance(timedelta())

    assert not host.was_cancelled
    assert await user.states() == ["active"]


async def test_12_each_request_has_a_new_temporary_id(simulation: Simulation) -> None:
    async def look(request: TransferConsentRequest) -> None:
        await simulation.api.transfer_consents.get(request.temporary_id)
        with pytest.raises(NotFound):
            await simulation.api.transfer_consents.get(request.temporary_id)

    sdk, host = simulation.sdk(), Signatory(then=look)
    register(sdk, transfer_consent_requested=host)
    user = await launched(simulation, sdk)

    with pytest.raises(TransferConsentFailed):
        await user.session.launch_savehack(user.dream, WEEKLY)
    with pytest.raises(TransferConsentFailed):
        await user.session.resume_paused_launches()

    first, second = host.asked
    assert first.temporary_id != second.temporary_id


async def test_13_after_one_draft_is_declined_the_host_is_asked_for_the_others(
    simulation: Simulation, backend: Backend
) -> None:
    async def only_the_second(request: TransferConsentRequest) -> None:
        if request.launch.id == drafts[0]:
            raise ConsentDeclined("not this one")
        await backend.consents(request)

    sdk = simulation.sdk()
    user = await launched(simulation, sdk)
    drafts = []
    for _ in range(2):
        with pytest.raises(CallbackNotRegistered) as caught:
            await user.session.launch_savehack(user.dream, WEEKLY)
        drafts.append(caught.value.launches[0].id)
    register(sdk, transfer_consent_requested=only_the_second)

    with pytest.raises(TransferConsentDeclined) as declined:
        await user.session.resume_paused_launches()

    assert [launch.id for launch in declined.value.launches] == drafts[:1]
    assert await user.states() == ["draft", "active"]


async def test_a_launch_that_started_elsewhere_meanwhile_is_not_asked_for(
    simulation: Simulation, backend: Backend
) -> None:
    """The launch was a draft when it was listed. DES says that there is nothing to sign any more."""

    async def consent_to_both(request: TransferConsentRequest) -> None:
        for draft in drafts:
            await simulation.api.transfer_consents.consent(draft.transfer_consent_id or "")

    sdk = simulation.sdk()
    user = await launched(simulation, sdk)
    drafts: list[SavehackLaunch] = []
    for _ in range(2):
        with pytest.raises(CallbackNotRegistered) as caught:
            await user.session.launch_savehack(user.dream, WEEKLY)
        drafts += caught.value.launches
    host = Signatory(then=consent_to_both)
    register(sdk, transfer_consent_requested=host)

    started = await user.session.resume_paused_launches()

    assert [launch.id for launch in started] == [draft.id for draft in drafts]
    assert len(host.asked) == 1


async def test_after_a_refusal_of_the_bank_the_host_is_not_asked_for_an_account(
    simulation: Simulation, backend: Backend
) -> None:
    """With consents that callback is never called. The next consent opens the account for all launches that wait."""

    async def never(request: AccountProvisioningRequest) -> None:
        raise AssertionError(request)

    sdk = simulation.sdk()
    register(sdk, transfer_consent_requested=backend.consents, account_provisioning_requested=never)
    user: User = await launched(simulation, sdk)
    await user.session.launch_savehack(user.dream, WEEKLY)
    await simulation.api.users.update(user.session.user.id, provisioning_initiated_at=None)
    assert await user.states() == ["paused"]

    assert await user.session.resume_paused_launches() == []
    await user.session.launch_savehack(user.dream, WEEKLY)

    assert await user.states() == ["active", "active"]
