"""Rules that the bank's database itself keeps."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bank_app_sim.backend import store, tables
from bank_app_sim.backend.orders import Order, OrderState
from bank_app_sim.server.database import Database

from ..conftest import DatabaseOf

NOW = "2027-01-04T09:00:00.000000Z"
LATER = "2027-01-04T09:00:15.000000Z"


@pytest.fixture
def database(database_of: DatabaseOf) -> Iterator[Database]:
    database = Database(database_of("backend"), tables.metadata, version=tables.VERSION)
    database.run_now(lambda connection: store.customers.add(connection, "ada", registered_at=NOW))
    yield database
    database.close()


def ordered(database: Database, *, id: str, request_id: str | None = None) -> Order:
    order = Order(
        id=id,
        customer="ada",
        request_id=request_id,
        user_id=None,
        dream_id=None,
        product="SharedSavings",
        account_external_id=None,
        account_id=None,
        savings_account="savings:ada",
        state=OrderState.ORDERED,
        ordered_at=NOW,
    )
    return database.run_now(lambda connection: store.orders.add(connection, order, due_at=NOW))


def moved(database: Database, order: Order, state: OrderState) -> Order | None:
    return database.run_now(
        lambda connection: store.orders.move(connection, order, state, now=NOW, claimed_until=LATER)
    )


def test_a_customer_has_one_order_that_is_not_refused(database: Database) -> None:
    ordered(database, id="1")

    with pytest.raises(sa.exc.IntegrityError):
        ordered(database, id="2")


def test_a_refusal_makes_room_for_another_order(database: Database) -> None:
    moved(database, ordered(database, id="1"), OrderState.REFUSED)

    assert ordered(database, id="2").id == "2"


def test_a_request_makes_one_order_even_when_it_was_refused(database: Database) -> None:
    moved(database, ordered(database, id="1", request_id="request"), OrderState.REFUSED)

    with pytest.raises(sa.exc.IntegrityError):
        ordered(database, id="2", request_id="request")


def test_a_worker_that_comes_late_changes_nothing(database: Database) -> None:
    """It has read the order before another worker took the step."""
    order = ordered(database, id="1")
    moved(database, order, OrderState.APPROVED)

    late = moved(database, order, OrderState.REFUSED)

    assert late is None
    found = database.run_now(lambda connection: store.orders.get(connection, "1", customer="ada"))
    assert found is not None
    assert found.state is OrderState.APPROVED


def test_the_worker_that_took_a_step_has_the_claim_to_the_next(database: Database) -> None:
    order = moved(database, ordered(database, id="1"), OrderState.APPROVED)

    assert order is not None
    assert order.state is OrderState.APPROVED
    assert claimed(database, at=NOW) == []
    assert claimed(database, at=LATER) == [order]


def test_an_order_that_has_ended_is_claimed_by_nobody(database: Database) -> None:
    moved(database, ordered(database, id="1"), OrderState.REPORTED)

    assert claimed(database, at=LATER) == []


def claimed(database: Database, *, at: str) -> list[Order]:
    return database.run_now(lambda connection: store.orders.DUE.claim(connection, at, until=at))
