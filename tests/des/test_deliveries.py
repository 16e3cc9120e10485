"""What an answer means for a batch, without sending anything."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.des.events import deliveries
from bank_app_sim.des.events.deliveries import WAITS, DeliveryResult, Reply
from bank_app_sim.des.events.endpoints import EndpointRow

NOW = datetime(2026, 12, 2, 10, tzinfo=UTC)

statuses = st.none() | st.integers(100, 599)
attempts = st.integers(1, len(WAITS) + 1)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_success_is_delivered(status: int) -> None:
    assert deliveries.delivery_result(status, attempts=1) is DeliveryResult.DELIVERED


@pytest.mark.parametrize("status", [None, 100, 300, 301, 302, 307, 308, 400, 401, 404, 409, 429, 500, 503])
def test_anything_else_is_tried_again_redirects_too(status: int | None) -> None:
    assert deliveries.delivery_result(status, attempts=1) is DeliveryResult.AGAIN
    assert deliveries.delivery_result(status, attempts=len(WAITS)) is DeliveryResult.AGAIN
    assert deliveries.delivery_result(status, attempts=len(WAITS) + 1) is DeliveryResult.GIVEN_UP


@given(attempts)
def test_410_unsubscribes_whenever_it_comes(attempts: int) -> None:
    assert deliveries.delivery_result(410, attempts=attempts) is DeliveryResult.UNSUBSCRIBED


def test_the_table_of_waits() -> None:
    minutes = [wait / timedelta(minutes=1) for wait in WAITS]

    assert minutes == [5 / 60, 5, 30, 120, 300, 600, 840, 1200, 1440]


@given(statuses, attempts)
def test_a_batch_stays_or_the_next_may_go_and_never_both(status: int | None, attempts: int) -> None:
    reply = Reply(status=status, error=None if status == 200 else "why")
    endpoint = EndpointRow(
        tenant_id="t1",
        url="http://bank/events",
        transactions_url=None,
        secret="secret",
        delivered_us=1,
        batch_id="batch",
        batch_at="2026-12-02T09:00:00.000000Z",
        batch_until_us=7,
        attempts=attempts - 1,
        due_at="2026-12-02T10:00:00.000000Z",
        claimed_until="2026-12-02T10:01:00.000000Z",
    )
    concluded = deliveries.concluded(endpoint, reply, now=NOW)

    assert concluded.claimed_until is None
    if deliveries.delivery_result(status, attempts=attempts) is DeliveryResult.AGAIN:
        assert (concluded.batch_id, concluded.delivered_us, concluded.attempts) == ("batch", 1, attempts)
        assert concluded.due_at is not None
        assert concluded.due_at > "2026-12-02T10:00:00.000000Z"
    else:
        assert concluded.batch_id is concluded.due_at is None
        assert concluded.attempts == 0
        assert (concluded.delivered_us == 7) != (concluded.unsubscribed_at is not None)


def test_the_lease_is_longer_than_any_attempt() -> None:
    assert deliveries.LEASE > 2 * deliveries.TIMEOUT
