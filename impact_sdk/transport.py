"""One request to DES and its answer: addresses, credentials, attempts, errors. The only file that imports httpx."""

import abc
import functools
import logging
import math
import random
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode, urlsplit

import attrs

from . import wire
from .addresses import host
from .clock import Clock, SystemClock
from .errors import ConfigurationError, NotSent, OutcomeUnknown, TransportError
from .replies import Reply, read, record, refusal, unexpected
from .retries import ATTEMPTS, IDEMPOTENT_METHODS, Outcome, retry_after, wait_before_next

if TYPE_CHECKING:
    import httpx

__all__ = ["HTTP", "Auth", "HTTPTransport", "Reply", "Transport", "read", "unexpected"]

logger = logging.getLogger("impact_sdk")

CONNECT_TIMEOUT_SECONDS = 5.0
TIMEOUT_SECONDS = 30.0
ADDRESSES_AT_HAND = 256
METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

# DES sends it with every answer when it keeps the first answer to a key (ours, DESIGN section 6).
HONOURS_KEYS = "idempotency-key-lifetime"


class HTTPTransport(Protocol):
    """How bytes travel: whatever the HTTP client takes as its transport.

    `httpx.ASGITransport(app)` calls an application in this process, `httpx.MockTransport(handler)` a function,
    `httpx.AsyncHTTPTransport(...)` brings proxies, certificates and limits of one's own.

    The default's pool of connections is slow for many calls at once, whatever its limits. Under asyncio
    `httpx_aiohttp.AiohttpTransport()` took a seventh of its time for 64 at once (reference: measurements, A).
    """

    async def handle_async_request(self, request: Any) -> Any: ...
    async def aclose(self) -> None: ...


class Auth(abc.ABC):
    """Whose name a request is sent in."""

    @abc.abstractmethod
    async def headers(self, http: "HTTP") -> Mapping[str, str]:
        """The headers that prove it; fetched first where need be."""

    async def refused(self, proof: Mapping[str, str]) -> bool:
        """DES does not accept these headers (401). True when there are others by now, so that it is worth asking."""
        return False

    def answered(self, reply: Reply) -> None:  # noqa: B027  # most proofs stay as they are
        """DES accepted them, and may have sent newer ones."""


@attrs.define(eq=False, repr=False)
class HTTP:
    """A connection to one DES, and all that the requests of several users may share: nothing of theirs.

    Args:
        source: Where idempotency keys and jitter come from; a simulation passes a seeded one.
    """

    base_url: str
    clock: Clock = attrs.field(factory=SystemClock)
    source: random.Random = attrs.field(factory=random.SystemRandom)
    transport: HTTPTransport | None = None
    honours_keys: bool = attrs.field(default=False, init=False)
    _client: Any = attrs.field(default=None, init=False)

    def address(self, path: str, query: Mapping[str, Any] | None = None) -> str:
        given = {name: _as_text(value) for name, value in (query or {}).items() if value is not None}
        return f"{self.base_url}{path}" + (f"?{urlencode(given)}" if given else "")

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> Reply:
        """One attempt. Raises `NotSent` or `OutcomeUnknown` where there is no answer."""
        import httpx

        address, body = _parsed()(url), content or b""
        has_body = content is not None or method in METHODS_WITH_BODY
        request = httpx.Request(
            method,
            address,
            headers={
                "Host": address.netloc.decode(),
                **_own_headers(),
                **headers,
                **({"Content-Length": str(len(body))} if has_body else {}),
            },
            # Not as its content: to find out what we know, the headers would be read and written three times.
            stream=httpx.ByteStream(body),
            extensions={"timeout": _timeout(timeout_seconds)},
        )
        request.read()
        try:
            response = await self._response(request)
        except Exception as error:
            raise _without_answer(error, method, url) from error
        logger.debug("%s %s answered %s", method, url, response.status_code)
        if HONOURS_KEYS in response.headers:
            self.honours_keys = True
        return Reply(
            status=response.status_code,
            headers=response.headers,
            content=response.content,
            received_at=self.clock.now(),
            set_cookies=tuple(response.headers.get_list("set-cookie")),
        )

    async def _response(self, request: "httpx.Request") -> "httpx.Response":
        if self.transport is None:
            return await self._open().send(request)
        # A client would follow no redirect, keep no cookie and use no proxy here either, and takes its time over that:
        # as long as the rest of a call within one process.
        response: httpx.Response = await self.transport.handle_async_request(request)
        response.request = request
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response

    def _open(self) -> "httpx.AsyncClient":
        if self._client is None:
            # Here and not at the top: importing httpx takes longer than all the rest of the SDK.
            from http.cookiejar import CookieJar, DefaultCookiePolicy

            import httpx

            # httpx would keep every cookie it sees and send it with the next request, whoever's that is.
            no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
            self._client = httpx.AsyncClient(cookies=no_cookies)
        client: httpx.AsyncClient = self._client
        return client

    def new_key(self) -> str:
        """An idempotency key: a random UUID."""
        return str(uuid.UUID(int=self.source.getrandbits(128), version=4))

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()
        if self.transport is not None:
            await self.transport.aclose()


@attrs.frozen(kw_only=True, repr=False)
class Transport:
    """Requests in one principal's name, tried again where that is right."""

    http: HTTP
    auth: Auth

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
        attempts: int = ATTEMPTS,
        is_repeatable: bool | None = None,
        conceal: str | None = None,
    ) -> Reply:
        """The answer to a request, when it is a good one; otherwise one of the errors.

        A POST has one idempotency key for all its attempts. After an attempt whose outcome is unknown a POST is sent
        again only where DES is known to honour keys.

        Args:
            timeout: As `CallOptions` has it.
            is_repeatable: Whether doing it twice does what doing it once does; when left out, as the method says.
            conceal: A secret in the body, which no error may repeat.

        Raises:
            APIError: DES answered with 300 or more.
            NotSent: It was never sent.
            OutcomeUnknown: It may have happened.
        """
        if attempts < 1:
            raise ConfigurationError(f"attempts is {attempts!r}; give 1 or more")
        timeout_seconds = _seconds(timeout)
        url = self.http.address(path, query)
        content, media_type = _encoded(body, form)
        key = idempotency_key or (self.http.new_key() if method == "POST" else None)
        given = {"Content-Type": media_type, "Idempotency-Key": key}
        if is_repeatable is None:
            is_repeatable = method in IDEMPOTENT_METHODS
        was_refused = False
        attempt = 0
        while True:
            headers = {name: value for name, value in given.items() if value is not None}
            proof = await self._proof(method, path)
            headers.update(proof)
            attempt += 1
            failure: Exception
            try:
                reply = await self.http.send(method, url, headers, content, timeout_seconds)
            except TransportError as error:
                failure, outcome = error, Outcome(was_sent=isinstance(error, OutcomeUnknown))
                error.attempts = attempt
                if isinstance(error, OutcomeUnknown):
                    error.idempotency_key = key
            else:
                record(self, reply)
                if reply.status < 300:
                    self.auth.answered(reply)
                    return reply
                # It changed nothing, so that whatever it was may be sent again, under the same idempotency key.
                if reply.status == 401 and not was_refused and await self.auth.refused(proof):
                    was_refused = True
                    continue
                outcome = Outcome(status=reply.status, retry_after=retry_after(reply.headers, self.http.clock.now()))
                failure = refusal(
                    method, path, reply, retry_after=outcome.retry_after, attempts=attempt, conceal=conceal
                )
            wait = wait_before_next(
                outcome,
                attempt=attempt,
                attempts=attempts,
                is_repeatable=is_repeatable or (key is not None and self.http.honours_keys),
                jitter=self.http.source.random(),
            )
            if wait is None:
                raise failure
            logger.debug("%s %s: attempt %s failed, next in %.2f s", method, path, attempt, wait)
            await self.http.clock.sleep(wait)

    async def _proof(self, method: str, path: str) -> Mapping[str, str]:
        try:
            return await self.auth.headers(self.http)
        except OutcomeUnknown as error:  # of getting a token: what we were asked to send was never sent
            raise NotSent(f"{method} {path} was not sent: there is no access token ({error})") from error


@functools.cache
def _own_headers() -> Mapping[str, str]:
    """What is sent with every request; among it which compressions this installation can read."""
    import httpx

    nowhere = httpx.MockTransport(lambda _request: httpx.Response(503))
    with httpx.Client(transport=nowhere, headers={"Accept": "application/json", "User-Agent": "impact-sdk"}) as client:
        return dict(client.headers)


@functools.cache
def _parsed() -> Callable[[str], "httpx.URL"]:
    """What reads an address: most are asked for again and again, and to read one takes longer than to send it."""
    import httpx

    return functools.lru_cache(ADDRESSES_AT_HAND)(httpx.URL)


def _encoded(body: Mapping[str, Any] | None, form: Mapping[str, str] | None) -> tuple[bytes | None, str | None]:
    if form is not None:
        return urlencode(form).encode(), "application/x-www-form-urlencoded"
    return (None, None) if body is None else (wire.dumps(body), "application/json")


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _seconds(timeout: timedelta | float | None) -> float:
    if timeout is None:
        return TIMEOUT_SECONDS
    seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds < math.inf:
        raise ConfigurationError(f"timeout is {timeout!r}; give a timedelta or seconds, more than 0")
    return seconds


@functools.lru_cache(ADDRESSES_AT_HAND)
def _timeout(seconds: float) -> Mapping[str, float | None]:
    import httpx

    return httpx.Timeout(seconds, connect=min(seconds, CONNECT_TIMEOUT_SECONDS)).as_dict()


def _without_answer(error: Exception, method: str, url: str) -> Exception:
    import httpx

    if not isinstance(error, httpx.RequestError):
        return error
    path = urlsplit(url).path
    reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, _before_sending()):
        return NotSent(f"{method} {path} was not sent to {host(url)} ({reason}); nothing has happened")
    return OutcomeUnknown(
        f"{method} {path} got no answer from {host(url)} ({reason}); it may have happened: look before you repeat it"
    )


def _before_sending() -> tuple[type[Exception], ...]:
    import httpx

    return (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.ProxyError,
        httpx.UnsupportedProtocol,
        httpx.LocalProtocolError,
    )


class _WithoutCookies(logging.Filter):
    """httpcore writes every response header at DEBUG, the session's cookie among them."""

    COOKIE = re.compile(r"(b'set-cookie', b)('[^']*'|\"[^\"]*\")", re.IGNORECASE)

    def filter(self, record: logging.LogRecord) -> bool:
        if "set-cookie" in record.getMessage().lower():
            record.msg, record.args = self.COOKIE.sub(r"\1'[redacted]'", record.getMessage()), None
        return True


for name in ("httpcore.http11", "httpcore.http2"):
    logging.getLogger(name).addFilter(_WithoutCookies())
