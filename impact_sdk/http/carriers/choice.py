"""The choice of a carrier: the SDK's own pool, aiohttp, or the host's transport.

Import it when a client is made: it loads ssl, and the carrier's library, which takes longer than all the rest of the
SDK.
"""

import importlib
from typing import Unpack

from ...errors import ConfigurationError
from ...mistakes.wrong import wrong
from .connection_options import ConnectionOptions
from .extras import require_extra
from .places import Places
from .proxies import require_socks
from .seam import Carrier
from .settings import Settings, settings

# The library that each transport with a name stands for.
LIBRARIES = {None: "httpcore", "httpx2": "httpcore2", "aiohttp": "aiohttp"}


def carrier_of(base_url: str, **options: Unpack[ConnectionOptions]) -> Carrier:
    """The carrier that a caller wants; `ConfigurationError` if it cannot work."""
    transport = options.get("transport")
    if transport is not None and not isinstance(transport, str):
        beside = [name for name in options if name != "transport"]
        if beside:
            raise ConfigurationError(
                f"{', '.join(beside)} is given beside a transport, which would not heed it; give it to the transport, "
                "or leave the transport out"
            )
        from .host_transport import of as host_transport_of  # loads httpx

        return host_transport_of(transport)
    wanted = settings(base_url, **options)
    return Places(_connections(base_url, transport, wanted), wanted.max_connections)


def _connections(base_url: str, transport: str | None, wanted: Settings) -> Carrier:
    if transport not in LIBRARIES:
        raise wrong(
            "transport", transport, '"aiohttp", "httpx2", or an object that has handle_async_request and aclose'
        )
    library = LIBRARIES[transport]
    if transport is not None:
        require_extra(library, f"transport={transport!r}", transport)
    if transport == "aiohttp":
        from .aiohttp_client import AiohttpClient  # loads aiohttp

        return AiohttpClient(wanted)
    require_socks(wanted.proxy)
    if wanted.http2:
        require_extra("h2", "http2=True", "http2")
    from .pool import Pool  # beside aiohttp there is no need of it

    return Pool.to(base_url, library=importlib.import_module(library), settings=wanted)
