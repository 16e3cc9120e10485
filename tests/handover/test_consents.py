"""The user signs for a launch: the rules of docs/handover.md for consents, by number, over HTTP."""

from collections.abc import AsyncIterator
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
    TransferConsentTimedOut,
)

from ..contract.callbacks import register
from .faults import Faults
from .host import WEEKLY, Host, Signatory, User, asking, launched


@pytest.fixture
async def simulation(world_url: str | None) -> AsyncIterator[Simulation]:
    """A bank that wants its users to sign."""
    async with Simulation(seed=1, database=world_url, transfer_consents=True) as simulation:
        yield simulation


class Backend:
    """The bank's backend, as quick as can be."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation

    async def consents(self, request: TransferConsentRequest) -> None:
        consent = await self.simulation.api.transfer_consents.get(request.temporary_id)
        await self.simulation.api.transfer_consents.consent(consent.id)

    async def rejects(self, request: TransferConsentRequest) -> None:
        consent = await self.simulation.api.transfer_consents.get(request.temporary_id)
        await self.simulation.api.transfer_consents.reject(consent.id)


@pytest.fixture
def backend(simulation: Simulation) -> Backend:
    return Backend(simulation)


async def test_01_a_draft_is_asked_for_with_what_the_backend_needs(simulation: Simulation, backend: Backend) -> None:
    sdk, host, never = simulation.sdk(), Signatory(then=backend.consents), Host()
    register(sdk, transfer_consent_requested=host, account_provisioning_requested=never)
    user = await launched(simulation, sdk)

    launch = await user.session.launch_savehack(user.dream, WEEKLY)

    (request,) = host.asked
    assert (request.user_id, request.external_user_id) == (user.session.user.id, "ada")
    assert (request.launch.id, request.launch.state) == (launch.id, LaunchState.DRAFT)
    assert request.request_id == request.launch.transfer_consent_id
    assert request.expires_at == simulation.clock.now() + timedelta(minutes=15)
    assert launch.state is LaunchState.ACTIVE
    assert never.asked == [], "the consent has opening an account in it"


async def test_01_every_launch_is_a_question_of_its_own(simulation: Simulation, backend: Backend) -> None:
    sdk, host = simulation.sdk(), Signatory(then=backend.consents)
    register(sdk, transfer_consent_requested=host)
    user = await launched(simulation, sdk)

    for _ in range(2):
        await user.session.launch_savehack(user.dream, WEEKLY)

    assert len({request.launch.id for request in host.asked}) == 2
    assert await user.states() == ["active", "active"]


async def test_02_two_sessions_that_wait_for_one_launch_share_the_question(
    simulation: Simulation, backend: Backend
) -> None:
    sdk, host = simulation.sdk(), Signatory(then=backend.consents, waits=True)
    register(sdk, transfer_consent_requested=host)
    user = await launched(simulation, sdk)
    other = await launched(simulation, sdk)
    started: list[SavehackLaunch] = []

    async def resume() -> None:
        started.extend(await other.session.resume_paused_launches())

    async with asking(user, host) as outcome, anyio.create_task_group() as tasks:
        tasks.start_soon(resume)
        await anyio.wait_all_tasks_blocked()
        host.may_return.set()

    (launch,) = outcome
    assert isinstance(launch, SavehackLaunch)
    assert [each.id for each in started] == [launch.id]
    assert len(host.asked) == 1


async def test_03_after_consent_deposits_are_prepared_and_wait_for_the_account(
    simulation: Simulation, backend: Backend
) -> None:
    sdk = simulation.sdk()
    register(sdk, transfer_consent_requested=backend.consents)
    user = await launched(simulation, sdk)

    launch = await user.session.launch_savehack(user.dream, WEEKLY)

    (deposit,) = [transaction async for transaction in user.session.transactions()]
    assert (deposit.transfer_consent_id, deposit.to_account) == (launch.transfer_consent_id, None)
    known = await simulation.api.users.get(user.session.user.id)
    assert known.provisioning_initiated_at == simulation.clock.now()


async def test_04_a_backend_that_says_nothing_is_a_failure_that_says_so(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Signatory()
    register(sdk, transfer_consent_requested=host)
    user = await launched(simulation, sdk)

    with pytest.raises(TransferConsentFailed, match="neither consented nor rejected") as caught:
        await user.session.launch_savehack(user.dream, WEEKLY)

    assert f"PATCH /v1/transfer-consents/{host.asked[0].request_id}" in str(caught.value)
    assert [launch.state for launch in caught.value.launches] == [LaunchState.DRAFT]
    assert await user.states() == ["draft"]


async def test_05_what_the_user_rejected_at_the_bank_is_declined_and_can_be_asked_for_again(
    simulation: Simulation, backend: Backend
) -> None:
    sdk, host = simulation.sdk(), Signatory(then=backend.rejects)
    register(sdk, transfer_consent_requested=host)
    user = await launched(simulation, sdk)
    with pytest.raises(TransferConsentDeclined, match="rejects the consent") as caught:
        await user.session.launch_savehack(user.dream, WEEKLY)
    assert caught.value.reason == ""

    host.then = backend.consents
    (started,) = await user.session.resume_paused_launches()

    assert started.state is LaunchState.ACTIVE
    assert len({request.request_id for request in host.asked}) == 2, "another consent"


async def test_06_a_user_who_does_not_sign_is_no_failure(simulation: Simulation) -> None:
    async def decline(request: TransferConsentRequest) -> None:
        raise ConsentDeclined("too much")

    sdk = simulation.sdk()
    register(sdk, transfer_consent_requested=decline)
    user = await launched(simulation, sdk)

    with pytest.raises(TransferConsentDeclined, match="too much") as caught:
        await user.session.launch_savehack(user.dream, WEEKLY)

    assert caught.value.reason == "too much"
    assert await user.states() == ["draft"]
    assert [transaction async for transaction in user.session.transactions()] == []


async def test_06_a_callback_that_raises_has_failed_and_the_next_asking_is_the_same_consent(
    simulation: Simulation, backend: Backend
) -> None:
    async def fail(request: TransferConsentRequest) -> None:
        raise LookupError("no such page")

    sdk, host = simulation.sdk(), Signatory(then=fail)
    register(sdk, transfer_consent_requested=host)
    user = await launched(simulation, sdk)
    with pytest.raises(TransferConsentFailed, match="no such page") as caught:
        await user.session.launch_savehack(user.dream, WEEKLY)
    assert isinstance(caught.value.__cause__, LookupError)

    host.then = backend.consents
    (started,) = await user.session.resume_paused_launches()

    assert started.state is LaunchState.ACTIVE
    first, second = host.asked
    assert first.request_id == second.request_id


async def test_07_a_silent_callback_is_cancelled_after_the_limit(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(transfer_consent_timeout=timedelta(minutes=10)), Signatory(waits=True)
    register(sdk, transfer_consent_requested=host)
    user = await launched(simulation, sdk)

    async with asking(user, host) as outcome:
        await simulation.advance(timedelta(minutes=9))
        assert outcome == []
        await simulation.advance(timedelta(minutes=2))

    (error,) = outcome
    assert isinstance(error, TransferConsentTimedOut)
    assert "0:10:00" in str(error)
    assert host.was_cancelled
    assert await user.states() == ["draft"]


async def test_07_a_consent_that_arrives_late_still_counts(simulation: Simulation, backend: Backend) -> None:
    async def too_late(request: TransferConsentRequest) -> None:
        with anyio.CancelScope(shield=True):
            await late.wait()
            await backend.consents(request)

    late = anyio.Event()
    sdk = simulation.sdk(transfer_consent_timeout=timedelta(minutes=10))
    host = Signatory(then=too_late)
    register(sdk, transfer_consent_requested=host)
    user = await launched(simulation, sdk)
    async with asking(user, host) as outcome:
        await simulation.advance(timedelta(minutes=11))
    assert isinstance(outcome[0], TransferConsentTimedOut)

    with pytest.raises(TransferConsentTimedOut, match="still has not ended"):
        await user.session.resume_paused_launches()
    late.set()
    await simulation.advance(timedelta())

    assert await user.states() == ["active"]
    assert len(host.asked) == 1


async def test_08_without_a_callback_it_fails_at_once_and_names_draft_and_remedy(simulation: Simulation) -> None:
    sdk = simulation.sdk()
    register(sdk, account_provisioning_requested=Host())
    user = await launched(simulation, sdk)

    with pytest.raises(CallbackNotRegistered, match=r"transfer_consent_requested=….*resume_paused") as caught:
        await user.session.launch_savehack(user.dream, WEEKLY)

    (launch,) = caught.value.launches
    assert launch.id in str(caught.value)
    assert await user.states() == ["draft"]


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
async def test_10_when_des_cannot_be_asked_what_became_of_it_the_host_is_not_asked_again(
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


async def test_10_when_no_temporary_id_can_be_had_the_host_is_not_asked_at_all(
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


async def test_12_a_temporary_id_is_another_one_each_time(simulation: Simulation) -> None:
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


async def test_13_one_draft_that_is_declined_does_not_keep_the_others_from_being_asked_for(
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
    """A list of drafts is old as soon as it is read; DES says that there is nothing to sign."""

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


async def test_after_a_refusal_of_the_bank_nobody_is_asked_for_an_account(
    simulation: Simulation, backend: Backend
) -> None:
    """With consents that callback is never called; the next consent opens the account for all that waits."""

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
