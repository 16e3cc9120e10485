"""What becomes of a batch of events on its way to a bank: rules only, no clock, no I/O.

    on its way --2xx--------------------> delivered; the next batch goes
        | ^  `--410---------------------> unsubscribed; nothing goes any more
        | `-----anything else, or nothing: again after a wait
        `-------the waits are used up---> given up; the next batch goes

A batch is never overtaken by a later one, so that a bank hears of everything in order. All of it is ours: the vendor's
page on delivery is not public (docs/des.md 8.1).
"""

import enum
import functools
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs

from ..timeline.clock import timestamp

LARGEST_BATCH = 100

# After each failed attempt; after the last one there is none. Nearly what Standard Webhooks proposes.
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)

# How long a bank has for its answer.
TIMEOUT = timedelta(seconds=15)

# How long a process has for an attempt: longer than any takes. After that it is taken for dead.
LEASE = timedelta(seconds=60)

# How far the clocks of several processes may be apart.
LENIENCY = timedelta(minutes=1)

# How long the secret before the present one goes on signing.
ROTATION = timedelta(hours=24)


# Simulated time stands still most of the time.
@functools.lru_cache(64)
def asked_at(now: datetime) -> Mapping[str, str]:
    """What endpoints are asked with that may have something to deliver.

    A moment that is further away than any wait leads was written down by a clock that was ahead, and has been set back
    since: a batch is due then, and a claim is over.
    """
    waits = (timedelta(), *WAITS)
    far = {f"far_{attempts}": timestamp(now + wait + LENIENCY) for attempts, wait in enumerate(waits)}
    return {"now": timestamp(now), "stale": timestamp(now + LEASE + LENIENCY), **far}


class Outcome(enum.Enum):
    """How an attempt ended for its batch."""

    DELIVERED = enum.auto()
    AGAIN = enum.auto()
    GIVEN_UP = enum.auto()
    UNSUBSCRIBED = enum.auto()


@attrs.frozen(kw_only=True)
class Reply:
    """What came back.

    Attributes:
        status: Of the answer; None where there was none.
        error: Why it is no success, in words; None where it is one.
    """

    status: int | None
    error: str | None


def outcome(status: int | None, *, attempts: int) -> Outcome:
    """What an answer means, or that there was none.

    Args:
        attempts: How many there have been, this one included.
    """
    if status is not None and 200 <= status < 300:
        return Outcome.DELIVERED
    if status == 410:
        return Outcome.UNSUBSCRIBED
    return Outcome.AGAIN if attempts <= len(WAITS) else Outcome.GIVEN_UP


def conclusion(reply: Reply, *, attempts: int, until_us: int, now: datetime) -> Mapping[str, Any]:
    """What to write down about the endpoint after an attempt.

    Args:
        attempts: How many there have been, this one included.
        until_us: Of the last event of the batch.
    """
    done = {"batch_id": None, "batch_at": None, "batch_until_us": None, "attempts": 0, "due_at": None}
    free = {"claimed_until": None, "last_error": reply.error}
    match outcome(reply.status, attempts=attempts):
        case Outcome.DELIVERED:
            return {**free, **done, "delivered_us": until_us}
        case Outcome.GIVEN_UP:
            given_up = f"a batch was given up after {attempts} attempts: {reply.error}"
            return {**free, **done, "delivered_us": until_us, "last_error": given_up}
        case Outcome.UNSUBSCRIBED:
            return {**free, **done, "unsubscribed_at": timestamp(now)}
        case Outcome.AGAIN:
            return {**free, "attempts": attempts, "due_at": timestamp(now + WAITS[attempts - 1])}
