"""The books: double entry that always balances."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bank_app_sim.backend import ledger, store, tables
from bank_app_sim.backend.ledger import Entry, Posting
from bank_app_sim.server.database import Database

from ..conftest import DatabaseOf, NewDatabase

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
ACCOUNTS = ("bank:funding", "current:ada", "savings:ada")


class Books:
    """A ledger of three accounts; `do` gives a function its transaction."""

    def __init__(self, url: str) -> None:
        self._database = Database(url, tables.metadata, version=tables.VERSION)
        for name in ACCOUNTS:
            self.open(name)

    def post(self, posting: Posting) -> bool:
        return self._database.run_now(lambda connection: ledger.post(connection, posting, at=NOW))

    def balance(self, account: str) -> int:
        return self._database.run_now(lambda connection: store.ledger.balance(connection, account))

    def all(self) -> dict[str, Any]:
        return self._database.run_now(ledger.books)

    def open(self, name: str) -> None:
        self._database.run_now(lambda connection: ledger.open_account(connection, name, at=NOW))

    def close(self) -> None:
        self._database.close()


@pytest.fixture
def books(database_of: DatabaseOf) -> Iterator[Books]:
    books = Books(database_of("backend"))
    yield books
    books.close()


def test_a_movement_takes_from_one_account_what_it_gives_to_another(books: Books) -> None:
    books.post(ledger.movement("opening:ada", source="bank:funding", target="current:ada", amount_cents=500))

    assert (books.balance("bank:funding"), books.balance("current:ada")) == (-500, 500)


def test_the_same_reference_moves_money_once(books: Books) -> None:
    deposit = ledger.movement("deposit:1", source="current:ada", target="savings:ada", amount_cents=500)

    assert [books.post(deposit), books.post(deposit)] == [True, False]
    assert books.balance("savings:ada") == 500


def test_an_account_that_is_opened_again_keeps_its_balance(books: Books) -> None:
    books.post(ledger.movement("opening:ada", source="bank:funding", target="current:ada", amount_cents=500))

    books.open("current:ada")

    assert books.balance("current:ada") == 500


def test_nothing_is_posted_to_an_account_that_is_not_open(books: Books) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        books.post(ledger.movement("deposit:1", source="current:ada", target="savings:bob", amount_cents=1))

    assert books.all()["postings"] == []


@pytest.mark.parametrize("amount_cents", [0, -1])
def test_only_a_positive_amount_moves(amount_cents: int) -> None:
    with pytest.raises(ValueError, match=f"only a positive amount can be moved, not {amount_cents} cents"):
        ledger.movement("deposit:1", source="current:ada", target="savings:ada", amount_cents=amount_cents)


@given(st.lists(st.integers(-(10**6), 10**6), max_size=5))
def test_a_posting_that_does_not_balance_cannot_be_made(amounts: list[int]) -> None:
    entries = tuple(Entry("current:ada", amount) for amount in amounts)

    if len(amounts) >= 2 and 0 not in amounts and sum(amounts) == 0:
        assert Posting("any", entries).entries == entries
    else:
        with pytest.raises(ValueError, match="posting"):
            Posting("any", entries)


_movements = st.builds(
    lambda reference, accounts, amount: ledger.movement(
        f"deposit:{reference}", source=accounts[0], target=accounts[1], amount_cents=amount
    ),
    st.integers(1, 8),  # few references, so that many are posted again
    st.permutations(ACCOUNTS),
    st.integers(1, 10**15),
)


@given(movements=st.lists(_movements, max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_sum_stays_zero_and_each_reference_counts_once_whatever_is_retried(
    new_database: NewDatabase, movements: list[Posting]
) -> None:
    with new_database("backend") as url, closing(Books(url)) as books:
        first_of: dict[str, Posting] = {}

        for movement in movements:
            assert books.post(movement) == (movement.reference not in first_of)
            first_of.setdefault(movement.reference, movement)

        for account in ACCOUNTS:
            assert books.balance(account) == sum(
                entry.amount_cents
                for posting in first_of.values()
                for entry in posting.entries
                if entry.account == account
            )
        assert books.all()["sum_cents"] == 0
