"""From a requested deposit to money that has moved once, or to a reason why it has not."""

import logging
from datetime import timedelta

import httpx
import pytest

from bank_app_sim.backend import BankBackend
from bank_app_sim.des import DES
from bank_app_sim.timeline.clock import SimulatedClock
from impact_sdk import ImpactAPI, OneTime

from .network import Network
from .saver import Saver, let_pass, saver

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


async def transfers(saver: Saver) -> list[tuple[str, str | None]]:
    """State and reason of each deposit at the bank."""
    listed = (await saver.bank.get("/ledger")).json()["transfers"]
    return [(transfer["state"], transfer["reason"]) for transfer in listed]


async def references(saver: Saver) -> list[str]:
    """Why money has moved at the bank, apart from opening balances."""
    postings = (await saver.bank.get("/ledger")).json()["postings"]
    return [posting["reference"] for posting in postings if not posting["reference"].startswith("opening:")]


@pytest.fixture
async def with_account(ada: Saver, backend: BankBackend, clock: SimulatedClock) -> Saver:
    """Ada, with a savings account since just now."""
    await ada.orders_account()
    await let_pass(2 * DAY, backend, clock)
    return ada


async def test_a_deposit_waits_for_the_account_and_settles_with_it(
    ada: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    await ada.saves(5_000)
    await ada.orders_account()
    await let_pass(2 * DAY - MINUTE, backend, clock)
    assert await ada.deposits() == [(5_000, "requested", [])]

    await let_pass(MINUTE, backend, clock)

    assert await ada.deposits() == [(5_000, "settled", [])]
    assert await ada.balances() == {"current:ada": 995_000, "savings:ada": 5_000}


async def test_a_deposit_without_an_account_waits_while_others_settle(
    with_account: Saver, backend: BankBackend, network: Network, clock: SimulatedClock
) -> None:
    async with saver("bob", network, clock) as bob:
        await bob.saves(5_000)
        await bob.orders_account()
        await with_account.saves(6_000)

        await let_pass(DAY, backend, clock)

        assert await with_account.deposits() == [(6_000, "settled", [])]
        assert await bob.deposits() == [(5_000, "requested", [])]


async def test_one_look_does_all_that_is_due(with_account: Saver, backend: BankBackend, clock: SimulatedClock) -> None:
    await with_account.saves(5_000)
    await clock.advance(HOUR)

    assert await backend.work_off() == clock.now() + HOUR
    assert await with_account.deposits() == [(5_000, "settled", [])]


async def test_later_deposits_settle_within_the_hour(
    with_account: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    await with_account.saves(5_000)

    await let_pass(HOUR - MINUTE, backend, clock)
    assert await with_account.deposits() == [(5_000, "requested", [])]

    await let_pass(MINUTE, backend, clock)
    assert await with_account.deposits() == [(5_000, "settled", [])]


async def test_a_deposit_that_was_settled_is_left_alone_for_ever(
    with_account: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    await with_account.saves(5_000)

    await let_pass(5 * HOUR, backend, clock)

    assert len(await references(with_account)) == 1
    assert await with_account.balances() == {"current:ada": 995_000, "savings:ada": 5_000}


async def test_what_the_current_account_does_not_hold_fails_with_the_amounts(
    with_account: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    await with_account.saves(600_000)
    await with_account.saves(600_000)

    await let_pass(HOUR, backend, clock)

    reason = "insufficient funds: the deposit is 600000 cents, the current account holds 400000"
    assert await with_account.deposits() == [(600_000, "settled", []), (600_000, "failed", [reason])]
    assert await with_account.balances() == {"current:ada": 400_000, "savings:ada": 600_000}


async def test_a_deposit_of_nobody_the_bank_knows_fails(
    with_account: Saver, backend: BankBackend, impact: ImpactAPI, clock: SimulatedClock
) -> None:
    """DES may know users who have never signed in here, with an account that somebody else has posted."""
    user = await impact.users.create(external_id="stranger")
    await impact.accounts.create(user_id=user.id, type="SharedSavings", external_id="by hand")
    dream = await impact.dreams.create(user_id=user.id, name="Bike", target_cents=1)
    savehacks = {savehack.type: savehack.id async for savehack in impact.savehacks.list()}
    await impact.savehack_launches.create(
        dream_id=dream.id, savehack_id=savehacks["OneTime"], terms=OneTime(amount_cents=700)
    )

    await let_pass(HOUR, backend, clock)

    (deposit,) = [each async for each in impact.transactions.list(external_user_id="stranger")]
    assert (deposit.state, deposit.errors) == ("failed", ("no such customer",))


async def test_a_deposit_to_an_account_that_the_bank_did_not_open_fails(
    with_account: Saver, backend: BankBackend, impact: ImpactAPI, network: Network, clock: SimulatedClock
) -> None:
    async with saver("bob", network, clock) as bob:
        await bob.saves(700)
        user_id = (await bob.user())["id"]
        await impact.accounts.create(user_id=user_id, type="SharedSavings", external_id="by hand")

        await let_pass(HOUR, backend, clock)

        assert await bob.deposits() == [(700, "failed", ["no savings account"])]


async def test_money_moves_once_however_often_des_has_to_be_told(
    with_account: Saver, backend: BankBackend, network: Network, clock: SimulatedClock
) -> None:
    await with_account.saves(5_000)
    network.fail(what="PATCH /transactions/{id}")
    await let_pass(6 * HOUR, backend, clock)
    assert await with_account.deposits() == [(5_000, "requested", [])]
    assert await with_account.balances() == {"current:ada": 995_000, "savings:ada": 5_000}

    network.heal()
    await let_pass(6 * MINUTE, backend, clock)

    assert await with_account.deposits() == [(5_000, "settled", [])]
    assert await with_account.balances() == {"current:ada": 995_000, "savings:ada": 5_000}


async def test_one_deposit_that_des_cannot_take_holds_up_no_other(
    with_account: Saver, backend: BankBackend, impact: ImpactAPI, network: Network, clock: SimulatedClock
) -> None:
    await with_account.saves(5_000)
    await with_account.saves(6_000)
    stuck, _ = [each.id async for each in impact.transactions.list()]
    network.fail(what=f"PATCH /transactions/{stuck}", status=500)

    await let_pass(HOUR + MINUTE, backend, clock)  # the minute: its attempts come first, if its id does

    assert await with_account.deposits() == [(5_000, "requested", []), (6_000, "settled", [])]


async def test_settling_outlasts_a_des_that_is_down(
    with_account: Saver, backend: BankBackend, network: Network, clock: SimulatedClock
) -> None:
    await with_account.saves(5_000)
    network.fail(to="des")
    await let_pass(3 * HOUR, backend, clock)

    network.heal()
    await let_pass(6 * MINUTE, backend, clock)

    assert await with_account.deposits() == [(5_000, "settled", [])]


async def test_what_this_bank_does_not_know_is_left_alone_and_said(
    with_account: Saver,
    backend: BankBackend,
    network: Network,
    clock: SimulatedClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    gift = {
        "type": "Gift",
        "id": "w-1",
        "state": "requested",
        "user": {"type": "User", "id": "u-1", "externalId": "ada"},
        "amountCents": 100,
        "requestedAt": "2027-01-06T09:30:00Z",
        "fromAccount": {"type": "SharedSavings", "id": "a-1"},
    }
    listing = {"transactions": [gift], "meta": {"next_url": None, "items": 1}}
    network.answer = lambda request: (
        httpx.Response(200, json=listing) if request.url.path == "/v1/transactions" else None
    )

    with caplog.at_level(logging.WARNING):
        await let_pass(HOUR, backend, clock)

    assert "transaction w-1 is left alone: this bank knows no Gift" in caplog.text
    assert await references(with_account) == []
    assert not [request for request in network.requests if request.startswith("PATCH des /v1/transactions")]


async def test_money_that_des_has_failed_meanwhile_goes_back(
    with_account: Saver, backend: BankBackend, impact: ImpactAPI, des: DES, network: Network, clock: SimulatedClock
) -> None:
    """Moved here, and failed there before DES could be told: the two agree in the end."""
    await with_account.saves(5_000)
    network.fail(what="PATCH /transactions/{id}")
    await let_pass(HOUR, backend, clock)
    network.heal()
    (deposit,) = [each async for each in impact.transactions.list()]
    await impact.transactions.fail(deposit.id, errors=["changed my mind"])

    await let_pass(HOUR, backend, clock)

    assert await with_account.deposits() == [(5_000, "failed", ["changed my mind"])]
    assert await with_account.balances() == {"current:ada": 1_000_000, "savings:ada": 0}
    assert await references(with_account) == [f"deposit:{deposit.id}", f"reversal:{deposit.id}"]
    assert await transfers(with_account) == [("REVERSED", "DES had failed it: moved back")]


async def test_a_refused_deposit_that_somebody_has_settled_is_a_persons_business(
    with_account: Saver,
    backend: BankBackend,
    impact: ImpactAPI,
    network: Network,
    clock: SimulatedClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No posting of ours can make that good; but it is said, once, and nothing is tried for ever."""
    await with_account.saves(2_000_000)
    network.fail(what="PATCH /transactions/{id}")
    await let_pass(HOUR, backend, clock)
    network.heal()
    (deposit,) = [each async for each in impact.transactions.list()]
    await impact.transactions.settle(deposit.id)

    with caplog.at_level(logging.ERROR):
        await let_pass(5 * HOUR, backend, clock)

    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert f"transaction {deposit.id} is settled at DES, and was refused here" in record.message
    assert [state for state, _ in await transfers(with_account)] == ["DISPUTED"]
    assert await references(with_account) == []
