"""aiohttp as the carrier: the fastest under asyncio. What went out is known by its own tracing."""

import asyncio
import base64
import functools
from typing import Any

import aiohttp
import attrs
from yarl import URL

from ..errors import ConfigurationError
from .aiohttp_connections import Connections
from .bodies import Unusable, whole
from .places import NoPlace, Places
from .pool import KEPT_SECONDS
from .seam import Headers, Incoming, Outgoing, Sending
from .settings import Proxy, Settings
from .time_limits import Whole
from .unbroken import unbroken

# Of these we send our own, or none.
NOT_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
ADDRESSES_AT_HAND = 256


@attrs.define(eq=False)
class AiohttpClient:
    """Connections to one DES, of aiohttp.

    Args:
        is_tunnelled: Whether a proxy is asked for a way through, and does not see the requests themselves.
    """

    settings: Settings
    _is_tunnelled: bool
    is_bound_to_loop: bool = attrs.field(default=True, init=False)
    _places: Places = attrs.field(init=False)
    _for_proxy: list[tuple[str, str]] = attrs.field(init=False, repr=False)
    _session: aiohttp.ClientSession | None = attrs.field(default=None, init=False)
    _is_closed: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._places = Places(self.settings.max_connections)
        proxy = self.settings.proxy
        self._for_proxy = [("Proxy-Authorization", _basic(proxy))] if proxy is not None and proxy.username else []
        if proxy is not None and proxy.url.startswith("socks"):
            raise ConfigurationError(f"{proxy} speaks SOCKS, and aiohttp does not; leave transport='aiohttp' out")
        if self.settings.http2:
            raise ConfigurationError("http2 is True, and aiohttp speaks HTTP/1.1 only; leave transport or http2 out")

    @property
    def through(self) -> str:
        return self.settings.through

    async def exchange(self, outgoing: Outgoing, sending: Sending) -> Incoming:
        sending.tells = True
        caller = object()
        await self._places.take(caller, outgoing.limits.wait, sending)
        try:
            if self._is_closed:
                raise NoPlace("the client was closed meanwhile")
            limits = outgoing.limits.after(sending.waited_seconds)
            with Whole(limits):
                return await self._answer(
                    outgoing, aiohttp.ClientTimeout(sock_connect=limits.connect, sock_read=limits.step), sending
                )
        finally:
            self._places.give_back(caller)

    async def _answer(self, outgoing: Outgoing, allowed: aiohttp.ClientTimeout, sending: Sending) -> Incoming:
        if self._session is None:
            self._session = self._opened()
        proxy = self.settings.proxy
        response = await self._session.request(
            outgoing.method,
            _url(outgoing.url, outgoing.target),
            headers=_texts(outgoing) + ([] if self._is_tunnelled else self._for_proxy),
            skip_auto_headers=NOT_ADDED,
            data=outgoing.content or None,
            allow_redirects=False,
            timeout=allowed,
            proxy=None if proxy is None else proxy.url,
            proxy_headers=self._for_proxy if self._is_tunnelled else None,
            trace_request_ctx=sending,
        )
        headers = Headers(response.raw_headers)
        try:
            body: bytes | Unusable = await whole(response.content.iter_any(), headers.get("content-encoding", ""))
        except Unusable as error:
            body = error
        finally:
            response.close()
        return Incoming(response.status, headers, body)

    def _opened(self) -> aiohttp.ClientSession:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            raise ConfigurationError("transport='aiohttp' runs under asyncio only; leave it out under trio") from None
        told = aiohttp.TraceConfig()
        told.on_request_start.append(_watched)
        told.on_request_headers_sent.append(_headers_sent)
        return aiohttp.ClientSession(
            connector=Connections(limit=0, ssl=self.settings.tls or True, keepalive_timeout=KEPT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trace_configs=[told],
            trust_env=False,
        )

    async def aclose(self) -> None:
        self._is_closed = True
        session, self._session = self._session, None
        if session is not None:
            await unbroken(session.close)


def _texts(outgoing: Outgoing) -> list[tuple[str, str]]:
    """The headers as aiohttp wants them. It writes UTF-8, and a cookie may have any octets."""
    name = b""
    try:
        return [((name := each).decode(), value.decode()) for each, value in outgoing.headers]
    except UnicodeDecodeError:
        raise ConfigurationError(
            f"{outgoing.method} {outgoing.path} was not sent: aiohttp writes UTF-8, and its {name.decode()} is none; "
            "leave transport='aiohttp' out"
        ) from None


async def _watched(_session: aiohttp.ClientSession, context: Any, _params: Any) -> None:
    """aiohttp itself is at work, and no tool of tests in its place: it says below when it writes."""
    context.trace_request_ctx.is_watched = True


async def _headers_sent(_session: aiohttp.ClientSession, context: Any, _params: Any) -> None:
    """It says so just before it writes them. By itself it would send a GET again, and nobody would hear of it."""
    sending: Sending = context.trace_request_ctx
    if sending.has_begun:
        raise aiohttp.ServerDisconnectedError("the connection was closed after the request")
    sending.has_begun = True


def _basic(proxy: Proxy) -> str:
    return f"Basic {base64.b64encode(f'{proxy.username}:{proxy.password}'.encode()).decode()}"


@functools.lru_cache(ADDRESSES_AT_HAND)
def _url(url: str, target: bytes) -> URL:
    """The address as it is: what is quoted is not quoted again."""
    parts = URL(url, encoded=True)
    return URL(f"{parts.scheme}://{parts.raw_authority}{target.decode()}", encoded=True)
