"""The states of a transaction, and when the bank refuses one."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.backend.transfers import AFTER_TELLING, Means, TransferState, refusal
from impact_sdk import TransactionState

RICH = Means(is_customer=True, has_savings_account=True, source="current account", balance_cents=100)


def test_every_decision_meets_every_outcome_at_des() -> None:
    decisions = (TransferState.MOVED, TransferState.REFUSED)
    outcomes = (TransactionState.SETTLED, TransactionState.FAILED)

    assert set(AFTER_TELLING) == set(itertools.product(decisions, outcomes))


def test_a_transfer_that_was_told_is_not_told_again() -> None:
    assert not set(AFTER_TELLING.values()) & {state for state, _ in AFTER_TELLING}


@given(amount=st.integers(), balance=st.integers())
def test_a_customer_cannot_move_more_than_there_is(amount: int, balance: int) -> None:
    means = Means(is_customer=True, has_savings_account=True, source="current account", balance_cents=balance)

    assert (refusal("deposit", amount, means) is None) == (0 < amount <= balance)


def test_a_lack_of_funds_is_stated_in_amounts() -> None:
    assert (
        refusal("deposit", 101, RICH) == "insufficient funds: the deposit is 101 cents, the current account holds 100"
    )


@pytest.mark.parametrize(
    ("means", "reason"),
    [
        (
            Means(is_customer=False, has_savings_account=False, source="current account", balance_cents=0),
            "no such customer",
        ),
        (
            Means(is_customer=True, has_savings_account=False, source="current account", balance_cents=100),
            "no savings account",
        ),
    ],
)
def test_money_is_moved_only_where_the_bank_has_an_account(means: Means, reason: str) -> None:
    assert refusal("deposit", 1, means) == reason
