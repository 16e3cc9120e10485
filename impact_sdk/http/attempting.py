"""The attempts at one request: each is sent, written down, and told to the hooks."""

import time
from collections.abc import Mapping
from datetime import datetime

import attrs

from ..attempts import Attempt
from ..errors import OutcomeUnknown, TransportError
from ..reports import without_secrets
from ..secrets import REDACTED, Redaction, Secret
from . import routes
from .calls import Call
from .carriers.seam import Sending
from .carriers.time_limits import Limits
from .exchange import HTTP
from .headers import Proof
from .hooks import AttemptEnded, AttemptStarted
from .policy import Policy
from .recording import is_recorded
from .replies import Reply, asked_with, request_id
from .request import Request
from .retries import may_have_happened

GOOD = range(200, 300)


@attrs.define(eq=False, kw_only=True, repr=False)
class Attempting:
    """The attempts at one request.

    Attributes:
        call: The call that the request is part of; None if nobody keeps track of it.
        history: The attempts so far.
        waited_seconds: How long the call waited before the next attempt.
    """

    http: HTTP
    policy: Policy
    call: Call | None
    request: Request
    history: list[Attempt] = attrs.field(factory=list, init=False)
    waited_seconds: float = attrs.field(default=0.0, init=False)

    async def attempt(self, proof: Proof) -> Reply:
        """Send the request once. The answer, or the error, has all attempts so far."""
        headers: dict[str, str | Secret] = {**self.request.headers, **proof}
        started = None if self.call is None or not self.policy.hooks else self._starting(self.call, headers)
        sending, redaction = Sending(), Redaction(self.request.conceal, proof, self.http.headers)
        started_at = self.http.clock.now()
        try:
            reply = await self._sent(headers, started, sending)
        except BaseException as error:
            if isinstance(error, TransportError):
                without_secrets(error, redaction)
            if isinstance(error, OutcomeUnknown):
                add(error, self._claim)
            attempt = self._written_down(started_at, sending, failure=error)
            if isinstance(error, TransportError):
                error.history = tuple(self.history)
            await self._tell_end(started, attempt, may_wait=not isinstance(error, GeneratorExit))
            raise
        asked_with(reply, redaction, self.request.idempotency_key)
        if started is None and reply.status in GOOD and not self.history and not is_recorded():
            return reply  # nearly always: nobody asks how it went
        await self._tell_end(started, self._written_down(started_at, sending, reply=reply))
        return attrs.evolve(reply, history=tuple(self.history))

    async def _sent(self, headers: dict[str, str | Secret], started: AttemptStarted | None, sending: Sending) -> Reply:
        if started is not None:
            await self.policy.hooks.tell(started)
            headers.update(started._added)
        call, request = self.call, self.request
        deadline = None if call is None else call.deadline
        if call is not None:
            call.attempts += 1
        limits = Limits(self.policy.timeout_seconds, None if deadline is None else max(deadline.left, 0.0))
        return await self.http.send(request.method, request.url, headers, request.content, limits, sending)

    def _written_down(
        self,
        started_at: datetime,
        sending: Sending,
        *,
        reply: Reply | None = None,
        failure: BaseException | None = None,
    ) -> Attempt:
        attempt = Attempt(
            number=len(self.history) + 1,
            method=self.request.method,
            path=self.request.path,
            status=None if reply is None else reply.status,
            error=None if failure is None else type(failure).__name__,
            started_at=started_at,
            seconds=time.monotonic() - sending.began,
            seconds_waited_before=self.waited_seconds,
            seconds_waited_for_connection=sending.waited_seconds,
            request_id=None if reply is None else request_id(reply),
        )
        self.history.append(attempt)
        return attempt

    async def _tell_end(self, started: AttemptStarted | None, attempt: Attempt, *, may_wait: bool = True) -> None:
        if started is not None:
            await self.policy.hooks.tell(AttemptEnded(started=started, attempt=attempt), may_wait=may_wait)

    @property
    def _claim(self) -> str:
        request = self.request
        return may_have_happened(request.method, is_repeatable=request.is_repeatable) or "it may be sent again"

    def _starting(self, call: Call, headers: Mapping[str, str | Secret]) -> AttemptStarted:
        return AttemptStarted(
            call=call.started,
            number=len(self.history) + 1,
            method=self.request.method,
            path=self.request.path,
            route=routes.route(self.request.path),
            url=routes.told(self.request.url),
            headers=seen({**self.http.headers, **headers}),
            started_at=self.http.clock.now(),
            seconds_waited_before=self.waited_seconds,
        )


def seen(headers: Mapping[str, str | Secret]) -> Mapping[str, str]:
    """Headers without their secrets."""
    return {name: REDACTED if isinstance(value, Secret) else value for name, value in headers.items()}


def add(error: Exception, sentence: str) -> None:
    """Add a sentence to an error's message."""
    error.args = (f"{error}; {sentence}", *error.args[1:])
