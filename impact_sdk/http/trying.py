"""The attempts at one request: each is sent, written down, and told to who watches."""

import time
from collections.abc import Mapping, Sequence

import attrs

from ..attempts import Attempt
from ..errors import APIError, NotSent, OutcomeUnknown, ServerError, TransportError, UnexpectedResponse
from ..logs import fields, logger
from ..mistakes.shown import lasting
from ..reports import without_secrets
from ..secrets import REDACTED, ConcealedBytes, Redaction, Secret
from . import routes
from .calls import Call
from .exchange import HTTP, Limits, Sending
from .headers import Proof
from .hooks import AttemptEnded, AttemptStarted, WaitStarted
from .policy import Policy
from .recording import is_recorded
from .replies import Reply, asked_with, request_id
from .retries import HARMLESS_METHODS, may_have_happened

GOOD = range(200, 300)
# What it may have done is in its message.
SAYS_SO_ITSELF = (ServerError, UnexpectedResponse)


@attrs.define(eq=False, kw_only=True, repr=False)
class Trying:
    """One request, however often it is sent.

    Attributes:
        content: The body; None where there is none.
        is_repeatable: Whether doing it twice does what doing it once does.
        conceal: Secrets in the request besides its proof.
        history: The attempts so far.
        may_have_happened: What is asked for may have been done by one of those before the last.
    """

    http: HTTP
    policy: Policy
    call: Call | None
    method: str
    path: str
    url: str
    content: bytes | ConcealedBytes | None
    idempotency_key: str | None
    is_repeatable: bool
    conceal: Sequence[Secret] = ()
    history: list[Attempt] = attrs.field(factory=list, init=False)
    may_have_happened: bool = attrs.field(default=False, init=False)
    _waited: float = attrs.field(default=0.0, init=False)

    async def attempt(self, headers: dict[str, str | Secret], proof: Proof) -> Reply:
        """Send it once. The answer has all attempts so far, and so has whatever is raised in its place.

        Args:
            headers: All of the request's own, its proof too.
        """
        call, deadline = self.call, None if self.call is None else self.call.deadline
        started = None if call is None or not self.policy.hooks else self._starting(call, headers)
        sending, redaction = Sending(), Redaction(self.conceal, proof, self.http.headers)
        started_at, began = self.http.clock.now(), time.monotonic()
        reply: Reply | None = None
        failure: BaseException | None = None
        try:
            if started is not None:
                await self.policy.hooks.tell(started)
                headers.update(started._added)
                began = time.monotonic()
            if call is not None:
                call.attempts += 1
            limits = Limits(self.policy.timeout_seconds, None if deadline is None else max(deadline.left, 0.0))
            reply = await self.http.send(self.method, self.url, headers, self.content, limits, sending)
            asked_with(reply, redaction, self.idempotency_key)
            if started is None and reply.status in GOOD and not self.history and not is_recorded():
                return reply  # as nearly always: nobody asks how it went
        except BaseException as error:
            failure = without_secrets(error, redaction) if isinstance(error, TransportError) else error
        if isinstance(failure, OutcomeUnknown):
            add(failure, self._claim)
        attempt = Attempt(
            number=len(self.history) + 1,
            method=self.method,
            path=self.path,
            status=None if reply is None else reply.status,
            error=None if failure is None else type(failure).__name__,
            started_at=started_at,
            seconds=time.monotonic() - began,
            seconds_waited_before=self._waited,
            seconds_waited_for_connection=sending.waited_seconds,
            request_id=None if reply is None else request_id(reply),
        )
        self.history.append(attempt)
        if isinstance(failure, TransportError):
            failure.history = tuple(self.history)
        if started is not None:
            ended = AttemptEnded(started=started, attempt=attempt)
            await self.policy.hooks.tell(ended, may_wait=not isinstance(failure, GeneratorExit))
        if reply is None:
            try:
                raise failure or AssertionError("neither an answer nor an error")
            finally:
                failure = None  # it has this frame, which would have it
        return attrs.evolve(reply, history=tuple(self.history))

    @property
    def _claim(self) -> str:
        return may_have_happened(self.method, is_repeatable=self.is_repeatable) or "it may be sent again"

    def in_all(self, failure: Exception) -> Exception:
        """The error for all attempts together: what is true of the last need not be of one before it."""
        may_have_happened = self.may_have_happened and self.method not in HARMLESS_METHODS
        if isinstance(failure, NotSent) and may_have_happened:
            failure = self._unknown(failure)
        elif may_have_happened and isinstance(failure, APIError) and not isinstance(failure, SAYS_SO_ITSELF):
            add(failure, "an earlier attempt may have happened")
        # Not of an access token that could not be had: that has attempts of its own.
        if isinstance(failure, TransportError) and self.history and failure.history == tuple(self.history):
            if isinstance(failure, NotSent):
                add(failure, "nothing has happened")
            if len(self.history) > 1:
                add(failure, f"{len(self.history)} attempts in {lasting(self._seconds)} in all")
        return failure

    def _unknown(self, last: NotSent) -> OutcomeUnknown:
        what_to_do = ", and may be repeated" if self.is_repeatable else ": look before you repeat it"
        error = OutcomeUnknown(
            f"{self.method} {self.path} may have happened{what_to_do}; "
            f"an earlier attempt may have reached DES, and the last one did not: {last}",
            attempts=last.attempts,
            idempotency_key=self.idempotency_key,
        )
        error.history = last.history
        return error

    @property
    def _seconds(self) -> float:
        """How long all attempts took, with the waits between them."""
        return sum(attempt.seconds_waited_before + attempt.seconds for attempt in self.history)

    def log_end(self, failure: Exception) -> None:
        """Say that there is no attempt after this failure."""
        last = self.history[-1]
        logger.debug(
            "%s %s: attempt %s failed, and was the last: %s",
            self.method,
            self.path,
            last.number,
            failure,
            extra=fields(
                "request.failed",
                method=self.method,
                path=self.path,
                attempt=last.number,
                status=last.status,
                error=last.error,
            ),
        )

    async def wait(self, seconds: float, failure: Exception) -> None:
        """Wait before the next attempt, by the client's clock.

        Args:
            failure: Of the last one.
        """
        last = self.history[-1]
        logger.debug(
            "%s %s: attempt %s failed, next in %.2f s: %s",
            self.method,
            self.path,
            last.number,
            seconds,
            failure,
            extra=fields(
                "request.retried",
                method=self.method,
                path=self.path,
                attempt=last.number,
                status=last.status,
                error=last.error,
                wait_seconds=seconds,
            ),
        )
        if self.call is not None and self.policy.hooks:
            await self.policy.hooks.tell(WaitStarted(call=self.call.started, seconds=seconds, after=self.history[-1]))
        began = time.monotonic()
        await self.http.clock.sleep(seconds)
        # By a clock that is moved, it has waited all the same.
        self._waited = max(seconds, time.monotonic() - began)

    def _starting(self, call: Call, headers: Mapping[str, str | Secret]) -> AttemptStarted:
        return AttemptStarted(
            call=call.started,
            number=len(self.history) + 1,
            method=self.method,
            path=self.path,
            route=routes.route(self.path),
            url=routes.told(self.url),
            headers=seen({**self.http.headers, **headers}),
            started_at=self.http.clock.now(),
            seconds_waited_before=self._waited,
        )


def seen(headers: Mapping[str, str | Secret]) -> Mapping[str, str]:
    """Headers as they may be shown."""
    return {name: REDACTED if isinstance(value, Secret) else value for name, value in headers.items()}


def add(error: Exception, sentence: str) -> None:
    """Let an error say one thing more."""
    error.args = (f"{error}; {sentence}", *error.args[1:])
