"""The bank accepts what DES has signed, takes in each event once, and acts on some of them."""

from datetime import timedelta
from typing import Any

import attrs
import httpx
import pytest

from bank_app_sim.backend import EVENT_CRASH_POINTS, Bank, BankBackend
from bank_app_sim.des import DES
from bank_app_sim.timeline.clock import SimulatedClock

from .conftest import Start
from .dying import Crashed, DyingAt
from .network import Network, nothing
from .saver import Saver, let_pass
from .webhooks import destroyed, event, post, secret, send

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def settings(settings: Bank) -> Bank:
    """A bank that reads webhooks, and does not look for events itself. Its secret is being changed."""
    return attrs.evolve(settings, webhook_secrets=(secret("b"), secret("a")))


async def kept(http: httpx.AsyncClient) -> list[str]:
    return [event["id"] for event in (await http.get("/impact-events")).json()["events"]]


def page_view(id: str, clock: SimulatedClock) -> dict[str, Any]:
    user = {"type": "User", "id": "u-1", "externalId": "ada"}
    data = {"path": "/", "timestamp": clock.now().isoformat(), "user": user}
    return event("PageView", data, id=id, at=clock.now())


# Signatures


@pytest.mark.parametrize("letter", ["a", "b"])
async def test_both_secrets_are_accepted_during_a_change(
    letter: str, http: httpx.AsyncClient, clock: SimulatedClock
) -> None:
    answer = await send(http, page_view("e-1", clock), at=clock.now(), letter=letter)

    assert (answer.status_code, answer.content) == (204, b"")
    assert await kept(http) == ["e-1"]


async def test_another_secret_is_refused(http: httpx.AsyncClient, clock: SimulatedClock) -> None:
    answer = await send(http, page_view("e-1", clock), at=clock.now(), letter="c")

    assert answer.status_code == 400
    assert "not signed" in answer.text
    assert await kept(http) == []


@pytest.mark.parametrize("age", [-6 * MINUTE, 6 * MINUTE, 3 * DAY])
async def test_a_message_signed_at_another_time_is_refused(
    age: timedelta, http: httpx.AsyncClient, clock: SimulatedClock
) -> None:
    assert (await send(http, page_view("e-1", clock), at=clock.now() - age)).status_code == 400
    assert await kept(http) == []


@pytest.mark.parametrize("path", ["/webhooks/events", "/webhooks/transactions"])
async def test_a_message_without_a_signature_is_refused(
    path: str, http: httpx.AsyncClient, clock: SimulatedClock
) -> None:
    assert (await http.post(path, json={"batch_id": "b-1", "events": []})).status_code == 400
    assert (await http.post(path)).status_code == 400


async def test_a_signed_message_that_is_not_a_batch_is_refused(http: httpx.AsyncClient, clock: SimulatedClock) -> None:
    answer = await post(http, "/webhooks/events", b'{"events": 5}', at=clock.now())

    assert answer.status_code == 400


# Taking in


async def test_an_event_counts_once_in_whatever_batches_it_comes(
    http: httpx.AsyncClient, clock: SimulatedClock
) -> None:
    first, second = page_view("e-1", clock), page_view("e-2", clock)

    for batch_id, batch in [("b-1", [first]), ("b-1", [first]), ("b-2", [second, first])]:
        assert (await send(http, *batch, at=clock.now(), batch_id=batch_id)).status_code == 204

    assert await kept(http) == ["e-1", "e-2"]


async def test_unreadable_events_do_not_stop_the_others(http: httpx.AsyncClient, clock: SimulatedClock) -> None:
    unknown = event("MoonLanded", {"crater": 5}, id="e-1", at=clock.now())
    garbled = event("DreamCreated", {"id": 5}, id="e-2", at=clock.now())

    timeless = {**page_view("e-3", clock), "createdAt": "2027-W22-2"}

    answer = await send(http, unknown, garbled, timeless, page_view("e-4", clock), at=clock.now())

    assert answer.status_code == 204
    assert sorted(await kept(http)) == ["e-1", "e-2", "e-3", "e-4"]


@pytest.mark.parametrize("point", EVENT_CRASH_POINTS)
async def test_a_batch_is_taken_in_as_a_whole_or_not_at_all(
    point: str, start: Start, des: DES, network: Network, clock: SimulatedClock
) -> None:
    crash = DyingAt({point})
    first = start(crash)
    async with httpx.AsyncClient(base_url="http://bank", transport=network) as http:
        with pytest.raises(Crashed):
            await send(http, page_view("e-1", clock), at=clock.now())
        first.close()
        second = start(crash)
        assert await kept(http) == []

        assert (await send(http, page_view("e-1", clock), at=clock.now())).status_code == 204
        assert await kept(http) == ["e-1"]
    second.close()


# Acting


@pytest.fixture
async def with_account(ada: Saver, backend: BankBackend, clock: SimulatedClock) -> Saver:
    """Ada, with a savings account since just now."""
    await ada.orders_account()
    await let_pass(2 * DAY, backend, clock)
    return ada


def requested(id: str, clock: SimulatedClock) -> dict[str, Any]:
    data = {
        "type": "Deposit",
        "id": "t-1",
        "amountCents": 5_000,
        "state": "requested",
        "requestedAt": clock.now().isoformat(),
        "user": {"type": "User", "id": "u-1", "externalId": "ada"},
    }
    return event("DepositRequested", data, id=id, at=clock.now())


@pytest.mark.parametrize("changes", [{}, {"createdAt": "2027-W22-2"}])
async def test_a_requested_deposit_is_settled_now_and_not_within_the_hour(
    with_account: Saver, backend: BankBackend, http: httpx.AsyncClient, clock: SimulatedClock, changes: dict[str, Any]
) -> None:
    await with_account.saves(5_000)
    assert (await send(http, requested("e-1", clock) | changes, at=clock.now())).status_code == 204

    await let_pass(SECOND, backend, clock)

    assert await with_account.deposits() == [(5_000, "settled", [])]


async def test_a_hint_does_the_same(
    with_account: Saver, backend: BankBackend, http: httpx.AsyncClient, clock: SimulatedClock
) -> None:
    await with_account.saves(5_000)
    assert (await post(http, "/webhooks/transactions", b"{}", at=clock.now())).status_code == 204

    await let_pass(SECOND, backend, clock)

    assert await with_account.deposits() == [(5_000, "settled", [])]


async def test_a_deposit_requested_during_a_look_is_seen_by_the_next_look(
    with_account: Saver, backend: BankBackend, http: httpx.AsyncClient, network: Network, clock: SimulatedClock
) -> None:
    """Its event comes after the list was read: the end of the look must not put it off by an hour."""
    await with_account.saves(5_000)

    async def late(request: httpx.Request) -> None:
        if request.url.path == "/v1/transactions" and request.url.host == "des":
            network.afterwards = nothing
            await with_account.saves(6_000)
            await send(http, requested("e-2", clock), at=clock.now(), batch_id="b-2")

    network.afterwards = late
    await send(http, requested("e-1", clock), at=clock.now())

    await let_pass(SECOND, backend, clock)

    assert [state for _, state, _ in await with_account.deposits()] == ["settled", "settled"]


async def test_without_an_account_nobody_is_asked(
    ada: Saver, backend: BankBackend, http: httpx.AsyncClient, network: Network, clock: SimulatedClock
) -> None:
    network.requests.clear()
    await send(http, requested("e-1", clock), at=clock.now())

    await let_pass(HOUR, backend, clock)

    assert "GET des /v1/transactions" not in network.requests


async def test_when_the_user_is_deleted_the_savings_account_closes_and_its_money_goes_back(
    with_account: Saver, backend: BankBackend, http: httpx.AsyncClient, clock: SimulatedClock
) -> None:
    await with_account.saves(5_000)
    await let_pass(HOUR, backend, clock)

    for _ in range(2):
        assert (await send(http, destroyed("ada", at=clock.now()), at=clock.now())).status_code == 204

    assert await with_account.balances() == {"current:ada": 1_000_000}
    books = (await http.get("/ledger")).json()
    assert [posting["reference"] for posting in books["postings"]][-1] == "closing:e-destroyed"
    assert books["sum_cents"] == 0


async def test_a_deleted_user_can_begin_again(
    with_account: Saver, backend: BankBackend, http: httpx.AsyncClient, clock: SimulatedClock
) -> None:
    await send(http, destroyed("ada", at=clock.now()), at=clock.now())

    order = await with_account.orders_account()
    assert order.status_code == 202
    await let_pass(2 * DAY, backend, clock)

    assert await with_account.state_of(order) == "REPORTED"
    assert await with_account.balances() == {"current:ada": 1_000_000, "savings:ada": 0}


async def test_a_user_who_begins_again_before_the_bank_knows_is_told_to_wait(
    app: httpx.AsyncClient, http: httpx.AsyncClient, clock: SimulatedClock
) -> None:
    """The order is for a user whom DES no longer has: the savings of another would wait for ever."""
    first = await app.post("/provisioning-orders", json={"request_id": "r-1", "user_id": "u-1"})

    early = await app.post("/provisioning-orders", json={"request_id": "r-2", "user_id": "u-2"})
    await clock.advance(timedelta(seconds=1))
    await send(http, destroyed("ada", at=clock.now()), at=clock.now())
    later = await app.post("/provisioning-orders", json={"request_id": "r-2", "user_id": "u-2"})

    assert (early.status_code, [each["field"] for each in early.json()["errors"]]) == (409, ["user_id"])
    assert "has not heard yet" in early.text
    assert (later.status_code, later.json()["order"]["user_id"]) == (202, "u-2")
    assert later.json()["order"]["id"] != first.json()["order"]["id"]


async def test_an_account_is_not_opened_for_a_deleted_user(
    ada: Saver, backend: BankBackend, http: httpx.AsyncClient, clock: SimulatedClock
) -> None:
    order = await ada.orders_account()
    await let_pass(DAY, backend, clock)
    await send(http, destroyed("ada", at=clock.now()), at=clock.now())

    await let_pass(2 * DAY, backend, clock)

    assert await ada.state_of(order) == "CLOSED"
    assert await ada.balances() == {"current:ada": 1_000_000}
    assert await ada.accounts_at_des() == []


async def test_the_end_of_an_earlier_user_does_not_end_a_later_order(
    with_account: Saver, backend: BankBackend, http: httpx.AsyncClient, clock: SimulatedClock
) -> None:
    """The event comes late."""
    await send(http, destroyed("ada", at=clock.now() - 3 * DAY), at=clock.now())

    assert "savings:ada" in await with_account.balances()


async def test_the_end_of_somebody_else_ends_nothing(
    with_account: Saver, http: httpx.AsyncClient, clock: SimulatedClock
) -> None:
    await send(http, destroyed("bo", at=clock.now()), at=clock.now())

    assert "savings:ada" in await with_account.balances()
