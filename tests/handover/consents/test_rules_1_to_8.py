"""The user signs for a launch: rules 1 to 8 of docs/handover.md for consents, over HTTP."""

from datetime import timedelta

import anyio
import pytest

from bank_app_sim import Simulation
from impact_sdk import (
    CallbackNotRegistered,
    ConsentDeclined,
    LaunchState,
    SavehackLaunch,
    TransferConsentDeclined,
    TransferConsentFailed,
    TransferConsentRequest,
    TransferConsentTimedOut,
)

from ...contract.callbacks import register
from ..host import WEEKLY, Host, Signatory, asking, launched
from .backend import Backend


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


async def test_01_every_launch_is_one_question(simulation: Simulation, backend: Backend) -> None:
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


async def test_05_a_consent_that_the_user_rejected_at_the_bank_is_declined_and_can_be_asked_for_again(
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


async def test_06_a_callback_that_raises_has_failed_and_the_next_request_is_for_the_same_consent(
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
