"""One request to DES and its answer: addresses, credentials, attempts, errors. The only file that imports httpx."""

import logging
import random
import re
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode, urlsplit

import attrs

from . import wire
from .addresses import host
from .clock import Clock, SystemClock
from .errors import (
    FieldError,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    TransportError,
    UnexpectedResponse,
    error_for,
)
from .retries import ATTEMPTS, IDEMPOTENT_METHODS, Outcome, retry_after, wait_before_next

if TYPE_CHECKING:
    import httpx

logger = logging.getLogger("impact_sdk")

CONNECT_TIMEOUT_SECONDS = 5.0
TIMEOUT_SECONDS = 30.0

# DES sends it with every answer when it keeps the first answer to a key (ours, DESIGN section 6).
HONOURS_KEYS = "idempotency-key-lifetime"


class HTTPTransport(Protocol):
    """How bytes travel: whatever the HTTP client takes as its transport.

    `httpx.ASGITransport(app)` calls an application in this process, `httpx.MockTransport(handler)` a function,
    `httpx.AsyncHTTPTransport(...)` brings proxies, certificates and limits of one's own.
    """

    async def handle_async_request(self, request: Any) -> Any: ...
    async def aclose(self) -> None: ...


class Auth(Protocol):
    """Whose name a request is sent in."""

    async def headers(self, http: "HTTP") -> Mapping[str, str]:
        """The headers that prove it; fetched first where need be."""
        ...

    def forget(self) -> bool:
        """DES does not accept the headers (401). True when new ones can be had, so that it is worth asking again."""
        ...


@attrs.frozen(kw_only=True)
class Reply:
    """An answer, whatever it says. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    set_cookies: tuple[str, ...] = attrs.field(default=(), repr=False)


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
        given = {name: value for name, value in (query or {}).items() if value is not None}
        return f"{self.base_url}{path}" + (f"?{urlencode(given)}" if given else "")

    async def send(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Reply:
        """One attempt. Raises `NotSent` or `OutcomeUnknown` where there is no answer."""
        client = self._open()
        request = client.build_request(method, url, headers=headers, content=content)
        try:
            response = await client.send(request)
        except Exception as error:
            raise _without_answer(error, method, url) from error
        logger.debug("%s %s answered %s", method, url, response.status_code)
        if HONOURS_KEYS in response.headers:
            self.honours_keys = True
        return Reply(
            status=response.status_code,
            headers=response.headers,
            content=response.content,
            set_cookies=tuple(response.headers.get_list("set-cookie")),
        )

    def _open(self) -> "httpx.AsyncClient":
        if self._client is None:
            # Here and not at the top: importing httpx takes longer than all the rest of the SDK.
            from http.cookiejar import CookieJar, DefaultCookiePolicy

            import httpx

            # httpx would keep every cookie it sees and send it with the next request, whoever's that is.
            no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
            self._client = httpx.AsyncClient(
                transport=self.transport,  # type: ignore[arg-type]  # structurally the same; ours names no httpx
                timeout=httpx.Timeout(TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS),
                cookies=no_cookies,
                headers={"Accept": "application/json", "User-Agent": "impact-sdk"},
            )
        client: httpx.AsyncClient = self._client
        return client

    def new_key(self) -> str:
        """An idempotency key: a random UUID."""
        return str(uuid.UUID(int=self.source.getrandbits(128), version=4))

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()


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
        attempts: int = ATTEMPTS,
        is_repeatable: bool = False,
    ) -> Reply:
        """The answer to a request, when it is a good one; otherwise one of the errors.

        A POST has one idempotency key for all its attempts. After an attempt whose outcome is unknown a POST is sent
        again only where DES is known to honour keys, or where the caller says that it `is_repeatable`.

        Raises:
            APIError: DES answered with 400 or more.
            NotSent: It was never sent.
            OutcomeUnknown: It may have happened.
        """
        url = self.http.address(path, query)
        content, media_type = _encoded(body, form)
        key = idempotency_key or (self.http.new_key() if method == "POST" else None)
        given = {"Content-Type": media_type, "Idempotency-Key": key}
        was_refused = False
        attempt = 0
        while True:
            headers = {name: value for name, value in given.items() if value is not None}
            headers.update(await self._proof(method, path))
            attempt += 1
            failure: Exception
            try:
                reply = await self.http.send(method, url, headers, content)
            except TransportError as error:
                failure, outcome = error, Outcome(was_sent=isinstance(error, OutcomeUnknown))
                error.attempts = attempt
                if isinstance(error, OutcomeUnknown):
                    error.idempotency_key = key
            else:
                if reply.status < 400:
                    return reply
                if reply.status == 401 and not was_refused and self.auth.forget():
                    was_refused = True
                    continue
                outcome = Outcome(status=reply.status, retry_after=retry_after(reply.headers, self.http.clock.now()))
                failure = refusal(method, path, reply, retry_after=outcome.retry_after, attempts=attempt)
            wait = wait_before_next(
                outcome,
                attempt=attempt,
                attempts=attempts,
                is_repeatable=is_repeatable or method in IDEMPOTENT_METHODS or (bool(key) and self.http.honours_keys),
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


def _encoded(body: Mapping[str, Any] | None, form: Mapping[str, str] | None) -> tuple[bytes | None, str | None]:
    if form is not None:
        return urlencode(form).encode(), "application/x-www-form-urlencoded"
    return (None, None) if body is None else (wire.dumps(body), "application/json")


def read(reply: Reply, root: str, kind: type[wire.T]) -> wire.T:
    """The value below the root key of an answer; `UnexpectedResponse` where it cannot be read."""
    try:
        return wire.read(kind, _below(root, wire.loads(reply.content)))
    except wire.Unreadable as error:
        raise unexpected(reply, error) from error


def _below(root: str, answer: Any) -> Any:
    if not isinstance(answer, dict) or root not in answer:
        raise wire.Unreadable([f"{root} is missing @ $"])
    return answer[root]


def unexpected(reply: Reply, error: wire.Unreadable) -> UnexpectedResponse:
    request_id = reply.headers.get("x-request-id")
    return UnexpectedResponse(
        f"DES answered {reply.status} with something that cannot be read: {error} (request {request_id})",
        status=reply.status,
        request_id=request_id,
    )


def refusal(method: str, path: str, reply: Reply, *, retry_after: float | None = None, attempts: int = 1) -> Exception:
    """The error for an answer of 400 or more, in the words of DES."""
    errors = _field_errors(reply.content)
    request_id = reply.headers.get("x-request-id")
    because = "; ".join(map(str, errors)) or "without a reason"
    tried = f", after {attempts} attempts" if attempts > 1 else ""
    error = error_for(reply.status)(
        f"{method} {path} was refused with {reply.status}{tried}: {because} (request {request_id})",
        status=reply.status,
        errors=errors,
        request_id=request_id,
        attempts=attempts,
    )
    if isinstance(error, RateLimited):
        error.retry_after = retry_after
    return error


def _field_errors(content: bytes) -> list[FieldError]:
    """The documented form; anything else says nothing that we could pass on with a good conscience."""
    try:
        answer = wire.loads(content)
        return [FieldError(each["field"], tuple(map(str, each["errors"]))) for each in answer["errors"]]
    except (wire.Unreadable, KeyError, TypeError):
        return []


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
