"""What follows on a failed attempt at a request: another one, or the error for all attempts together."""

import time

import attrs

from ..attempts import Attempt
from ..errors import APIError, NotSent, OutcomeUnknown, ServerError, TransportError, UnexpectedResponse
from ..logs import fields, logger
from ..mistakes.shown import lasting
from .attempting import Attempting, add
from .deadlines import Deadline, fits
from .hooks import WaitStarted
from .refusals import refusal
from .replies import Reply
from .retries import HARMLESS_METHODS, Outcome, wait_before_next

# Their messages already say what may have happened.
SAYS_SO_ITSELF = (ServerError, UnexpectedResponse)


@attrs.define(eq=False, kw_only=True, repr=False)
class Trying(Attempting):
    """One request, sent again where that is right.

    Attributes:
        may_have_happened: An attempt before the last one may have done what was asked for.
    """

    may_have_happened: bool = attrs.field(default=False, init=False)

    async def go_on(self, failed: TransportError | Reply) -> None:
        """Wait until the next attempt is due; raises the error if there must be none.

        Args:
            failed: How the last attempt ended.
        """
        if isinstance(failed, Reply):
            failure, outcome = self._refused(failed)
        else:
            failure, outcome = self._unanswered(failed)
        if self.deadline is not None and self.deadline.left <= 0:
            add(failure, f"{self.deadline} was reached")
        wait = wait_before_next(
            outcome,
            attempt=len(self.history),
            attempts=self.policy.attempts,
            is_repeatable=self.request.is_repeatable
            or (self.request.idempotency_key is not None and self.http.honours_keys),
            jitter=self.http.source.random(),
        )
        if wait is None or not self._may_try_again(wait, failure):
            self._log_end(failure)
            raise self.in_all(failure) from failure.__cause__
        self.may_have_happened = self.may_have_happened or outcome.may_have_happened
        await self._wait(wait, failure)

    @property
    def deadline(self) -> Deadline | None:
        return None if self.call is None else self.call.deadline

    def _unanswered(self, error: TransportError) -> tuple[Exception, Outcome]:
        error.attempts = len(self.history)
        if isinstance(error, OutcomeUnknown):
            error.idempotency_key = self.request.idempotency_key
        return error, Outcome(was_sent=isinstance(error, OutcomeUnknown))

    def _refused(self, reply: Reply) -> tuple[Exception, Outcome]:
        error = refusal(reply, attempts=len(self.history), is_repeatable=self.request.is_repeatable)
        error.history = reply.history
        return error, Outcome(status=reply.status, retry_after=reply.retry_after)

    def _may_try_again(self, wait: float, failure: Exception) -> bool:
        """Whether there is time, and a retry in store. If not, the failure says so."""
        last, end = self.history[-1], self.deadline
        if end is not None and not fits(wait=wait, took=last.seconds if last.status else 0, left=end.left):
            if end.left > 0:
                add(failure, f"not tried again in {lasting(wait)}: of {end} {lasting(max(end.left, 0))} are left")
            return False
        if not self.policy.retries.take():
            add(failure, "not tried again: this client has used up its retries for now (see retry_budget)")
            return False
        return True

    async def _wait(self, seconds: float, failure: Exception) -> None:
        """Wait before the next attempt, by the client's clock."""
        last = self.history[-1]
        logger.debug(
            "%s %s: attempt %s failed, next in %.2f s: %s",
            last.method,
            last.path,
            last.number,
            seconds,
            failure,
            extra=fields("request.retried", **_about(last), wait_seconds=seconds),
        )
        if self.call is not None and self.policy.hooks:
            await self.policy.hooks.tell(WaitStarted(call=self.call.started, seconds=seconds, after=last))
        began = time.monotonic()
        await self.http.clock.sleep(seconds)
        # A simulated clock may jump. Then it has waited all the same.
        self.waited_seconds = max(seconds, time.monotonic() - began)

    def _log_end(self, failure: Exception) -> None:
        last = self.history[-1]
        logger.debug(
            "%s %s: attempt %s failed, and was the last: %s",
            last.method,
            last.path,
            last.number,
            failure,
            extra=fields("request.failed", **_about(last)),
        )

    # The error for all attempts together

    def not_sent(self, sentence: str) -> NotSent:
        """The error for a request that could not be sent this time."""
        error = NotSent(f"{self.request.method} {self.request.path} was not sent{sentence}", attempts=len(self.history))
        error.history = tuple(self.history)
        return error

    def in_all(self, failure: Exception) -> Exception:
        """The error for all attempts together: what holds for the last one need not hold for those before it."""
        may_have_happened = self.may_have_happened and self.request.method not in HARMLESS_METHODS
        if isinstance(failure, NotSent) and may_have_happened:
            failure = self._unknown(failure)
        elif may_have_happened and isinstance(failure, APIError) and not isinstance(failure, SAYS_SO_ITSELF):
            add(failure, "an earlier attempt may have happened")
        # If there was no access token, the error has the attempts of its own request.
        if isinstance(failure, TransportError) and self.history and failure.history == tuple(self.history):
            if isinstance(failure, NotSent):
                add(failure, "nothing has happened")
            if len(self.history) > 1:
                add(failure, f"{len(self.history)} attempts in {lasting(_seconds(self.history))} in all")
        return failure

    def _unknown(self, last: NotSent) -> OutcomeUnknown:
        what_to_do = ", and may be repeated" if self.request.is_repeatable else ": look before you repeat it"
        error = OutcomeUnknown(
            f"{self.request.method} {self.request.path} may have happened{what_to_do}; "
            f"an earlier attempt may have reached DES, and the last one did not: {last}",
            attempts=last.attempts,
            idempotency_key=self.request.idempotency_key,
        )
        error.history = last.history
        return error


def _about(attempt: Attempt) -> dict[str, object]:
    """The fields of a log record about a failed attempt."""
    return {
        "method": attempt.method,
        "path": attempt.path,
        "attempt": attempt.number,
        "status": attempt.status,
        "error": attempt.error,
    }


def _seconds(history: list[Attempt]) -> float:
    """How long all attempts took, with the waits between them."""
    return sum(attempt.seconds_waited_before + attempt.seconds for attempt in history)
