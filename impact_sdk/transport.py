"""One request to DES and its answer: credentials, attempts, errors."""

import abc
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import attrs

from . import arguments, wire
from .errors import NotSent, OutcomeUnknown, TransportError
from .http import HTTP, Limits
from .options import CallOptions
from .policy import DEFAULT, Policy
from .refusals import refusal, unexpected
from .replies import Reply, record
from .retries import IDEMPOTENT_METHODS, Outcome, wait_before_next
from .secrets import ConcealedBytes, Redaction, Secret

logger = logging.getLogger("impact_sdk")

# Headers that prove it.
Proof = Mapping[str, str | Secret]

GOOD = range(200, 300)


class Auth(abc.ABC):
    """Whose name a request is sent in."""

    @abc.abstractmethod
    async def headers(self, http: HTTP, options: CallOptions) -> Proof:
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


@attrs.frozen(kw_only=True, repr=False)
class Transport:
    """Requests in one principal's name, tried again where that is right.

    Attributes:
        own_policy: How it asks, where that is not how its client does.
    """

    http: HTTP
    auth: Auth
    own_policy: Policy | None = None

    @property
    def policy(self) -> Policy:
        return self.own_policy or self.http.policy or DEFAULT

    def with_options(self, options: CallOptions) -> "Transport":
        """The same, with other limits for calls that do not say otherwise."""
        return attrs.evolve(self, own_policy=self.policy.for_calls(options))

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        timeout: timedelta | float | None = None,  # noqa: ASYNC109  # of each step of an attempt, not of this call
        attempts: int | None = None,
        is_repeatable: bool | None = None,
        conceal: Sequence[Secret] = (),
    ) -> Reply:
        """The answer to a request, when it is a good one; otherwise one of the errors.

        A POST has one idempotency key for all its attempts. After an attempt whose outcome is unknown a POST is sent
        again only where DES is known to honour keys.

        Args:
            timeout: As `CallOptions` has it.
            is_repeatable: Whether doing it twice does what doing it once does; when left out, as the method says.
            conceal: Secrets in the request besides its proof, which no error may repeat.

        Raises:
            APIError: DES answered with anything but 200 to 299.
            NotSent: It was never sent.
            OutcomeUnknown: It may have happened.
        """
        policy = self.policy
        if timeout is not None or attempts is not None:
            policy = policy.for_calls({"timeout": timeout, "attempts": attempts})
        self.http.require_same_loop()
        options: CallOptions = {"timeout": policy.timeout_seconds, "attempts": policy.attempts}
        url = self.http.address(path, query)
        content, media_type = _encoded(body, form)
        key = arguments.idempotency_key(idempotency_key) or (self.http.new_key() if method == "POST" else None)
        given = {"Content-Type": media_type, "Idempotency-Key": key}
        if is_repeatable is None:
            is_repeatable = method in IDEMPOTENT_METHODS
        was_refused = False
        attempt = 0
        while True:
            headers: dict[str, str | Secret] = {name: value for name, value in given.items() if value is not None}
            proof = await self._proof(method, path, options)
            headers.update(proof)
            attempt += 1
            failure: Exception
            try:
                reply = await self.http.send(method, url, headers, content, Limits(policy.timeout_seconds))
            except TransportError as error:
                failure, outcome = error, Outcome(was_sent=isinstance(error, OutcomeUnknown))
                error.attempts = attempt
                if isinstance(error, OutcomeUnknown):
                    error.idempotency_key = key
            else:
                reply = attrs.evolve(reply, redaction=Redaction(conceal, proof), idempotency_key=key)
                record(reply, self.auth.owner, self.http)
                self.http.deprecations.heard(reply)
                if reply.status in GOOD:
                    self.auth.answered(reply)
                    if reply.unusable is not None:
                        raise unexpected(reply, reply.unusable, is_repeatable=is_repeatable)
                    return reply
                # It changed nothing, so that whatever it was may be sent again, under the same idempotency key.
                if reply.status == 401 and not was_refused and await self.auth.refused(proof):
                    was_refused = True
                    continue
                outcome = Outcome(status=reply.status, retry_after=reply.retry_after)
                failure = refusal(reply, attempts=attempt, is_repeatable=is_repeatable)
            wait = wait_before_next(
                outcome,
                attempt=attempt,
                attempts=policy.attempts,
                is_repeatable=is_repeatable or (key is not None and self.http.honours_keys),
                jitter=self.http.source.random(),
            )
            if wait is None:
                raise failure
            logger.debug("%s %s: attempt %s failed, next in %.2f s", method, path, attempt, wait)
            await self.http.clock.sleep(wait)

    async def prepare(self) -> None:
        """Have ready what the first request needs; raises as that would."""
        self.http.require_same_loop()
        policy = self.policy
        await self._proof("HEAD", "/", {"timeout": policy.timeout_seconds, "attempts": policy.attempts})
        await self.http.prepare()

    def moment(self, at: datetime | None) -> datetime:
        """The moment that a caller gave; the present one, by the client's clock, where none was given."""
        return self.http.clock.now() if at is None else at

    async def _proof(self, method: str, path: str, options: CallOptions) -> Proof:
        try:
            return await self.auth.headers(self.http, options)
        except OutcomeUnknown as error:  # of getting a token: what we were asked to send was never sent
            raise NotSent(f"{method} {path} was not sent: there is no access token ({error})") from error


def _encoded(body: Mapping[str, Any] | None, form: Mapping[str, str] | None) -> tuple[bytes | None, str | None]:
    if form is not None:
        return ConcealedBytes(urlencode(form).encode()), "application/x-www-form-urlencoded"
    return (None, None) if body is None else (ConcealedBytes(wire.dumps(body)), "application/json")
