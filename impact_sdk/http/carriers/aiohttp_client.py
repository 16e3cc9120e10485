"""aiohttp as the carrier: the fastest under asyncio. The connections that it uses tell what went out."""

import asyncio
import base64
import functools

import aiohttp
import attrs
from yarl import URL

from ...errors import ConfigurationError
from ..identity import product
from .aiohttp_connections import ASKING, Connections
from .bodies import LARGEST_BYTES, Unusable, whole_or_why
from .places import NoPlace
from .proxies import Proxy
from .seam import Headers, Incoming, Outgoing, Sending
from .settings import Settings
from .unbroken import unbroken

# For these headers we send our own, or none.
NOT_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
ADDRESSES_AT_HAND = 256
TIMEOUTS_AT_HAND = 16


@attrs.define(eq=False)
class AiohttpClient:
    """aiohttp's connections to one DES."""

    settings: Settings
    is_bound_to_loop: bool = attrs.field(default=True, init=False)
    _for_proxy: list[tuple[str, str]] = attrs.field(init=False, repr=False)
    _session: aiohttp.ClientSession | None = attrs.field(default=None, init=False)
    _is_closed: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        proxy = self.settings.proxy
        self._for_proxy = [("Proxy-Authorization", _basic(proxy))] if proxy is not None and proxy.username else []
        if proxy is not None and proxy.speaks_socks:
            raise ConfigurationError(f"{proxy} speaks SOCKS, and aiohttp does not; leave transport='aiohttp' out")
        if self.settings.http2:
            raise ConfigurationError("http2 is True, and aiohttp speaks HTTP/1.1 only; leave transport or http2 out")

    @property
    def product(self) -> str:
        return product(aiohttp)

    @property
    def through(self) -> str:
        return self.settings.through

    async def exchange(self, outgoing: Outgoing, sending: Sending) -> Incoming:
        if self._is_closed:
            raise NoPlace("the client was closed meanwhile")
        if self._session is None:
            self._session = self._opened()
        proxy, is_tunnelled = self.settings.proxy, self.settings.is_encrypted
        ASKING.set(sending)
        response = await self._session.request(
            outgoing.method,
            _url(outgoing.url, outgoing.target),
            headers=_texts(outgoing) + ([] if is_tunnelled else self._for_proxy),
            skip_auto_headers=NOT_ADDED,
            data=outgoing.content or None,
            allow_redirects=False,
            timeout=_allowed(outgoing.limits.connect, outgoing.limits.step),
            proxy=None if proxy is None else proxy.url,
            proxy_headers=self._for_proxy if is_tunnelled else None,
        )
        headers = Headers(response.raw_headers)
        coding = headers.get("content-encoding", "")
        try:
            # The usual case: aiohttp then reads no more than was announced, and is faster than we are.
            is_announced = (response.content_length or LARGEST_BYTES + 1) <= LARGEST_BYTES
            if is_announced and not coding and "transfer-encoding" not in headers:
                body: bytes | Unusable = await response.read()
            else:
                body = await whole_or_why(response.content.iter_any(), coding)
        finally:
            response.close()
        return Incoming(response.status, headers, body)

    def _opened(self) -> aiohttp.ClientSession:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            raise ConfigurationError("transport='aiohttp' runs under asyncio only; leave it out under trio") from None
        return aiohttp.ClientSession(
            connector=Connections(self.settings.tls),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )

    async def aclose(self) -> None:
        self._is_closed = True
        session, self._session = self._session, None
        if session is not None:
            await unbroken(session.close)


def _texts(outgoing: Outgoing) -> list[tuple[str, str]]:
    """The headers as aiohttp wants them. It writes UTF-8, and a cookie may hold any bytes."""
    name = b""
    try:
        return [((name := each).decode(), value.decode()) for each, value in outgoing.headers]
    except UnicodeDecodeError:
        raise ConfigurationError(
            f"{outgoing.method} {outgoing.path} was not sent: aiohttp writes UTF-8, and its {name.decode()} is not; "
            "leave transport='aiohttp' out"
        ) from None


def _basic(proxy: Proxy) -> str:
    return f"Basic {base64.b64encode(f'{proxy.username}:{proxy.password}'.encode()).decode()}"


@functools.lru_cache(TIMEOUTS_AT_HAND)
def _allowed(connect: float, step: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(sock_connect=connect, sock_read=step)


@functools.lru_cache(ADDRESSES_AT_HAND)
def _url(url: str, target: bytes) -> URL:
    """The address as it is, without quoting it again."""
    parts = URL(url, encoded=True)
    return URL(f"{parts.scheme}://{parts.raw_authority}{target.decode()}", encoded=True)
