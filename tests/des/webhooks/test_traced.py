"""The trace shows webhooks without their secrets."""

import logging

import httpx
import pytest

from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace

from ..journey import create_dream
from ..receiver import TRANSACTIONS_URL, Receiver, secret
from .conftest import HOUR, subscribe


async def test_the_trace_shows_messages_to_the_bank_and_no_secret(
    ada: httpx.AsyncClient,
    backend: httpx.AsyncClient,
    subscribed: None,
    receiver: Receiver,
    clock: SimulatedClock,
    trace: Trace,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.answers = [500, None]
    await subscribe(backend, "b", transactionsUrl=TRANSACTIONS_URL)
    await create_dream(ada)
    await clock.advance(HOUR)

    messages = [message for message in trace if {"des", "bank_backend"} == {message.sender, message.receiver}]
    sent = [message for message in messages if message.sender == "des" and message.kind == "request"]
    answered = [message.label for message in messages if message.receiver == "des" and message.kind == "response"]
    assert [message.label for message in sent] == ["POST /webhooks/events"] * 3
    assert sent[0].detail["body"] == receiver.batches[0]
    assert answered == ["500 Internal Server Error", "no answer", "204 No Content"]
    heard = f"{trace.as_json()}{[*map(repr, trace)]}{caplog.text}"
    for hidden in (secret("a"), secret("b"), secret("a")[6:], receiver.requests[0].headers["webhook-signature"]):
        assert hidden not in heard
