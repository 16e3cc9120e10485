"""The worked examples of the bank's app: staying signed in, and signing for a savehack."""

from datetime import timedelta

import pytest

from bank_app_sim import Simulation
from impact_sdk import (
    LaunchState,
    SessionClosed,
    TransactionState,
    TransferConsentDeclined,
    Weekly,
)

WEEKLY = Weekly(amount_cents=5_000, weekday=0)


async def test_the_app_stays_signed_in_for_as_long_as_the_bank_lets_it() -> None:
    async with Simulation(token_lifetime=timedelta(minutes=5)) as simulation:
        app = simulation.bank_app("ada")
        session = await app.launch()
        dream = await session.create_dream("Bike", target_cents=250_000)

        await simulation.advance(timedelta(hours=1))
        await session.launch_savehack(dream, WEEKLY)

        labels = [message.label for message in simulation.trace]
        renewed = [
            "callback: ID Token Expired",
            "POST /silent-sign-in",
            "200 OK",
            "return from callback",
            "PATCH /session",
            "200 OK",
        ]
        first = labels.index(renewed[0])
        assert labels[first : first + len(renewed)] == renewed
        assert labels.count(renewed[0]) == 13


async def test_no_token_is_in_the_trace_however_often_they_are_renewed() -> None:
    async with Simulation(token_lifetime=timedelta(minutes=5)) as simulation:
        await simulation.bank_app("ada").launch()
        await simulation.advance(timedelta(minutes=10))

        assert "eyJ" not in str(simulation.trace.as_json()), "every JWT begins so"


async def test_a_user_who_is_not_signed_in_at_the_bank_any_more_leaves() -> None:
    async with Simulation(token_lifetime=timedelta(minutes=5)) as simulation:
        app = simulation.bank_app("ada")
        session = await app.launch()
        app.bank._access_token = None

        await simulation.advance(timedelta(minutes=5))

        assert app.screen.seen[-1] == "Impact Finance is closed: token_missing"
        with pytest.raises(SessionClosed, match="BankRefused"):
            session.dreams()


async def test_the_user_signs_and_the_account_comes_with_it() -> None:
    # docs/des.md 5.4
    async with Simulation(transfer_consents=True) as simulation:
        app = simulation.bank_app("ada")
        session = await app.launch()
        dream = await session.create_dream("Bike", target_cents=250_000)

        launch = await session.launch_savehack(dream, WEEKLY)

        assert launch.state is LaunchState.ACTIVE
        assert "May up to 50.00 be saved each week for Bike?" in app.screen.seen
        labels = [message.label for message in simulation.trace]
        begins = labels.index("callback: Transfer Consent Requested")
        assert labels[begins : labels.index("return from callback") + 1] == [
            "callback: Transfer Consent Requested",
            "POST /consents",
            "POST /oauth/token",
            "200 OK",
            "GET /transfer-consents",
            "200 OK",
            "GET /savehack-launches/{id}",
            "200 OK",
            "200 OK",
            "PUT /consents/{id}/answer",
            "PATCH /transfer-consents/{id}",
            "200 OK",
            "200 OK",
            "return from callback",
        ]
        await simulation.advance(timedelta(days=3))
        (deposit,) = [deposit async for deposit in session.transactions()]
        assert (deposit.state, deposit.transfer_consent_id) == (TransactionState.SETTLED, launch.transfer_consent_id)
        assert len([account async for account in session.accounts()]) == 1


async def test_a_user_who_does_not_sign_keeps_a_draft_and_may_change_their_mind() -> None:
    async with Simulation(transfer_consents=True) as simulation:
        app = simulation.bank_app("ada", answers=lambda question: app.screen.seen.count(question) > 1)
        session = await app.launch()
        dream = await session.create_dream("Bike", target_cents=250_000)

        with pytest.raises(TransferConsentDeclined, match="does not sign"):
            await session.launch_savehack(dream, WEEKLY)
        (started,) = await session.resume_paused_launches()

        assert started.state is LaunchState.ACTIVE


@pytest.mark.parametrize("setup", ["one SharedSavings per user", "one SharedSavings per Dream"])
async def test_two_dreams_of_a_user_who_signs_have_the_accounts_of_the_setup(setup: str) -> None:
    async with Simulation(transfer_consents=True, account_setup=setup) as simulation:
        session = await simulation.bank_app("ada").launch()
        for name in ("Bike", "Boat"):
            await session.launch_savehack(await session.create_dream(name, target_cents=250_000), WEEKLY)

        await simulation.advance(timedelta(days=3))

        dreams = [dream async for dream in session.dreams()]
        assert [dream.balance_cents for dream in dreams] == [5_000, 5_000]
        assert len([account async for account in session.accounts()]) == (1 if setup.endswith("user") else 2)
