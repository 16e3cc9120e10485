"""When a request is tried again, after how long, and when that would be wrong. Rules only: no clock, no I/O."""

import attrs

# Sent once and tried again twice, as the SDKs that people know do.
ATTEMPTS = 3
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 8.0
# A server that asks for more is better asked again by a person, or a job, than by a coroutine that sits and waits.
LONGEST_RETRY_AFTER_SECONDS = 60.0

# What such a method does twice, it does once.
IDEMPOTENT_METHODS = frozenset({"GET", "PATCH", "PUT", "DELETE"})
# They change nothing at all.
HARMLESS_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# The server says that it did nothing: asking again cannot do it twice.
NOTHING_HAPPENED = frozenset({429})
CONFLICT = 409
# The server has not got the whole request in time, and may be asked again (RFC 9110, 15.5.9). It says that nothing has
# happened; but proxies answer so too where the server behind them takes its time.
TIMED_OUT = 408
# The server, or something before it, failed: it may have done it. A code without a name, such as a proxy's 520, is as
# good as 500 (RFC 9110, 15); of these five alone the same request will never be anything else.
FAILED = range(500, 1000)
FAILED_FOR_GOOD = frozenset({501, 505, 506, 510, 511})


def may_have_happened(method: str, *, is_repeatable: bool) -> str:
    """What is to be said of a request that may have reached the server; nothing where it does not matter.

    Args:
        is_repeatable: Whether doing it twice does what doing it once does.
    """
    if method in HARMLESS_METHODS:
        return ""
    if method in IDEMPOTENT_METHODS:
        return "it may have happened, and may be repeated"
    return "" if is_repeatable else "it may have happened: look before you repeat it"


@attrs.frozen(kw_only=True)
class Outcome:
    """How one attempt ended, when it did not end well.

    Attributes:
        status: The HTTP status; None when there was no answer.
        was_sent: Whether the request may have reached the server.
        retry_after: Seconds for which the server asked to be left alone; None when it did not.
    """

    status: int | None = None
    was_sent: bool = True
    retry_after: float | None = None

    @property
    def may_have_happened(self) -> bool:
        """Whether what was asked for may have been done, although nobody says so."""
        if self.status is None:
            return self.was_sent
        # A 409 that asks to come again: under this idempotency key it is being done.
        is_under_way = self.status == CONFLICT and self.retry_after is not None
        return is_under_way or self.status == TIMED_OUT or self.status in FAILED


def wait_before_next(
    outcome: Outcome, *, attempt: int, attempts: int = ATTEMPTS, is_repeatable: bool, jitter: float
) -> float | None:
    """Seconds to wait before the next attempt; None when there must be none.

    Args:
        attempt: Which one has just ended, from 1.
        is_repeatable: Whether doing it twice does what doing it once does: by its method, or because the server keeps
            its answer under an idempotency key.
        jitter: 0 to 1, evenly spread. Waits are 50 to 100 % of their full length, so that clients part.
    """
    if attempt >= attempts or not _may_try_again(outcome, is_repeatable):
        return None
    if outcome.retry_after:  # 0, or a date that has passed, names no length: all attempts would come at once
        return outcome.retry_after if outcome.retry_after <= LONGEST_RETRY_AFTER_SECONDS else None
    full = min(FIRST_WAIT_SECONDS * 2.0 ** (attempt - 1), LONGEST_WAIT_SECONDS)
    return full * (0.5 + jitter / 2)


def _may_try_again(outcome: Outcome, is_repeatable: bool) -> bool:
    if outcome.status is None:
        return is_repeatable or not outcome.was_sent
    if outcome.status in NOTHING_HAPPENED:
        return True
    if outcome.status == CONFLICT:
        # The first attempt with this idempotency key is still running; only then does a 409 ask to be tried again.
        return is_repeatable and outcome.retry_after is not None
    has_failed = outcome.status == TIMED_OUT or (outcome.status in FAILED and outcome.status not in FAILED_FOR_GOOD)
    return is_repeatable and has_failed
