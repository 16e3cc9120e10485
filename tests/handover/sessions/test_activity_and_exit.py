"""Sessions that activity renews, signing out, and what the host hears: exit and telemetry."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import anyio
import pytest

from bank_app_sim import Simulation
from impact_sdk import (
    AccountProvisioningRequest,
    ConfigurationError,
    Conflict,
    ExitReason,
    ExitRequest,
    ImpactSDK,
    SessionClosed,
    TelemetryEvent,
)

from ...contract.callbacks import register
from ..host import WEEKLY, Host, User, asking, launched
from .bank import MINUTE, Bank, by_activity, is_refused_because


@by_activity
async def test_activity_of_the_user_puts_the_end_off(simulation: Simulation, sdk: ImpactSDK, bank: Bank) -> None:
    user = await launched(simulation, sdk)

    for _ in range(8):
        await simulation.advance(14 * MINUTE)
        await user.session.create_dream("Boat", target_cents=1)
        assert user.session.expires_at == simulation.clock.now() + 15 * MINUTE
    assert bank.exits == []
    await simulation.advance(15 * MINUTE)

    assert (bank.reasons, bank.asked) == ([ExitReason.EXPIRED], [])
    await is_refused_because(user.session, "the user was not active")


@by_activity
async def test_a_session_can_be_kept_alive(simulation: Simulation, sdk: ImpactSDK, bank: Bank) -> None:
    user = await launched(simulation, sdk)

    for _ in range(5):
        await simulation.advance(14 * MINUTE)
        await user.session.keep_alive()

    assert user.session.expires_at == user.session.settings.expires_at == simulation.clock.now() + 15 * MINUTE
    await simulation.advance(15 * MINUTE)
    with pytest.raises(SessionClosed):
        await user.session.keep_alive()
    assert len(bank.exits) == 1


async def test_a_session_that_tokens_renew_cannot_be_kept_alive(simulation: Simulation, sdk: ImpactSDK) -> None:
    user = await launched(simulation, sdk)

    with pytest.raises(Conflict, match="PATCH /v1/session"):
        await user.session.keep_alive()


async def test_signing_out_ends_the_session_at_des_and_here(simulation: Simulation, sdk: ImpactSDK, bank: Bank) -> None:
    user, other = await launched(simulation, sdk), await launched(simulation, sdk)

    await user.session.sign_out()

    assert bank.reasons == [ExitReason.SIGNED_OUT]
    await is_refused_because(user.session, "the user signed out")
    assert "DELETE /session" in [message.label for message in simulation.trace]
    await user.session.sign_out()
    await user.session.close()
    await simulation.advance(timedelta(hours=1))
    assert bank.reasons == [ExitReason.SIGNED_OUT]
    assert await other.session.create_dream("Boat", target_cents=1)


async def test_signing_out_cancels_the_callback_that_runs(simulation: Simulation, sdk: ImpactSDK, bank: Bank) -> None:
    host = Host(waits=True)
    register(sdk, account_provisioning_requested=host)
    user = await launched(simulation, sdk)

    async with asking(user, host) as outcome:
        await user.session.sign_out()

    assert isinstance(outcome[0], SessionClosed)
    assert host.was_cancelled


async def close_the_session(user: User) -> None:
    await user.session.close()
    await user.session.sign_out()


async def raise_something(user: User) -> None:
    raise LookupError("no such screen")


@pytest.mark.parametrize("then", [close_the_session, raise_something])
async def test_nothing_that_the_host_does_on_exit_does_harm(
    simulation: Simulation, then: Callable[[User], Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    async def exit_requested(request: ExitRequest) -> None:
        exits.append(request.reason)
        await then(user)

    exits: list[ExitReason] = []
    sdk = simulation.sdk()
    register(sdk, exit_requested=exit_requested)
    user = await launched(simulation, sdk)

    await user.session.sign_out()

    assert exits == [ExitReason.SIGNED_OUT]
    assert ("exit_requested failed" in caplog.text) == (then is raise_something)


async def test_telemetry_tells_what_the_user_does(simulation: Simulation) -> None:
    # docs/des.md 4.3, onTelemetryEvent
    async def open_account(request: AccountProvisioningRequest) -> None: ...

    async def telemetry(event: TelemetryEvent) -> None:
        told.append(event)

    told: list[TelemetryEvent] = []
    sdk = simulation.sdk()
    register(sdk, telemetry=telemetry, account_provisioning_requested=open_account)
    user = await launched(simulation, sdk)
    await user.session.launch_savehack(user.dream, WEEKLY)
    await user.states()
    await simulation.advance(timedelta())

    assert {event.name for event in told} == {"UserClicked"}
    assert {event.user_id for event in told} == {user.session.user.id}
    assert [event.payload["action"] for event in told] == ["create_dream", "launch_savehack", "savehack_launches"]


async def sleep_for_ever(event: TelemetryEvent) -> None:
    await anyio.sleep_forever()


async def break_down(event: TelemetryEvent) -> None:
    raise LookupError("no telemetry today")


def be_no_coroutine(event: TelemetryEvent) -> None: ...


@pytest.mark.parametrize("telemetry", [sleep_for_ever, break_down, be_no_coroutine])
async def test_telemetry_delays_no_call(
    simulation: Simulation, telemetry: Callable[[TelemetryEvent], Any], caplog: pytest.LogCaptureFixture
) -> None:
    sdk = simulation.sdk()
    register(sdk, telemetry=telemetry)

    user = await launched(simulation, sdk)
    await simulation.advance(timedelta())

    assert await user.states() == []
    assert ("telemetry failed" in caplog.text) == (telemetry is not sleep_for_ever)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_notice_whose_own_task_was_cancelled_ends_no_session(
    simulation: Simulation, caplog: pytest.LogCaptureFixture
) -> None:
    """On trio no task can cancel another one that it does not own."""

    async def await_a_cancelled_task(notice: object) -> None:
        task = asyncio.ensure_future(anyio.sleep_forever())
        task.cancel()
        await task

    sdk = simulation.sdk()
    register(sdk, telemetry=await_a_cancelled_task, exit_requested=await_a_cancelled_task)
    user, other = await launched(simulation, sdk), await sdk.launch(simulation.id_token("bo"))
    await simulation.advance(timedelta())
    await other.sign_out()

    assert await user.states() == []
    assert "telemetry failed" in caplog.text
    assert "exit_requested failed" in caplog.text


async def test_several_callbacks_are_registered_and_removed_at_once(simulation: Simulation, bank: Bank) -> None:
    sdk = simulation.sdk()
    registration = register(sdk, id_token_expired=bank.id_token_expired, exit_requested=bank.exit_requested)
    replacement = register(sdk, exit_requested=bank.exit_requested)

    assert registration.remove() is True, "one of the two was its own still"
    assert registration.remove() is False
    await (await launched(simulation, sdk)).session.sign_out()
    assert bank.reasons == [ExitReason.SIGNED_OUT], "the other was replaced, and is somebody else's"
    assert (replacement.remove(), replacement.remove()) == (True, False)
    with pytest.raises(ConfigurationError, match="pass one of account_provisioning_requested"):
        sdk.register()
