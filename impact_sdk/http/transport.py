"""One request to DES and its answer: credentials, attempts, errors."""

import abc
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Unpack
from urllib.parse import urlencode

import anyio
import attrs

from .. import arguments, wire
from ..attempts import Attempt
from ..clock import steady
from ..errors import APIError, NotSent, OutcomeUnknown, TransportError
from ..mistakes.shown import lasting
from ..secrets import ConcealedBytes, Secret
from . import routes
from .calls import Call, Calling, Paging
from .deadlines import Deadline, fits
from .exchange import HTTP, Limits
from .headers import Proof
from .hooks import CallStarted
from .options import CallOptions
from .policy import DEFAULT, Policy
from .recording import record
from .refusals import refusal
from .replies import Reply, unexpected
from .retries import IDEMPOTENT_METHODS, Outcome, wait_before_next
from .trying import GOOD, Trying, add


class Auth(abc.ABC):
    """Whose name a request is sent in."""

    @abc.abstractmethod
    async def headers(self, asking: "Transport") -> Proof:
        """The headers that prove it; where need be they are fetched first, within the limits of the call."""

    @property
    def owner(self) -> object:
        """Who hears the answers (see `recorded`): a session has several proofs."""
        return self

    async def refused(self, proof: Proof) -> bool:
        """DES does not accept these headers (401). True when there are others by now, so that it is worth asking."""
        return False

    def answered(self, reply: Reply) -> None:  # noqa: B027  # most proofs stay as they are
        """DES accepted them, and may have sent newer ones."""


class Asked(CallOptions, total=False):
    """What a request may have besides its method and path.

    Attributes:
        is_repeatable: Whether doing it twice does what doing it once does; when left out, as the method says.
        conceal: Secrets in the request besides its proof, which no error may repeat.
    """

    query: Mapping[str, Any] | None
    body: Mapping[str, Any] | None
    form: Mapping[str, str] | None
    idempotency_key: str | None
    is_repeatable: bool
    conceal: Sequence[Secret]


@attrs.frozen(kw_only=True, repr=False)
class Transport:
    """Requests in one principal's name, tried again where that is right.

    Attributes:
        own_policy: How it asks, where that is not how its client does.
        call: The call that its requests are parts of; None where each is a call of its own.
        paging: The listing whose pages they are.
    """

    http: HTTP
    auth: Auth
    own_policy: Policy | None = None
    call: Call | None = None
    paging: Paging | None = None
    # Found out once: each call asks.
    policy: Policy = attrs.field(init=False)
    _keeps_calls: bool = attrs.field(init=False)

    @policy.default
    def _(self) -> Policy:
        return self.own_policy or self.http.policy or DEFAULT

    @_keeps_calls.default
    def _(self) -> bool:
        return bool(self.policy.hooks) or self.policy.deadline_seconds is not None

    def with_options(self, options: CallOptions) -> "Transport":
        """The same, with other limits for calls that do not say otherwise."""
        return attrs.evolve(self, own_policy=self.policy.for_calls(options))

    # Calls

    def begins_with(self, options: Mapping[str, Any]) -> bool:
        """Whether a method that is given these options has to begin a call.

        Where nobody watches and there is no deadline, there is nothing to keep of one.
        """
        if self.call is not None or self.paging is not None:
            return False
        return self._keeps_calls or options.get("deadline") is not None

    def calling(self, name: str, options: CallOptions) -> "Calling[Transport]":
        """A block in which one call is made; gives what its requests are sent through."""
        policy = self.policy.for_calls(options)

        def make() -> tuple[Call, Transport]:
            started = CallStarted(name=name, started_at=self.http.clock.now())
            shares = self.paging is not None and self.paging.ends
            deadline = self.paging.deadline if self.paging is not None and shares else self._deadline(policy)
            call = Call(started, deadline)
            return call, attrs.evolve(self, own_policy=policy, call=call, paging=None)

        return Calling(policy.hooks, make)

    def listing(self, name: str, options: CallOptions, *, ends: bool = True) -> "Transport":
        """What the pages of a listing are asked for through.

        Args:
            ends: Whether there is a last one; where not, the deadline is for each.
        """
        policy = self.policy.for_calls(options)
        deadline = self._deadline(policy) if ends else None
        if deadline is not None:
            deadline.stop()
        return attrs.evolve(self, own_policy=policy, paging=Paging(name, deadline, ends))

    def _deadline(self, policy: Policy) -> Deadline | None:
        return None if policy.deadline_seconds is None else Deadline(policy.deadline_seconds, steady(self.http.clock))

    # Requests

    async def request(self, method: str, path: str, **asked: Unpack[Asked]) -> Reply:
        """The answer to a request, when it is a good one; otherwise one of the errors.

        A POST has one idempotency key for all its attempts. After an attempt whose outcome is unknown a POST is sent
        again only where DES is known to honour keys.

        Raises:
            APIError: DES answered with anything but 200 to 299.
            NotSent: It was never sent.
            OutcomeUnknown: It may have happened.
        """
        if self.paging is None and not self.begins_with(asked):
            return await self._request(method, path, **asked)
        name = f"{method} {routes.route(path)}" if self.paging is None else self.paging.name
        options: CallOptions = {"timeout": asked.get("timeout"), "attempts": asked.get("attempts")}
        if "deadline" in asked:
            options["deadline"] = asked.pop("deadline")
        async with self.calling(name, options) as transport:
            return await transport._request(method, path, **asked)

    async def _request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        is_repeatable: bool | None = None,
        conceal: Sequence[Secret] = (),
        **options: Unpack[CallOptions],
    ) -> Reply:
        policy = self.policy.for_calls(options)
        self.http.require_same_loop()
        content, media_type = _encoded(body, form)
        key = arguments.idempotency_key(idempotency_key) or (self.http.new_key() if method == "POST" else None)
        given = {"Content-Type": media_type, "Idempotency-Key": key}
        if is_repeatable is None:
            is_repeatable = method in IDEMPOTENT_METHODS
        trying = Trying(
            http=self.http,
            policy=policy,
            call=self.call,
            method=method,
            path=path,
            url=self.http.address(path, query),
            content=content,
            idempotency_key=key,
            is_repeatable=is_repeatable,
            conceal=conceal,
        )
        was_refused = False
        while True:
            headers: dict[str, str | Secret] = {name: value for name, value in given.items() if value is not None}
            try:
                proof = await self._proof(f"{method} {path}", policy, trying.history)
            except NotSent as error:
                raise trying.in_all(error) from error.__cause__
            headers.update(proof)
            failure: Exception
            try:
                reply = await trying.attempt(headers, proof)
            except TransportError as error:
                failure, outcome = error, Outcome(was_sent=isinstance(error, OutcomeUnknown))
                error.attempts = len(trying.history)
                if isinstance(error, OutcomeUnknown):
                    error.idempotency_key = key
                self._say_deadline(error)
            else:
                record(reply, self.auth.owner, self.http)
                self.http.deprecations.heard(reply)
                if reply.status in GOOD:
                    policy.retries.answered()
                    self.auth.answered(reply)
                    if reply.unusable is not None:
                        raise unexpected(reply, reply.unusable, is_repeatable=is_repeatable)
                    return reply
                # It changed nothing, so that whatever it was may be sent again, under the same idempotency key.
                if reply.status == 401 and not was_refused and await self._has_another(proof):
                    was_refused = True
                    continue
                outcome = Outcome(status=reply.status, retry_after=reply.retry_after)
                failure = refusal(reply, attempts=len(trying.history), is_repeatable=is_repeatable)
                if isinstance(failure, APIError):
                    failure.history = reply.history
                self._say_deadline(failure)
            wait = wait_before_next(
                outcome,
                attempt=len(trying.history),
                attempts=policy.attempts,
                is_repeatable=is_repeatable or (key is not None and self.http.honours_keys),
                jitter=self.http.source.random(),
            )
            if wait is None or not self._may_try_again(trying, wait, failure):
                trying.log_end(failure)
                raise trying.in_all(failure) from failure.__cause__
            trying.may_have_happened = trying.may_have_happened or outcome.may_have_happened
            await trying.wait(wait, failure)

    @property
    def _end(self) -> Deadline | None:
        return None if self.call is None else self.call.deadline

    async def _has_another(self, proof: Proof) -> bool:
        """Whether there is another proof by now; a session may have to ask the host for one."""
        if self._end is None:
            return await self.auth.refused(proof)
        with anyio.move_on_after(max(self._end.left, 0)):
            return await self.auth.refused(proof)
        return False

    def _say_deadline(self, error: Exception) -> None:
        if self._end is not None and self._end.left <= 0:
            add(error, f"{self._end} was reached")

    def _may_try_again(self, trying: Trying, wait: float, failure: Exception) -> bool:
        """Whether there is time, and a retry in store; where not, the failure says so."""
        last, end = trying.history[-1], self._end
        if end is not None and not fits(wait=wait, took=last.seconds if last.status else 0, left=end.left):
            if end.left > 0:
                add(failure, f"not tried again in {lasting(wait)}: of {end} {lasting(max(end.left, 0))} are left")
            return False
        if not trying.policy.retries.take():
            add(failure, "not tried again: this client has used up its retries for now (see retry_budget)")
            return False
        return True

    async def _proof(self, called: str, policy: Policy, sent: Sequence[Attempt] = ()) -> Proof:
        end = self._end
        asking = self if policy is self.policy else attrs.evolve(self, own_policy=policy)
        try:
            if end is None:
                return await self.auth.headers(asking)
            with anyio.move_on_after(max(end.left, 0)):
                proof = await self.auth.headers(asking)
                if end.left > 0:
                    return proof
        except OutcomeUnknown as error:  # of getting a token: what we were asked to send was never sent
            # What DES was asked for there may have happened; this has not.
            raise self._not_sent(f"{called} was not sent: there is no access token ({error})", sent) from error
        raise self._not_sent(f"{called} was not sent, as {end} was reached before", sent)

    def _not_sent(self, sentence: str, sent: Sequence[Attempt]) -> NotSent:
        error = NotSent(sentence, attempts=len(sent))
        error.history = tuple(sent)
        return error

    async def prepare(self, name: str, options: CallOptions) -> None:
        """Have ready what the first request needs; raises as that would, after one attempt."""
        self.http.require_same_loop()
        async with self.calling(name, options) as own:
            await own._proof("HEAD /", own.policy)
            end = own._end
            left = None if end is None else max(end.left, 0.0)
            await self.http.prepare(Limits(own.policy.timeout_seconds, left))

    def moment(self, at: datetime | None) -> datetime:
        """The moment that a caller gave; the present one, by the client's clock, where none was given."""
        return self.http.clock.now() if at is None else at


def _encoded(body: Mapping[str, Any] | None, form: Mapping[str, str] | None) -> tuple[bytes | None, str | None]:
    if form is not None:
        return ConcealedBytes(urlencode(form).encode()), "application/x-www-form-urlencoded"
    return (None, None) if body is None else (ConcealedBytes(wire.dumps(body)), "application/json")
