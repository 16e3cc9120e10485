"""Requests in the name of a bank, a session or nobody: credentials, calls, attempts, errors."""

import abc
from collections.abc import Mapping
from datetime import datetime
from typing import Unpack

import anyio
import attrs

from ..clock import steady
from ..errors import NotSent, OutcomeUnknown, TransportError
from . import routes
from .attempting import GOOD
from .calls import Call, Calling, Paging
from .carriers.time_limits import Limits
from .deadlines import Deadline
from .exchange import HTTP
from .headers import Proof
from .hooks import CallStarted
from .options import CallOptions
from .policy import Policy
from .recording import record
from .replies import Reply, unexpected
from .request import Asked, Request
from .trying import Trying


class Auth(abc.ABC):
    """The principal in whose name a request is sent."""

    @abc.abstractmethod
    async def headers(self, asking: "Transport") -> Proof:
        """The headers that prove it. They may have to be fetched first, within the limits of the call."""

    @property
    def owner(self) -> object:
        """The object whose recordings get the answers (see `recorded`): a session has several proofs."""
        return self

    async def refused(self, proof: Proof) -> bool:
        """DES does not accept these headers (401). True if there are other ones by now, to try again with."""
        return False

    def answered(self, reply: Reply) -> None:
        """DES accepted the headers, and may have sent newer ones. Most proofs stay as they are."""
        return


@attrs.frozen(kw_only=True, repr=False)
class Transport:
    """Requests in the name of one principal, tried again where that is right.

    Attributes:
        policy: How it asks; as its client does, if left out.
        call: The call that its requests are part of; None if each request is its own call.
        paging: The listing whose pages it fetches.
    """

    http: HTTP
    auth: Auth
    policy: Policy = attrs.field()
    call: Call | None = None
    paging: Paging | None = None
    # Computed once: each call asks.
    _keeps_calls: bool = attrs.field(init=False)

    @policy.default
    def _(self) -> Policy:
        return self.http.policy

    @_keeps_calls.default
    def _(self) -> bool:
        return bool(self.policy.hooks) or self.policy.deadline_seconds is not None

    def with_options(self, options: CallOptions) -> "Transport":
        """The same, with other limits for calls that do not say otherwise."""
        return attrs.evolve(self, policy=self.policy.for_calls(options))

    # Calls

    def begins_with(self, options: Mapping[str, object]) -> bool:
        """Whether a method with these options must begin a call.

        Without hooks and without a deadline there is nothing to keep of a call.
        """
        if self.call is not None or self.paging is not None:
            return False
        return self._keeps_calls or options.get("deadline") is not None

    def calling(self, name: str, options: CallOptions) -> "Calling[Transport]":
        """An `async with` block in which one call is made; gives the transport for its requests."""
        policy = self.policy.for_calls(options)

        def make() -> tuple[Call, Transport]:
            started = CallStarted(name=name, started_at=self.http.clock.now())
            shares = self.paging is not None and self.paging.ends
            deadline = self.paging.deadline if self.paging is not None and shares else self._deadline(policy)
            call = Call(started, deadline)
            return call, attrs.evolve(self, policy=policy, call=call, paging=None)

        return Calling(policy.hooks, make)

    def listing(self, name: str, options: CallOptions, *, ends: bool = True) -> "Transport":
        """The transport for the pages of a listing.

        Args:
            ends: Whether there is a last page. If not, each page has its own deadline.
        """
        policy = self.policy.for_calls(options)
        deadline = self._deadline(policy) if ends else None
        if deadline is not None:
            deadline.stop()
        return attrs.evolve(self, policy=policy, paging=Paging(name, deadline, ends))

    def _deadline(self, policy: Policy) -> Deadline | None:
        return None if policy.deadline_seconds is None else Deadline(policy.deadline_seconds, steady(self.http.clock))

    # Requests

    async def request(self, method: str, path: str, **asked: Unpack[Asked]) -> Reply:
        """The answer to a request, if it is a good one.

        A POST has one idempotency key for all its attempts. If the outcome of an attempt is unknown, a POST is sent
        again only if DES is known to honour keys.

        Raises:
            APIError: DES answered with another status than 200 to 299.
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

    async def _request(self, method: str, path: str, **asked: Unpack[Asked]) -> Reply:
        policy = self.policy.for_calls(asked)
        self.http.require_same_loop()
        request = Request.of(self.http, method, path, **asked)
        trying = Trying(http=self.http, policy=policy, call=self.call, request=request)
        was_refused = False
        while True:
            proof = await self._proof(trying)
            try:
                ended: Reply | TransportError = await trying.attempt(proof)
            except TransportError as error:
                ended = error
            if isinstance(ended, Reply):
                record(ended, self.auth.owner, self.http)
                self.http.deprecations.heard(ended)
                if ended.status in GOOD:
                    return self._good(trying, ended)
                # A 401 changed nothing, so the request may be sent again, under the same idempotency key.
                if ended.status == 401 and not was_refused and await self._has_another(proof):
                    was_refused = True
                    continue
            await trying.go_on(ended)

    def _good(self, trying: Trying, reply: Reply) -> Reply:
        trying.policy.retries.answered()
        self.auth.answered(reply)
        if reply.unusable is not None:
            raise unexpected(reply, reply.unusable, is_repeatable=trying.request.is_repeatable)
        return reply

    async def _has_another(self, proof: Proof) -> bool:
        """Whether there is another proof by now; a session may have to ask the host for one."""
        end = self._end
        if end is None:
            return await self.auth.refused(proof)
        with anyio.move_on_after(max(end.left, 0)):
            return await self.auth.refused(proof)
        return False

    async def _proof(self, trying: Trying) -> Proof:
        """The proof for the next attempt, within the call's deadline."""
        end = self._end
        asking = self if trying.policy is self.policy else attrs.evolve(self, policy=trying.policy)
        try:
            if end is None:
                return await self.auth.headers(asking)
            with anyio.move_on_after(max(end.left, 0)):
                proof = await self.auth.headers(asking)
                if end.left > 0:
                    return proof
        except NotSent as error:
            raise trying.in_all(error) from error.__cause__
        except OutcomeUnknown as error:
            # Whether there is a token now is not known. The request itself was not sent.
            raise trying.in_all(trying.not_sent(f": there is no access token ({error})")) from error
        raise trying.in_all(trying.not_sent(f", as {end} was reached before"))

    @property
    def _end(self) -> Deadline | None:
        return None if self.call is None else self.call.deadline

    async def prepare(self, name: str, options: CallOptions) -> None:
        """Prepare what the first request needs. Raises as that request would, after one attempt."""
        self.http.require_same_loop()
        async with self.calling(name, options) as own:
            head = Request.of(own.http, "HEAD", "/")
            await own._proof(Trying(http=own.http, policy=own.policy, call=own.call, request=head))
            end = own._end
            left = None if end is None else max(end.left, 0.0)
            await self.http.prepare(Limits(own.policy.timeout_seconds, left))

    def moment(self, at: datetime | None) -> datetime:
        """The moment that a caller gave; if None, the present moment by the client's clock."""
        return self.http.clock.now() if at is None else at
