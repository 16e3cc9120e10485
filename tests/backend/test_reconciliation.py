"""Money that moves at the bank without DES, and is reported to it, once."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from bank_app_sim.backend import REPORT_CRASH_POINTS, BankBackend
from bank_app_sim.backend.store.claims import LEASE
from bank_app_sim.des import DES
from bank_app_sim.timeline.clock import SimulatedClock

from .conftest import Start
from .dying import Crashed, DyingAt
from .network import Network
from .saver import Saver, let_pass, saver

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
async def with_account(ada: Saver, backend: BankBackend, clock: SimulatedClock) -> Saver:
    await ada.orders_account()
    await let_pass(2 * DAY, backend, clock)
    return ada


async def moves(saver: Saver, amount_cents: int, reference: str, **changed: Any) -> httpx.Response:
    movement = {"account": f"savings:{saver.name}", "amount_cents": amount_cents, "reference": reference, **changed}
    return await saver.bank.post("/ledger/movements", json=movement)


async def reported(saver: Saver) -> list[tuple[str, str, int, str]]:
    listed = (await saver.des.get("/v1/transactions")).json()["transactions"]
    return [(each["type"], each["externalId"], each["amountCents"], each["state"]) for each in listed]


async def test_money_that_comes_and_goes_is_reported_as_settled(
    with_account: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    await moves(with_account, 1_234, "interest-2027")
    await moves(with_account, -200, "fee-1")

    await let_pass(HOUR, backend, clock)

    assert await reported(with_account) == [
        ("Deposit", "outside:interest-2027", 1_234, "settled"),
        ("Withdrawal", "outside:fee-1", 200, "settled"),
    ]
    assert [each["balanceCents"] for each in await with_account.accounts_at_des()] == [1_034]
    assert (await with_account.balances())["savings:ada"] == 1_034


async def test_a_reference_moves_money_once(with_account: Saver, backend: BankBackend, clock: SimulatedClock) -> None:
    answers = [await moves(with_account, 1_234, "interest-2027") for _ in range(3)]

    await let_pass(HOUR, backend, clock)

    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert len(await reported(with_account)) == 1
    assert (await with_account.balances())["savings:ada"] == 1_234


async def test_what_moves_before_des_knows_the_account_is_reported_when_it_does(
    ada: Saver, backend: BankBackend, network: Network, clock: SimulatedClock
) -> None:
    network.fail(what="POST /accounts")
    await ada.orders_account()
    await let_pass(2 * DAY, backend, clock)
    await moves(ada, 500, "gift")
    await let_pass(HOUR, backend, clock)

    network.heal()
    await let_pass(HOUR, backend, clock)

    assert await reported(ada) == [("Deposit", "outside:gift", 500, "settled")]


async def test_reporting_outlasts_a_des_that_is_down(
    with_account: Saver, backend: BankBackend, network: Network, clock: SimulatedClock
) -> None:
    network.fail(to="des")
    await moves(with_account, 500, "gift")
    await let_pass(3 * HOUR, backend, clock)

    network.heal()
    await let_pass(HOUR, backend, clock)

    assert await reported(with_account) == [("Deposit", "outside:gift", 500, "settled")]


@pytest.mark.parametrize(
    ("movement", "field", "sentence"),
    [
        ({"account": "savings:eve"}, "base", "'savings:eve' is not an open savings account"),
        ({"account": "current:ada"}, "base", "'current:ada' is not an open savings account"),
        ({"amount_cents": -1}, "base", "'savings:ada' holds 0 cents, less than 1"),
        ({"kind": "market"}, "base", "'savings:ada' is not moved by markets: it is a SharedSavings account"),
        ({"kind": "magic"}, "kind", "must be outside or market"),
        ({"amount_cents": 0}, "amount_cents", "can't be 0"),
        ({"amount_cents": "1"}, "amount_cents", "must be an integer"),
        ({"amount_cents": 10**15 + 1}, "amount_cents", "must be at most 1000000000000000"),
        ({"amount_cents": -(10**15) - 1}, "amount_cents", "must be at least -1000000000000000"),
        ({"reference": ""}, "reference", "can't be blank"),
        ({"amountCents": 1}, "amountCents", "is not known here; did you mean amount_cents?"),
    ],
)
async def test_a_wrong_movement_is_refused_and_nothing_moves(
    movement: dict[str, Any], field: str, sentence: str, with_account: Saver
) -> None:
    answer = await moves(with_account, **{"amount_cents": 1, "reference": "r-1", **movement})

    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"field": field, "errors": [sentence]}]
    assert (await with_account.balances())["savings:ada"] == 0


@pytest.mark.parametrize("point", REPORT_CRASH_POINTS)
async def test_a_movement_is_reported_once_wherever_the_process_dies(
    point: str, start: Start, des: DES, network: Network, clock: SimulatedClock
) -> None:
    crash = DyingAt({point})
    backend = start(crash)
    async with saver("ada", network, clock) as ada:
        await ada.orders_account()
        end = clock.now() + 2 * DAY
        while clock.now() < end:
            due_at = await backend.work_off()
            await clock.advance_to(min(end, due_at or end))
        await backend.work_off()
        await moves(ada, 500, "gift")

        with pytest.raises(Crashed):
            await backend.work_off()
        backend.close()
        backend = start(crash)
        await clock.advance(LEASE)  # where others share the database, they wait for a claim to run out
        await backend.work_off()

        assert await reported(ada) == [("Deposit", "outside:gift", 500, "settled")]
        assert (await ada.balances())["savings:ada"] == 500
        backend.close()
