"""Which carrier a client has: the SDK's own pool, one of the extras', or the host's transport."""

import importlib
import re
from typing import Any, Unpack
from urllib.parse import urlsplit

from ...errors import ConfigurationError
from ...mistakes.wrong import wrong
from . import host_transport
from .seam import Carrier
from .settings import ConnectionOptions, Settings, require_extra, require_socks, settings

# The library behind each transport that has a name.
LIBRARIES = {None: "httpcore", "httpx2": "httpcore2", "aiohttp": "aiohttp"}


def carrier_of(base_url: str, **options: Unpack[ConnectionOptions]) -> Carrier:
    """The carrier that a caller wants; `ConfigurationError` where it cannot work."""
    given: dict[str, Any] = {**options}
    transport = given.pop("transport", None)
    if transport is not None and not isinstance(transport, str):
        if given:
            raise ConfigurationError(
                f"{', '.join(given)} is given beside a transport, which would not heed it; give it to the transport, "
                "or leave the transport out"
            )
        return host_transport.of(transport)
    wanted = settings(base_url, **given)
    match transport:
        case None:
            import httpcore

            return _pool(httpcore, base_url, wanted)
        case "httpx2":
            require_extra("httpcore2", "transport='httpx2'", "httpx2")
            import httpcore2

            return _pool(httpcore2, base_url, wanted)
        case "aiohttp":
            require_extra("aiohttp", "transport='aiohttp'", "aiohttp")
            from .aiohttp_client import AiohttpClient

            return AiohttpClient(wanted, base_url.startswith("https:"))
    raise wrong("transport", transport, '"aiohttp", "httpx2", or an object that has handle_async_request and aclose')


def _pool(library: Any, base_url: str, wanted: Settings) -> Carrier:
    # Here and not at the top: to import it takes longer than all the rest of the SDK.
    from .pool import Pool

    require_socks(wanted.proxy)
    if wanted.http2:
        require_extra("h2", "http2=True", "http2")
    parts = urlsplit(base_url)
    return Pool(
        library=library,
        scheme=parts.scheme.encode(),
        host=(parts.hostname or "").encode(),
        port=parts.port,
        settings=wanted,
    )


def carried_by(transport: object) -> str | None:
    """The library that will carry the requests, and its version; None where that is not known."""
    name = LIBRARIES.get(transport) if transport is None or isinstance(transport, str) else None
    if name is None:
        name = type(transport).__module__.partition(".")[0]
    try:
        version = getattr(importlib.import_module(name), "__version__", None)
    except ImportError:  # of an extra that is not installed: that is told elsewhere
        return None
    return f"{name}/{version}" if isinstance(version, str) and re.fullmatch(r"[\w.+-]{1,50}", version) else None
