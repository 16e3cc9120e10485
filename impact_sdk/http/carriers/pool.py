"""The SDK's own pool of connections, on httpcore: a stack of free connections. The last one is used first.

httpcore makes the connections and speaks HTTP on them. Its own pool looks through all connections and all waiting calls
whenever a call begins or ends, and it never drops a connection whose call was cancelled before the connection opened.
This pool looks at one connection, and closes every connection that a failed or cancelled call has used.
"""

import ssl
from collections.abc import Collection, Mapping
from functools import partial
from types import ModuleType
from typing import Any, Self
from urllib.parse import urlsplit

import anyio
import attrs

from ..identity import product
from . import unasked
from .bodies import Unusable, whole_or_why
from .places import NoPlace
from .proxies import Proxy
from .seam import KEPT_SECONDS, Body, Headers, Incoming, Outgoing, Sending
from .settings import Settings
from .streams import Streams
from .unbroken import unbroken

# A connection gets so long to say goodbye when it is closed after a failure.
TO_CLOSE_SECONDS = 1.0


@attrs.define(eq=False)
class _Connection:
    """One connection, and the streams below it.

    Attributes:
        calls: How many calls are under way on it; more than one only over HTTP/2.
        is_good: Nothing has failed on it.
        is_settled: Set when it is known whether the calls share this connection.
        free_since: By the event loop's clock, in seconds.
    """

    http: Any
    streams: Streams
    calls: int = 0
    is_good: bool = True
    is_settled: anyio.Event = attrs.field(factory=anyio.Event)
    free_since: float = 0.0

    @property
    def is_fit(self) -> bool:
        """Whether the next call may use it, if none is under way."""
        return not self.http.has_expired() and not unasked.has_come(self.http)

    async def close(self) -> None:
        # httpcore's connection says goodbye. It does not know a stream that opened while its call was cancelled.
        with anyio.move_on_after(TO_CLOSE_SECONDS):
            try:
                await self.http.aclose()
            finally:
                await self.streams.aclose()


@attrs.define(eq=False, kw_only=True)
class Pool:
    """Connections to one DES.

    Args:
        library: httpcore, or httpcore2.
        scheme: The scheme of the address. Likewise `host`, and `port` if the address names one.
    """

    library: ModuleType
    scheme: bytes
    host: bytes
    port: int | None
    settings: Settings
    is_bound_to_loop: bool = attrs.field(default=True, init=False)
    _free: list[_Connection] = attrs.field(factory=list, init=False)
    _opening: _Connection | None = attrs.field(default=None, init=False)
    _shared: _Connection | None = attrs.field(default=None, init=False)
    _shares: bool = attrs.field(init=False)
    _all: set[_Connection] = attrs.field(factory=set, init=False)
    _is_closed: bool = attrs.field(default=False, init=False)

    @classmethod
    def to(cls, base_url: str, *, library: ModuleType, settings: Settings) -> Self:
        """A pool of connections to an address."""
        parts = urlsplit(base_url)
        return cls(
            library=library,
            scheme=parts.scheme.encode(),
            host=(parts.hostname or "").encode(),
            port=parts.port,
            settings=settings,
        )

    def __attrs_post_init__(self) -> None:
        self._shares = self.settings.http2

    @property
    def product(self) -> str:
        return product(self.library)

    @property
    def through(self) -> str:
        return self.settings.through

    async def exchange(self, outgoing: Outgoing, sending: Sending) -> Incoming:
        request = self._request(outgoing)
        while True:
            sending.is_watched = True  # here nothing is sent
            connection = await self._one()
            connection.calls += 1
            is_first = connection is self._opening
            request.extensions["trace"] = partial(self._traced, connection, sending) if is_first else sending.trace
            try:
                incoming = await _exchanged(connection, request)
            except BaseException as error:
                await self._failed(connection, error, sending)
                # Of a shared connection: it was closed since, or carries as many calls as it may. Take another one.
                if sending.has_begun or not isinstance(error, self.library.ConnectionNotAvailable):
                    raise
            else:
                # If a body was not read to its end, the rest may still come.
                await self._given_back(connection, is_good=not isinstance(incoming.body, Unusable))
                return incoming

    async def _failed(self, connection: _Connection, error: BaseException, sending: Sending) -> None:
        sending.is_watched = connection.streams.was_asked
        if _was_held_back(error):
            sending.has_begun = False
        self._left(connection, is_good=False)
        if not connection.calls:
            await self._close([connection])

    def _request(self, outgoing: Outgoing) -> Any:
        limits = outgoing.limits
        url = self.library.URL(scheme=self.scheme, host=self.host, port=self.port, target=outgoing.target)
        extensions = {
            "timeout": {"connect": limits.connect, "read": limits.step, "write": limits.step},
        }
        return self.library.Request(
            outgoing.method, url, headers=outgoing.headers, content=Body(outgoing.content), extensions=extensions
        )

    async def _traced(self, connection: _Connection, sending: Sending, event: str, info: Mapping[str, object]) -> None:
        await sending.trace(event, info)
        if sending.has_begun and connection is self._opening:
            self._shares = connection.streams.speaks_http2
            self._shared = connection if self._shares else None
            self._settled()

    def _settled(self) -> None:
        """It is known whether the calls share the connection that is being opened, or it has failed."""
        if self._opening is not None:
            self._opening.is_settled.set()
            self._opening = None

    async def _one(self) -> _Connection:
        """A connection for one call: the shared one, the one that became free last, or a new one."""
        # Wait until the connection is open: a call that shared it earlier would fail with the call that opens it. If
        # that fails, each waiting call opens its own: they may fail together, but not one after the other.
        if self._opening is not None:
            await self._opening.is_settled.wait()
        while True:
            if (shared := self._shared) is not None and shared.http.is_available():
                if shared.calls or shared.is_fit:
                    return shared
                connection = shared
            elif self._free:
                connection = self._free.pop()
                if connection.is_fit:
                    return connection
            else:
                return self._new()
            await self._close([connection])

    def _new(self) -> _Connection:
        if self._is_closed:
            raise NoPlace("the client was closed meanwhile")
        streams = Streams(self.library, is_shared=self._shares)
        # httpcore's pool makes the connections, and knows how to ask a proxy. No request goes through it.
        maker = self.library.AsyncConnectionPool(
            ssl_context=self.settings.tls,
            proxy=_asked_by(self.library, self.settings.proxy, self.settings.tls),
            keepalive_expiry=KEPT_SECONDS,
            http2=self.settings.http2,
            network_backend=streams,
        )
        address = self.library.URL(scheme=self.scheme, host=self.host, port=self.port, target=b"/")
        connection = _Connection(maker.create_connection(address.origin), streams)
        self._all.add(connection)
        if self._shares and self._opening is None:
            self._opening = connection
        return connection

    def _left(self, connection: _Connection, *, is_good: bool) -> None:
        """A call has left the connection. This does not await, so that a cancellation cannot interrupt it."""
        connection.calls -= 1
        connection.is_good = connection.is_good and is_good
        if not connection.is_good and connection is self._shared:
            self._shared = None
        if connection is self._opening:
            self._settled()

    async def _given_back(self, connection: _Connection, *, is_good: bool) -> None:
        self._left(connection, is_good=is_good)
        if connection is self._shared and connection.http.is_available():
            return
        if connection is self._shared:  # it is used up
            self._shared = None
        if connection.calls:
            return
        over = []
        if connection.is_good and connection.http.is_idle() and not self._is_closed:
            connection.free_since = anyio.current_time()
            self._free.append(connection)
            while self._free[0].free_since + KEPT_SECONDS < connection.free_since:
                over.append(self._free.pop(0))
        else:
            over.append(connection)
        await self._close(over)

    async def _close(self, connections: Collection[_Connection]) -> None:
        """Close all of them, even if this task is cancelled."""

        async def close() -> None:
            for each in connections:
                await each.close()
                self._all.discard(each)

        if self._shared in connections:
            self._shared = None
        if connections:
            await unbroken(close)

    async def aclose(self) -> None:
        self._is_closed = True
        self._free.clear()
        await self._close(self._all.copy())


async def _exchanged(connection: _Connection, request: Any) -> Incoming:
    response = await connection.http.handle_async_request(request)
    headers = Headers(response.headers)
    try:
        body = await whole_or_why(response.stream, headers.get("content-encoding", ""))
    finally:
        await response.aclose()
    return Incoming(response.status, headers, body)


def _was_held_back(error: BaseException) -> bool:
    """Whether h2 wrote nothing, because DES allows fewer calls at once on a connection than httpcore assumed."""
    return any(type(each).__name__ == "TooManyStreamsError" for each in error.args)


def _asked_by(library: ModuleType, proxy: Proxy | None, tls: ssl.SSLContext | None) -> Any:
    if proxy is None:
        return None
    return library.Proxy(
        proxy.url,
        auth=(proxy.username, proxy.password) if proxy.username or proxy.password else None,
        ssl_context=tls if proxy.url.startswith("https:") else None,
    )
