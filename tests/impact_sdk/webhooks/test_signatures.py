"""What a webhook must have so that it counts as signed by DES."""

import base64
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
    StaleWebhook,
    UnreadableWebhook,
    WebhookError,
    WebhookVerifier,
)

from ..fixed_clock import FixedClock
from .batches import BODY, NOW, OTHER, SECRET, signed


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
