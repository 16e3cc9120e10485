"""A hint tells the bank of a requested transaction, once."""

from datetime import timedelta

import httpx

from bank_app_sim.timeline.clock import SimulatedClock

from ..journey import create_dream, id_of, initiate, launch_daily
from ..receiver import TRANSACTIONS_URL, Receiver, signers
from .conftest import HOUR, subscribe


async def test_a_requested_transaction_is_hinted_at_once_with_a_signature_and_nothing_else(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    await subscribe(backend, transactionsUrl=TRANSACTIONS_URL)
    await initiate(ada, id_of(ada))
    await create_dream(ada)
    await clock.advance(HOUR)
    assert receiver.hints == []

    await launch_daily(ada, await create_dream(ada))
    await clock.advance(HOUR)

    (hint,) = receiver.hints
    assert hint.content == b"{}"
    assert signers(hint, "a") == ["a"]


async def test_a_hint_that_is_lost_is_not_repeated(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    await subscribe(backend, transactionsUrl=TRANSACTIONS_URL)
    await initiate(ada, id_of(ada))
    dream = await create_dream(ada)
    await clock.advance(timedelta())
    receiver.answers = [500] * 4
    await launch_daily(ada, dream)

    await clock.advance(HOUR)

    assert len(receiver.hints) == 1
    assert "DepositRequested" in receiver.types
