"""The rules of retries: when a request is sent again, and after how long. No clock, no I/O."""

import attrs

# Sent once and tried again twice: the usual number in SDKs.
ATTEMPTS = 3
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 8.0
# If a server asks for more, a person or a job should ask again later, not a coroutine that waits.
LONGEST_RETRY_AFTER_SECONDS = 60.0

# Sending such a request twice has the same effect as sending it once.
IDEMPOTENT_METHODS = frozenset({"GET", "PATCH", "PUT", "DELETE"})
# These methods change nothing.
HARMLESS_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# The server says that it did nothing, so nothing can happen twice.
NOTHING_HAPPENED = frozenset({429})
CONFLICT = 409
# The server did not get the whole request in time, and may be asked again (RFC 9110, 15.5.9). That means that nothing
# happened; but some proxies also answer so if the server behind them is slow.
TIMED_OUT = 408
# The server, or a proxy, failed: the request may have happened. A code without a name, such as a proxy's 520, means the
# same as 500 (RFC 9110, 15). Only these five will be the answer to the same request each time.
FAILED = range(500, 1000)
FAILED_FOR_GOOD = frozenset({501, 505, 506, 510, 511})


def may_have_happened(method: str, *, is_repeatable: bool) -> str:
    """The warning about a request that may have reached the server; empty if no warning is needed.

    Args:
        is_repeatable: Sending it twice has the same effect as sending it once.
    """
    if method in HARMLESS_METHODS:
        return ""
    if method in IDEMPOTENT_METHODS:
        return "it may have happened, and may be repeated"
    return "" if is_repeatable else "it may have happened: look before you repeat it"


@attrs.frozen(kw_only=True)
class Outcome:
    """How a failed attempt ended.

    Attributes:
        status: The HTTP status; None if there was no answer.
        was_sent: Whether the request may have reached the server.
        retry_after: The seconds that the server asked to wait; None if it did not.
    """

    status: int | None = None
    was_sent: bool = True
    retry_after: float | None = None

    @property
    def may_have_happened(self) -> bool:
        """Whether the request may have happened, although no answer says so."""
        if self.status is None:
            return self.was_sent
        # A 409 with Retry-After: the first request with this idempotency key is still running.
        is_under_way = self.status == CONFLICT and self.retry_after is not None
        return is_under_way or self.status == TIMED_OUT or self.status in FAILED


def wait_before_next(
    outcome: Outcome, *, attempt: int, attempts: int = ATTEMPTS, is_repeatable: bool, jitter: float
) -> float | None:
    """Seconds to wait before the next attempt; None if there must be none.

    Args:
        attempt: The number of the attempt that has just ended, from 1.
        is_repeatable: Sending it twice has the same effect as sending it once: because of its method, or because the
            server keeps its answer under an idempotency key.
        jitter: 0 to 1, evenly distributed. A wait is 50 to 100 % of its full length, so that clients spread out.
    """
    if attempt >= attempts or not _may_try_again(outcome, is_repeatable):
        return None
    if outcome.retry_after:  # 0, or a date in the past, is no wait: all attempts would come at once
        return outcome.retry_after if outcome.retry_after <= LONGEST_RETRY_AFTER_SECONDS else None
    full = min(FIRST_WAIT_SECONDS * 2.0 ** (attempt - 1), LONGEST_WAIT_SECONDS)
    return full * (0.5 + jitter / 2)


def _may_try_again(outcome: Outcome, is_repeatable: bool) -> bool:
    if outcome.status is None:
        return is_repeatable or not outcome.was_sent
    if outcome.status in NOTHING_HAPPENED:
        return True
    if outcome.status == CONFLICT:
        # Only a 409 with Retry-After asks for another attempt: the first one with this key is still running.
        return is_repeatable and outcome.retry_after is not None
    has_failed = outcome.status == TIMED_OUT or (outcome.status in FAILED and outcome.status not in FAILED_FOR_GOOD)
    return is_repeatable and has_failed
