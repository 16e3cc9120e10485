"""One attempt at a request: bytes to DES, and back. The only file that imports httpx."""

import functools
import logging
import os
import random
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import attrs
from anyio.lowlevel import EventLoopToken, current_token

from . import bodies, time_limits
from .addresses import checked_base_url, host
from .clock import Clock, SystemClock
from .clock import of as clock_of
from .connections import Connections, NoPlace
from .errors import ConfigurationError, NotSent, OutcomeUnknown, TransportError
from .handed_over import Source, source_of
from .host_transport import HTTPTransport
from .host_transport import of as transport_of
from .mistakes import shown, told
from .replies import Reply, unexpected
from .secrets import Secret

if TYPE_CHECKING:
    import ssl

    import httpx

logger = logging.getLogger("impact_sdk")

ADDRESSES_AT_HAND = 256
# Of servers and proxies many take no more.
LONGEST_ADDRESS = 8_000
# As httpx has it.
KEPT_ALIVE = 20
KEPT_SECONDS = 5.0
LOCATION = "location"
METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

# DES sends it with every answer when it keeps the first answer to a key (ours; docs/des.md 6).
HONOURS_KEYS = "idempotency-key-lifetime"


def of(base_url: str, *, transport: HTTPTransport | None, clock: Clock | None, source: random.Random | None) -> "HTTP":
    """The connection that a caller wants; `ConfigurationError` where an argument cannot work."""
    return HTTP(
        base_url=checked_base_url(base_url),
        clock=clock_of(clock),
        source=source_of(source),
        transport=transport_of(transport),
    )


@attrs.define(eq=False, repr=False)
class HTTP:
    """A connection to one DES, and all that the requests of several users may share: nothing of theirs.

    Args:
        source: Where idempotency keys and jitter come from; a simulation passes a seeded one.
    """

    base_url: str
    clock: Clock = attrs.field(factory=SystemClock)
    source: Source = attrs.field(factory=random.SystemRandom)
    transport: HTTPTransport | None = None
    honours_keys: bool = attrs.field(default=False, init=False)
    is_closed: bool = attrs.field(default=False, init=False)
    _connections: "Connections[httpx.AsyncClient] | None" = attrs.field(default=None, init=False)
    _loop: EventLoopToken | None = attrs.field(default=None, init=False)

    def require_same_loop(self) -> None:
        """`ConfigurationError` in another event loop than that of the first call: there the connections are."""
        if self.transport is not None:  # which loop that wants is the host's business
            return
        loop = current_token()
        self._loop = self._loop or loop
        if self._loop != loop:
            raise ConfigurationError(
                "this client is called in another event loop than before, where its connections are of no use; make "
                "one, and close it, in each asyncio.run() or anyio.run()"
            )

    def address(self, path: str, query: Mapping[str, Any] | None = None) -> str:
        given = tuple((name, _as_text(value)) for name, value in (query or {}).items() if value is not None)
        url = f"{self.base_url}{path}" + (f"?{_query(given)}" if given else "")
        if len(url) > LONGEST_ADDRESS:
            name, text = max(given, key=lambda pair: len(pair[1]), default=("the path", path))
            raise ConfigurationError(f"{name} has {len(text)} characters, which is too long for an address")
        return url

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str | Secret],
        content: bytes | None,
        timeout_seconds: float = time_limits.TIMEOUT_SECONDS,
    ) -> Reply:
        """One attempt. Raises `NotSent` or `OutcomeUnknown` where there is no answer."""
        import httpx

        if self.is_closed:
            raise ConfigurationError(
                f"{method} {urlsplit(url).path} was not sent: this client is closed; make another one"
            )
        try:
            address, body = _parsed()(url), content or b""
        except httpx.InvalidURL as error:
            raise ConfigurationError(f"{shown(url)} is no address ({error}); see base_url") from error
        has_body = content is not None or method in METHODS_WITH_BODY
        request = httpx.Request(
            method,
            address,
            headers={
                b"Host": address.netloc,
                **_own_headers(),
                # Octets and not texts: a cookie goes back as it came, whatever is in it.
                **{name.encode(): value.encode("latin-1") for name, value in headers.items()},
                **({b"Content-Length": str(len(body)).encode()} if has_body else {}),
            },
            # Not as its content: to find out what we know, the headers would be read and written three times.
            stream=_body()(body),
            extensions={"timeout": _timeout(timeout_seconds)},
        )
        request.read()
        try:
            response, answer = await self._exchange(request, timeout_seconds)
        except Exception as error:
            failure = _without_answer(error, method, url)
            if failure is None:  # of the host's own transport: what it raises is its own
                raise
            raise failure from error
        logger.debug("%s %s answered %s", method, url, response.status_code)
        if HONOURS_KEYS in response.headers:
            self.honours_keys = True
        reply = Reply(
            method=method,
            path=url.removeprefix(self.base_url).partition("?")[0],
            status=response.status_code,
            headers=response.headers,
            content=b"" if isinstance(answer, bodies.Unusable) else answer,
            received_at=self.clock.now(),
            set_cookies=_set_cookies(response.headers),
        )
        if isinstance(answer, bodies.Unusable):
            raise unexpected(reply, answer) from answer
        return reply

    async def _exchange(
        self, request: "httpx.Request", timeout_seconds: float
    ) -> tuple["httpx.Response", bytes | bodies.Unusable]:
        """An answer and its body, or why that cannot be used."""
        if self.transport is not None:
            # A client would follow no redirect, keep no cookie and use no proxy here either, and takes its time over
            # that: as long as the rest of a call within one process.
            with time_limits.Whole(timeout_seconds):
                return await _whole(await self.transport.handle_async_request(request))
        if self._connections is None:
            self._connections = Connections(_client)
        async with self._connections.one(timeout_seconds) as client:
            with time_limits.Whole(timeout_seconds):
                response = await client.send(request, stream=True)
                if LOCATION in response.extensions:
                    response.headers[LOCATION] = response.extensions[LOCATION]
                return await _whole(response)

    def new_key(self) -> str:
        """An idempotency key: a random UUID."""
        return str(uuid.UUID(int=self.source.getrandbits(128), version=4))

    async def aclose(self) -> None:
        if self.is_closed:
            return
        self.is_closed = True
        if self._connections is not None:
            self.require_same_loop()
            await self._connections.aclose()
        if self.transport is not None:
            await self.transport.aclose()


@functools.cache
def _body() -> "type[httpx.ByteStream]":
    import httpx

    class Body(httpx.ByteStream):
        """One piece, and no generator: of a call that is cancelled it would be left behind, and trio would say so."""

        def __aiter__(self) -> AsyncIterator[bytes]:
            return _Pieces(iter(self))

    return Body


@attrs.define
class _Pieces(AsyncIterator[bytes]):
    _pieces: Iterator[bytes]

    async def __anext__(self) -> bytes:
        for piece in self._pieces:
            return piece
        raise StopAsyncIteration


def _client() -> "httpx.AsyncClient":
    # Here and not at the top: importing httpx takes longer than all the rest of the SDK.
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx

    # httpx would keep every cookie it sees and send it with the next request, whoever's that is.
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=KEPT_ALIVE, keepalive_expiry=KEPT_SECONDS)
    try:
        trusted = _trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        hooks = {"response": [_put_location_aside]}
        return httpx.AsyncClient(cookies=no_cookies, limits=limits, event_hooks=hooks, verify=trusted)
    except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
        raise ConfigurationError(
            f"connections cannot be made as the environment has it ({type(error).__name__}: {error}); see HTTP_PROXY, "
            "HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR, or pass a transport of your own"
        ) from error


@functools.cache
def _trusted(*_environment: str | None) -> "ssl.SSLContext":
    """Which certificates are good. To read them takes longer than many calls do, and all else waits meanwhile."""
    import httpx

    return httpx.create_ssl_context()


async def _put_location_aside(response: "httpx.Response") -> None:
    """httpx reads where an answer leads to, also where it is not to go there, and some addresses break its reader."""
    if response.has_redirect_location:
        response.extensions[LOCATION] = response.headers.pop(LOCATION)


async def _whole(response: "httpx.Response") -> tuple["httpx.Response", bytes | bodies.Unusable]:
    try:
        # Its stream, and not what httpx makes of it: that unpacks a megabyte into a gigabyte before anybody can look.
        stream: Any = response.stream
        return response, await bodies.whole(stream, response.headers.get("content-encoding", ""))
    except bodies.Unusable as error:
        return response, error
    finally:
        await response.aclose()


@functools.cache
def _own_headers() -> Mapping[bytes, bytes]:
    """What is sent with every request."""
    import httpx

    nowhere = httpx.MockTransport(lambda _request: httpx.Response(503))
    ours = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate", "User-Agent": "impact-sdk"}
    with httpx.Client(transport=nowhere, headers=ours) as client:
        return dict(client.headers.raw)


@functools.cache
def _parsed() -> Callable[[str], "httpx.URL"]:
    """What reads an address: most are asked for again and again, and to read one takes longer than to send it."""
    import httpx

    return functools.lru_cache(ADDRESSES_AT_HAND)(httpx.URL)


# Whoever looks for news asks the same again and again.
_query = functools.lru_cache(ADDRESSES_AT_HAND)(urlencode)


def _set_cookies(headers: "httpx.Headers") -> tuple[str, ...]:
    if "set-cookie" not in headers:
        return ()
    return tuple(value.decode("latin-1") for name, value in headers.raw if name.lower() == b"set-cookie")


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@functools.lru_cache(ADDRESSES_AT_HAND)
def _timeout(seconds: float) -> Mapping[str, float | None]:
    import httpx

    return httpx.Timeout(seconds, connect=time_limits.to_connect(seconds)).as_dict()


def _without_answer(error: Exception, method: str, url: str) -> TransportError | None:
    import httpx

    path = urlsplit(url).path
    if isinstance(error, NoPlace):
        return NotSent(f"{method} {path} was not sent: {error}")
    if isinstance(error, time_limits.Unfinished):
        reason = str(error)
    elif isinstance(error, httpx.RequestError):
        reason = told(error)
    else:
        return None
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
