"""A session that ID tokens renew: when the host is asked, and what ends the session."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import anyio
import pytest

from bank_app_sim import Simulation
from impact_sdk import (
    ExitReason,
    IDTokenExpired,
    ImpactSDK,
    LaunchState,
    SessionClosed,
)

from ...contract.callbacks import register
from ..faults import Faults
from ..host import WEEKLY, Host, asking, launched
from .bank import MINUTE, SECOND, Bank, is_refused_because


async def test_the_host_is_asked_thirty_seconds_before_the_end_and_the_session_goes_on(
    simulation: Simulation, sdk: ImpactSDK, bank: Bank
) -> None:
    user = await launched(simulation, sdk)
    began = simulation.clock.now()
    assert user.session.expires_at == began + 5 * MINUTE

    await simulation.advance(4 * MINUTE + 29 * SECOND)
    assert bank.asked == []
    await simulation.advance(SECOND)

    (request,) = bank.asked
    assert (request.user_id, request.external_user_id) == (user.session.user.id, "ada")
    assert request.expires_at == began + 5 * MINUTE
    assert user.session.expires_at == user.session.settings.expires_at == simulation.clock.now() + 5 * MINUTE
    await simulation.advance(timedelta(hours=1))
    assert len(bank.asked) == 1 + 60 * 2 // 9
    assert await user.session.create_dream("Boat", target_cents=1)
    assert bank.exits == []


async def test_every_session_is_renewed_separately(simulation: Simulation, sdk: ImpactSDK, bank: Bank) -> None:
    for customer in ("ada", "bo"):
        await launched(simulation, sdk, customer)

    await simulation.advance(5 * MINUTE)

    assert sorted(request.external_user_id or "" for request in bank.asked) == ["ada", "bo"]
    assert bank.exits == []


async def test_a_session_that_was_closed_is_not_renewed(simulation: Simulation, sdk: ImpactSDK, bank: Bank) -> None:
    user = await launched(simulation, sdk)

    await user.session.close()
    await simulation.advance(timedelta(hours=1))

    assert (bank.asked, bank.exits) == ([], [])
    await is_refused_because(user.session, "is closed; launch again")


@pytest.mark.parametrize("token", ["garbage", "another user's"])
async def test_a_token_that_des_refuses_ends_the_session(
    simulation: Simulation, sdk: ImpactSDK, bank: Bank, token: str
) -> None:
    bank.token = lambda: token if token == "garbage" else simulation.id_token("bo")
    user = await launched(simulation, sdk)

    await simulation.advance(5 * MINUTE)

    assert bank.reasons == [ExitReason.TOKEN_REFUSED]
    assert (bank.exits[0].user_id, bank.exits[0].external_user_id) == (user.session.user.id, "ada")
    await is_refused_because(user.session, "DES does not accept the new ID token")
    await simulation.advance(timedelta(hours=1))
    assert (len(bank.asked), len(bank.exits)) == (1, 1)


def fail() -> str:
    raise LookupError("not signed in any more")


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (lambda: None, "returned NoneType, and no token"),
        (lambda: 5, "returned int, and no token"),
        (lambda: "", "returned an empty text"),
        (fail, "failed with LookupError: not signed in any more"),
    ],
    ids=["None", "a number", "empty", "raises"],
)
async def test_without_a_token_the_session_ends_and_says_why(
    simulation: Simulation, sdk: ImpactSDK, bank: Bank, token: Callable[[], Any], words: str
) -> None:
    bank.token = token
    user = await launched(simulation, sdk)

    await simulation.advance(4 * MINUTE + 30 * SECOND)

    assert bank.reasons == [ExitReason.TOKEN_MISSING]
    assert words in bank.exits[0].explanation
    await is_refused_because(user.session, words)


async def test_an_answer_that_cannot_be_awaited_is_no_token(simulation: Simulation, bank: Bank) -> None:
    sdk = simulation.sdk()
    register(sdk, id_token_expired=lambda request: "token", exit_requested=bank.exit_requested)
    await launched(simulation, sdk)

    await simulation.advance(5 * MINUTE)

    assert "cannot be awaited; make it an async function" in bank.exits[0].explanation


async def test_a_silent_host_has_until_the_end(simulation: Simulation, bank: Bank) -> None:
    async def be_silent(request: IDTokenExpired) -> str:
        try:
            await anyio.sleep_forever()
        except anyio.get_cancelled_exc_class():
            cancelled.append(request)
            raise
        return ""

    cancelled: list[IDTokenExpired] = []
    sdk = simulation.sdk()
    register(sdk, id_token_expired=be_silent, exit_requested=bank.exit_requested)
    user = await launched(simulation, sdk)

    await simulation.advance(5 * MINUTE - SECOND)
    assert await user.session.create_dream("Boat", target_cents=1), "it lives while the host thinks"
    await simulation.advance(SECOND)

    assert bank.reasons == [ExitReason.TOKEN_MISSING]
    assert "did not answer in time" in bank.exits[0].explanation
    assert len(cancelled) == 1


async def test_with_nothing_registered_it_lasts_to_its_end_and_says_what_to_register(
    simulation: Simulation, bank: Bank
) -> None:
    sdk = simulation.sdk()
    register(sdk, exit_requested=bank.exit_requested)
    user = await launched(simulation, sdk)

    await simulation.advance(5 * MINUTE - SECOND)
    assert await user.session.create_dream("Boat", target_cents=1)
    await simulation.advance(SECOND)

    assert bank.reasons == [ExitReason.EXPIRED]
    assert "register(id_token_expired=…)" in bank.exits[0].explanation
    await is_refused_because(user.session, r"register\(id_token_expired=…\)")


async def test_a_session_ends_without_exit_requested_as_well(simulation: Simulation) -> None:
    user = await launched(simulation, simulation.sdk())

    await simulation.advance(timedelta(days=1))

    await is_refused_because(user.session, "with its ID token")


@pytest.mark.parametrize(
    "setup",
    [
        {"token_lifetime": 5 * MINUTE, "session_maximum_duration": 12 * MINUTE},
        {"session_renewal": "activity", "session_maximum_duration": 12 * MINUTE},
    ],
    ids=["token-renewed", "activity-renewed"],
)
async def test_no_renewal_puts_off_the_maximum(
    simulation: Simulation, sdk: ImpactSDK, bank: Bank, setup: dict[str, Any]
) -> None:
    user = await launched(simulation, sdk)
    began = simulation.clock.now()
    for _ in range(11):
        await simulation.advance(MINUTE)
        await user.states()

    assert user.session.expires_at == user.session.settings.maximum_expires_at == began + 12 * MINUTE
    asked = len(bank.asked)
    await simulation.advance(MINUTE)

    assert bank.reasons == [ExitReason.MAXIMUM_REACHED]
    assert len(bank.asked) == asked == (0 if "session_renewal" in setup else 2), "no token could help"
    await is_refused_because(user.session, "maximum duration")


@pytest.mark.parametrize(
    "setup", [{"session_renewal": "activity", "session_maximum_duration": 40 * MINUTE}], ids=["activity-renewed"]
)
async def test_an_active_user_hears_that_the_session_reached_its_maximum(
    simulation: Simulation, sdk: ImpactSDK, bank: Bank
) -> None:
    user = await launched(simulation, sdk)

    for _ in range(3):
        await simulation.advance(10 * MINUTE)
        await user.states()
        assert user.session.settings.expires_at == user.session.expires_at
    await simulation.advance(10 * MINUTE)

    assert bank.reasons == [ExitReason.MAXIMUM_REACHED]


async def test_a_callback_may_use_the_session_that_it_renews(
    simulation: Simulation, sdk: ImpactSDK, bank: Bank
) -> None:
    async def look_and_renew(request: IDTokenExpired) -> str:
        seen.extend([dream.name async for dream in user.session.dreams()])
        return simulation.id_token("ada")

    seen: list[str | None] = []
    register(sdk, id_token_expired=look_and_renew)
    user = await launched(simulation, sdk)

    await simulation.advance(5 * MINUTE)

    assert (seen, bank.exits) == (["Bike"], [])


async def test_a_caller_that_waits_for_the_host_hears_that_the_session_has_ended(
    simulation: Simulation, sdk: ImpactSDK, bank: Bank
) -> None:
    bank.token = fail
    host = Host(waits=True)
    register(sdk, account_provisioning_requested=host)
    user = await launched(simulation, sdk)

    async with asking(user, host) as outcome:
        await simulation.advance(5 * MINUTE)

    assert isinstance(outcome[0], SessionClosed)
    assert host.was_cancelled
    assert len(bank.exits) == 1


async def test_an_answer_of_the_host_outlives_the_session_that_had_to_deliver_it(
    simulation: Simulation,
) -> None:
    host = Host()
    async with Faults(simulation, method="PATCH", path="/v1/users/", times=1, fault="401").sdk() as sdk:
        register(sdk, account_provisioning_requested=host)
        user = await launched(simulation, sdk)
        with pytest.raises(SessionClosed, match="does not know it any more") as caught:
            await user.session.launch_savehack(user.dream, WEEKLY)
        said = [str(caught.value), *getattr(caught.value, "__notes__", [])]
        assert "delivers it without asking again" in " ".join(said)

        session = await sdk.launch(simulation.id_token("ada"))
        (started,) = await session.resume_paused_launches()

    assert started.state is LaunchState.ACTIVE
    assert len(host.asked) == 1


async def test_a_long_account_opening_outlives_many_tokens(simulation: Simulation, sdk: ImpactSDK, bank: Bank) -> None:
    host = Host(waits=True)
    register(sdk, account_provisioning_requested=host)
    user = await launched(simulation, sdk)

    async with asking(user, host):
        await simulation.advance(20 * MINUTE)
        host.may_return.set()

    assert await user.states() == ["active"]
    assert len(bank.asked) == 4
