"""What a bank accepts as a webhook of DES. Signed by the Standard Webhooks library, as DES does."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from impact_sdk import (
    ConfigurationError,
    InvalidSignature,
    MemoryReplayStore,
    ReplayedWebhook,
    StaleWebhook,
    Transaction,
    UnreadableWebhook,
    User,
    WebhookError,
    WebhookVerifier,
)

from .answers import EVENT, TRANSACTION
from .fixed_clock import FixedClock

SECRET = "whsec_" + base64.b64encode(b"the secret of the day, 24 b").decode()
OTHER = "whsec_" + base64.b64encode(b"the secret of yesterday....").decode()
NOW = FixedClock().now()
SECOND = timedelta(seconds=1)


def batch(*events: dict[str, Any]) -> bytes:
    envelope = {"batch_id": "b1", "timestamp": "2027-01-04T08:00:00Z", "count": len(events), "events": events}
    return json.dumps(envelope).encode()


BODY = batch(EVENT)


def signed(body: bytes, *, at: datetime = NOW, secret: str = SECRET, id: str = "b1") -> dict[str, str]:
    """The headers that DES sends along."""
    return {
        "Webhook-Id": id,
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign(id, at, body.decode()),
    }


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def verifier(clock: FixedClock) -> WebhookVerifier:
    return WebhookVerifier(SECRET, replays=MemoryReplayStore(clock=clock), clock=clock)


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
    assert read.problem == "'2027-01-04' is no moment; RFC 3339 writes one as 2027-01-04T08:00:00Z @ $.timestamp"


@pytest.mark.parametrize("spelling", ["0{}", "00{}", "+{}", " {}", "{} ", "{}.0", "{}e0", "1_{}"])
async def test_a_time_in_another_spelling_is_not_what_was_signed(verifier: WebhookVerifier, spelling: str) -> None:
    headers = signed(BODY)
    headers["Webhook-Timestamp"] = spelling.format(headers["Webhook-Timestamp"])

    with pytest.raises(InvalidSignature, match="webhook-timestamp is"):
        await verifier.verify(BODY, headers)


@pytest.mark.parametrize("length", [1, 3, 23])
def test_a_secret_that_could_be_guessed_is_refused(length: int) -> None:
    secret = "whsec_" + base64.b64encode(b"x" * length).decode()

    with pytest.raises(ConfigurationError, match=f"has one of {length} bytes, which could be guessed") as caught:
        WebhookVerifier([SECRET, secret], replays=None)
    assert secret not in str(caught.value)


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"batch_id":' * 100_000, b'"\\ud800"', b"9" * 5_000])
async def test_signed_json_that_breaks_readers_is_no_batch(verifier: WebhookVerifier, text: bytes) -> None:
    with pytest.raises(UnreadableWebhook, match="no JSON"):
        await verifier.verify(text, signed(text))


async def test_the_librarys_own_check_agrees() -> None:
    """Against a mistake that cancels itself out: sign() is all that we use of it."""
    now = datetime.now(UTC)

    Webhook(SECRET).verify(BODY, signed(BODY, at=now))
    await WebhookVerifier(SECRET, replays=None).verify(BODY, signed(BODY, at=now))


@pytest.mark.parametrize(
    "change",
    [
        {"Webhook-Id": "b2"},
        {"Webhook-Timestamp": str(int(NOW.timestamp()) + 1)},
        {"Webhook-Signature": ""},
        {"Webhook-Signature": "v1,"},
        {"Webhook-Signature": "v1,not base64!"},
        {"Webhook-Signature": "v1"},
        {"Webhook-Signature": "v1,bm8="},
        {"Webhook-Signature": Webhook(SECRET).sign("b1", NOW, BODY.decode()).replace("v1,", "v2,")},
        {"Webhook-Signature": Webhook(OTHER).sign("b1", NOW, BODY.decode())},
        {"Webhook-Timestamp": "soon"},
        {"Webhook-Timestamp": "1e9"},
        {"Webhook-Timestamp": "9" * 400},
        {"Webhook-Id": ""},
    ],
)
async def test_what_des_has_not_signed_is_refused(verifier: WebhookVerifier, change: dict[str, str]) -> None:
    with pytest.raises(InvalidSignature):
        await verifier.verify(BODY, {**signed(BODY), **change})


async def test_a_body_that_was_changed_is_refused(verifier: WebhookVerifier) -> None:
    with pytest.raises(InvalidSignature, match="not signed with the secret that is known"):
        await verifier.verify(BODY + b" ", signed(BODY))
    with pytest.raises(InvalidSignature):
        await verifier.verify(b"\xff", signed(BODY))


async def test_headers_that_are_absent_are_named(verifier: WebhookVerifier) -> None:
    with pytest.raises(InvalidSignature, match="has no webhook-id, webhook-timestamp, webhook-signature; is it from"):
        await verifier.verify(BODY, {})


BY_NAME = {name.lower(): value for name, value in signed(BODY).items()}
IN_BYTES = [(name.encode(), value.encode()) for name, value in BY_NAME.items()]


@pytest.mark.parametrize(
    "headers",
    [
        BY_NAME,
        list(BY_NAME.items()),
        dict(IN_BYTES),
        IN_BYTES,
        [list(pair) for pair in IN_BYTES],
        {"wsgi.input": object(), **{f"HTTP_{name.upper().replace('-', '_')}": each for name, each in BY_NAME.items()}},
        {**BY_NAME, "HTTP_WEBHOOK_ID": "another"},
        {"HTTP_WEBHOOK_ID": "another", **BY_NAME},
        [(5, 6), *BY_NAME.items()],
    ],
    ids=["text", "pairs", "bytes", "ASGI", "ASGI lists", "WSGI", "a foe after", "a foe before", "odd"],
)
async def test_headers_are_taken_as_frameworks_have_them(clock: FixedClock, headers: Any) -> None:
    assert await WebhookVerifier(SECRET, replays=None, clock=clock).check(BODY, headers) == "b1"


async def test_headers_that_can_be_walked_through_once_are_taken(clock: FixedClock) -> None:
    headers = iter([(b"host", b"bank.example"), *IN_BYTES])

    assert await WebhookVerifier(SECRET, replays=None, clock=clock).check(BODY, headers) == "b1"


@pytest.mark.parametrize(
    "headers", ["webhook-id: b1", b"webhook-id: b1", "", 5, None, [1], [("a", "b", "c")], [object()]]
)
async def test_headers_that_are_none_are_the_receivers_mistake(verifier: WebhookVerifier, headers: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"headers is \w+; give all of the request's: a mapping"):
        await verifier.verify(BODY, headers)


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("value", [5, ["b1"], bytearray(b"b1")])
async def test_a_header_that_is_no_text_is_the_receivers_mistake(
    verifier: WebhookVerifier, name: str, value: Any
) -> None:
    with pytest.raises(ConfigurationError, match=f"headers has {name} as .*; give one text for it, or bytes"):
        await verifier.verify(BODY, {**BY_NAME, name: value})


@given(st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text()))
def test_no_headers_break_the_verifier(headers: dict[str, str]) -> None:
    verifier = WebhookVerifier(SECRET, replays=None)

    with pytest.raises(InvalidSignature):
        anyio.run(verifier.verify, BODY, headers)


@pytest.mark.parametrize("secret", [SECRET, OTHER])
async def test_while_secrets_are_changed_over_both_are_good(secret: str) -> None:
    verifier = WebhookVerifier([SECRET, OTHER], replays=None, clock=FixedClock())

    assert await verifier.check(BODY, signed(BODY, secret=secret)) == "b1"


async def test_one_good_signature_of_several_is_enough(verifier: WebhookVerifier) -> None:
    """DES signs with both secrets while they are changed over."""
    both = " ".join(signed(BODY, secret=secret)["Webhook-Signature"] for secret in (OTHER, SECRET))

    assert await verifier.check(BODY, {**signed(BODY), "Webhook-Signature": both}) == "b1"


@pytest.mark.parametrize("age", [timedelta(minutes=5), timedelta(), timedelta(minutes=-5)])
async def test_five_minutes_are_tolerated(verifier: WebhookVerifier, age: timedelta) -> None:
    assert await verifier.check(BODY, signed(BODY, at=NOW - age))


@pytest.mark.parametrize(
    ("age", "when"), [(timedelta(minutes=5, seconds=1), "0:05:01 ago"), (timedelta(minutes=-6), "0:06:00 ahead of our")]
)
async def test_what_is_older_or_yet_to_come_is_refused(verifier: WebhookVerifier, age: timedelta, when: str) -> None:
    with pytest.raises(StaleWebhook, match=f"was sent {when}"):
        await verifier.verify(BODY, signed(BODY, at=NOW - age))


async def test_a_replay_is_refused(verifier: WebhookVerifier) -> None:
    headers = signed(BODY)
    await verifier.verify(BODY, headers)

    with pytest.raises(ReplayedWebhook, match="'b1' has been here; answer 200") as caught:
        await verifier.verify(BODY, headers)

    assert (caught.value.webhook_id, caught.value.is_under_way) == ("b1", False)


async def test_without_a_store_replays_are_the_receivers_own_business(clock: FixedClock) -> None:
    verifier = WebhookVerifier(SECRET, replays=None, clock=clock)

    for _ in range(2):
        assert (await verifier.verify(BODY, signed(BODY))).batch_id == "b1"


async def test_a_store_must_be_chosen() -> None:
    with pytest.raises(TypeError, match="replays"):
        WebhookVerifier(SECRET)  # type: ignore[call-arg]


async def test_what_was_not_signed_is_not_remembered(verifier: WebhookVerifier) -> None:
    """Or anybody could have DES' next webhook refused."""
    with pytest.raises(InvalidSignature):
        await verifier.verify(BODY, signed(BODY, secret=OTHER))

    assert await verifier.verify(BODY, signed(BODY))


async def test_a_batch_that_was_not_dealt_with_may_come_again(verifier: WebhookVerifier) -> None:
    with pytest.raises(RuntimeError):
        async with verifier.receiving(BODY, signed(BODY)):
            raise RuntimeError("the database is gone")

    async with verifier.receiving(BODY, signed(BODY, at=NOW + SECOND)) as received:
        assert received.count == 1
    with pytest.raises(ReplayedWebhook):
        await verifier.verify(BODY, signed(BODY))


class DistantStore(MemoryReplayStore):
    """One that is asked over a network."""

    async def forget(self, webhook_id: str) -> None:
        await anyio.lowlevel.checkpoint()
        await super().forget(webhook_id)


async def test_a_batch_whose_receiver_was_cancelled_may_come_again(clock: FixedClock) -> None:
    verifier = WebhookVerifier(SECRET, replays=DistantStore(clock=clock), clock=clock)

    with anyio.CancelScope() as scope:
        async with verifier.receiving(BODY, signed(BODY)):
            scope.cancel()
            await anyio.sleep_forever()

    assert await verifier.verify(BODY, signed(BODY))


async def test_a_batch_that_comes_while_it_is_dealt_with_says_so(verifier: WebhookVerifier) -> None:
    """Answered 200, DES would not send it again, and the first attempt may yet fail."""
    async with verifier.receiving(BODY, signed(BODY)):
        with pytest.raises(ReplayedWebhook) as caught:
            await verifier.verify(BODY, signed(BODY))

    assert caught.value.is_under_way


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


@pytest.mark.parametrize("body", ["{}", {}, None, bytearray(b"{}")])
async def test_a_body_that_is_not_the_bytes_that_came_is_the_receivers_mistake(
    verifier: WebhookVerifier, body: Any
) -> None:
    with pytest.raises(ConfigurationError, match=r"give the bytes as they came, such as `await request.body\(\)`"):
        await verifier.verify(body, signed(BODY))


@pytest.mark.parametrize("secrets", ["", [], "whsec_", "whsec_!", ["whsec_c2VjcmV0", ""], [None], "pässword"])
def test_a_secret_that_is_none_is_refused_and_not_told(secrets: Any) -> None:
    with pytest.raises(ConfigurationError, match="secret") as caught:
        WebhookVerifier(secrets, replays=None)

    assert "pässword" not in str(caught.value)


def test_the_secret_is_not_shown(verifier: WebhookVerifier) -> None:
    assert SECRET[6:] not in repr(verifier)
    assert repr(verifier) == "<WebhookVerifier with the secret that is known>"


async def test_every_refusal_is_a_webhook_error() -> None:
    assert all(issubclass(each, WebhookError) for each in (InvalidSignature, StaleWebhook, UnreadableWebhook))


async def test_the_store_forgets_what_is_over(clock: FixedClock) -> None:
    store = MemoryReplayStore(clock=clock)
    await store.seen("b1", NOW + SECOND)

    await clock.sleep(2)

    assert not await store.seen("b1", NOW + 3 * SECOND)
    assert await store.seen("b1", NOW + 3 * SECOND)


async def test_the_store_is_bounded_and_the_oldest_gives_way(clock: FixedClock) -> None:
    store = MemoryReplayStore(2, clock=clock)
    for name in ("b1", "b2", "b3"):
        assert not await store.seen(name, NOW + SECOND)

    assert await store.seen("b3", NOW + SECOND)
    assert await store.seen("b2", NOW + SECOND)
    assert not await store.seen("b1", NOW + SECOND)


async def test_forgetting_what_is_not_there_is_nothing(clock: FixedClock) -> None:
    store = MemoryReplayStore(clock=clock)

    await store.forget("b1")

    assert not await store.seen("b1", NOW + SECOND)
