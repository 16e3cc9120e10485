"""The rules for delivering a batch of events to a bank: no clock, no I/O.

    on its way --2xx--------------------> delivered; the next batch goes
        | ^  `--410---------------------> unsubscribed; nothing goes any more
        | `-----anything else, or nothing: again after a wait
        `-------the waits are used up---> given up; the next batch goes

No batch overtakes an earlier one, so that a bank gets all events in order. These rules are ours: the vendor's page on
delivery is not public (docs/des.md 8.1).
"""

import enum
import functools
from collections.abc import Mapping
from datetime import datetime, timedelta

import attrs

from ...timeline.clock import timestamp
from .endpoints import EndpointRow

LARGEST_BATCH = 100

# The wait after each failed attempt. Nearly what Standard Webhooks proposes.
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

# The time that a bank has for its answer.
TIMEOUT = timedelta(seconds=15)

# The time that a process has for an attempt: longer than any attempt takes. After it the process counts as dead.
LEASE = timedelta(seconds=60)

# The clocks of several processes may be so far apart.
LENIENCY = timedelta(minutes=1)

# The secret before the present one signs for so long.
ROTATION = timedelta(hours=24)


# Cached: simulated time stands still most of the time.
@functools.lru_cache(64)
def asked_at(now: datetime) -> Mapping[str, str]:
    """The moments by which the store finds endpoints with something to deliver.

    A moment further away than any wait comes from a clock that was ahead and has been set back since: then the batch is
    due, and the claim is over.
    """
    waits = (timedelta(), *WAITS)
    far = {f"far_{attempts}": timestamp(now + wait + LENIENCY) for attempts, wait in enumerate(waits)}
    return {"now": timestamp(now), "stale": timestamp(now + LEASE + LENIENCY), **far}


class DeliveryResult(enum.Enum):
    """How an attempt to deliver a batch ended."""

    DELIVERED = enum.auto()
    AGAIN = enum.auto()
    GIVEN_UP = enum.auto()
    UNSUBSCRIBED = enum.auto()


@attrs.frozen(kw_only=True)
class Reply:
    """What a bank replied.

    Attributes:
        status: Of the answer; None if none came.
        error: Why the attempt failed, in words; None if it succeeded.
    """

    status: int | None
    error: str | None


def delivery_result(status: int | None, *, attempts: int) -> DeliveryResult:
    """What a status means; None if no answer came.

    Args:
        attempts: How many there were, this one included.
    """
    if status is not None and 200 <= status < 300:
        return DeliveryResult.DELIVERED
    if status == 410:
        return DeliveryResult.UNSUBSCRIBED
    return DeliveryResult.AGAIN if attempts <= len(WAITS) else DeliveryResult.GIVEN_UP


def concluded(endpoint: EndpointRow, reply: Reply, *, now: datetime) -> EndpointRow:
    """The endpoint after an attempt at its batch."""
    attempts = endpoint.attempts + 1
    free = attrs.evolve(endpoint, claimed_until=None, last_error=reply.error)
    result = delivery_result(reply.status, attempts=attempts)
    if result is DeliveryResult.AGAIN:
        return attrs.evolve(free, attempts=attempts, due_at=timestamp(now + WAITS[attempts - 1]))
    done = attrs.evolve(free, batch_id=None, batch_at=None, batch_until_us=None, attempts=0, due_at=None)
    if result is DeliveryResult.UNSUBSCRIBED:
        return attrs.evolve(done, unsubscribed_at=timestamp(now))
    assert endpoint.batch_until_us is not None  # a batch has events
    delivered = attrs.evolve(done, delivered_us=endpoint.batch_until_us)
    if result is DeliveryResult.DELIVERED:
        return delivered
    given_up = f"a batch was given up after {attempts} attempts: {reply.error}"
    return attrs.evolve(delivered, last_error=given_up)
