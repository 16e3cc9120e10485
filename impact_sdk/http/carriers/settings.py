"""How connections to one DES are made, checked: the caller's options, and what the environment says."""

import ssl
from typing import Unpack

import attrs

from ...arguments import whole_number
from ...mistakes.wrong import wrong
from .certificates import tls
from .connection_options import ConnectionOptions
from .places import CALLS_AT_ONCE
from .proxies import Proxy, proxy_of


@attrs.frozen(kw_only=True)
class Settings:
    """All that connections to one DES are made with.

    Attributes:
        is_encrypted: DES itself has an https address; a proxy then sees no request, only a tunnel.
    """

    max_connections: int = CALLS_AT_ONCE
    http2: bool = False
    proxy: Proxy | None = None
    tls: ssl.SSLContext | None = attrs.field(default=None, repr=False)
    is_encrypted: bool = False

    @property
    def through(self) -> str:
        """The proxy, for a message; empty if there is none."""
        return "" if self.proxy is None else str(self.proxy)


def settings(base_url: str, **options: Unpack[ConnectionOptions]) -> Settings:
    """The settings that a caller wants; `ConfigurationError` if one cannot work. The transport is not read."""
    http2, max_connections = options.get("http2", False), options.get("max_connections", CALLS_AT_ONCE)
    verify, cert = options.get("verify", True), options.get("cert")
    if not isinstance(http2, bool):
        raise wrong("http2", http2, "True or False")
    if whole_number(max_connections) or max_connections < 1:
        raise wrong("max_connections", max_connections, "1 or more")
    proxy, is_encrypted = proxy_of(base_url, options.get("proxy")), base_url.startswith("https:")
    needs_tls = is_encrypted or (proxy is not None and proxy.url.startswith("https:"))
    return Settings(
        max_connections=max_connections,
        http2=http2,
        proxy=proxy,
        # Also if no TLS is needed: a path to nothing is a mistake anyway.
        tls=tls(verify, cert, http2) if needs_tls or verify is not True or cert is not None else None,
        is_encrypted=is_encrypted,
    )
