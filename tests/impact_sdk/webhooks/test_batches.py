"""A webhook becomes a batch of typed events, however its parts are written."""

import json
from typing import Any

import pytest

from impact_sdk import (
    ReplayedWebhook,
    Transaction,
    UnreadableWebhook,
    User,
    WebhookVerifier,
)

from ..answers import EVENT, TRANSACTION
from .batches import BODY, NOW, batch, signed


async def test_a_batch_becomes_typed_events(verifier: WebhookVerifier) -> None:
    deposit = {**EVENT, "id": "e2", "type": "DepositRequested", "data": TRANSACTION}
    body = batch(EVENT, deposit)

    read = await verifier.verify(body, signed(body))

    assert (read.batch_id, read.count, read.timestamp) == ("b1", 2, NOW)
    assert [type(event.data) for event in read.events] == [User, Transaction]


async def test_events_that_nobody_knows_or_can_read_do_not_stop_the_others(verifier: WebhookVerifier) -> None:
    unknown = {**EVENT, "type": "DreamPainted", "data": {"colour": "green"}}
    unreadable = {**EVENT, "type": "DepositRequested", "data": {"id": 5}}
    body = batch(unknown, unreadable, EVENT)

    events = (await verifier.verify(body, signed(body))).events

    assert [event.is_known for event in events] == [False, True, True]
    assert [event.data for event in events[:2]] == [{"colour": "green"}, {"id": 5}]
    assert events[1].problem is not None
    assert events[2].problem is None


@pytest.mark.parametrize("moment", ["2027-W22-2", "20270601", "soon", "9999-12-31T23:59:59-01:00", "", None, 5])
async def test_one_moment_that_is_none_stops_nothing(verifier: WebhookVerifier, moment: Any) -> None:
    deposit = {**EVENT, "type": "DepositRequested", "data": TRANSACTION, "createdAt": moment}
    body = batch({**EVENT, "createdAt": moment}, deposit, EVENT)

    bad, paid, good = (await verifier.verify(body, signed(body))).events

    assert [type(event.data) for event in (bad, paid, good)] == [User, Transaction, User]
    assert [event.created_at for event in (bad, paid, good)] == [None, None, NOW]
    assert all("createdAt" in (event.problem or "") for event in (bad, paid))
    assert good.problem is None


@pytest.mark.parametrize("data", [None, 5, "text", [], [1], True])
@pytest.mark.parametrize("type", ["DepositRequested", "SomethingNew"])
async def test_data_that_is_no_object_stops_nothing(verifier: WebhookVerifier, type: str, data: Any) -> None:
    body = batch({**EVENT, "type": type, "data": data}, EVENT)

    bad, good = (await verifier.verify(body, signed(body))).events

    assert (bad.data, good.problem) == (data, None)
    assert "expected an object" in (bad.problem or "")


@pytest.mark.parametrize("count", [None, "2", 1.5, [], True])
async def test_a_batch_that_does_not_say_how_large_it_is_is_read(verifier: WebhookVerifier, count: Any) -> None:
    body = batch(EVENT).replace(b'"count": 1', f'"count": {json.dumps(count)}'.encode())

    read = await verifier.verify(body, signed(body))

    assert (read.count, len(read.events)) == (1, 1)
    assert "@ $.count" in (read.problem or "")


async def test_a_batch_whose_own_moment_is_none_is_read(verifier: WebhookVerifier) -> None:
    body = BODY.replace(b'"timestamp": "2027-01-04T08:00:00Z"', b'"timestamp": "2027-01-04"')

    read = await verifier.verify(body, signed(body))

    assert (read.timestamp, len(read.events)) == (None, 1)
    assert read.problem == "'2027-01-04' is not a moment; RFC 3339 writes one as 2027-01-04T08:00:00Z @ $.timestamp"


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"batch_id":' * 100_000, b'"\\ud800"', b"9" * 5_000])
async def test_signed_json_that_breaks_readers_is_no_batch(verifier: WebhookVerifier, text: bytes) -> None:
    with pytest.raises(UnreadableWebhook, match="no JSON"):
        await verifier.verify(text, signed(text))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"batch_id": "b1"}', batch({"id": "e1"})])
async def test_what_is_signed_and_no_batch_is_unreadable_and_may_come_again(
    verifier: WebhookVerifier, body: bytes
) -> None:
    for _ in range(2):
        with pytest.raises(UnreadableWebhook, match="'b1' is signed, and no batch of events"):
            await verifier.verify(body, signed(body))


async def test_a_hint_that_is_no_batch_can_be_checked(verifier: WebhookVerifier) -> None:
    assert await verifier.check(b"{}", signed(b"{}", id="h1")) == "h1"
    with pytest.raises(ReplayedWebhook):
        await verifier.check(b"{}", signed(b"{}", id="h1"))
