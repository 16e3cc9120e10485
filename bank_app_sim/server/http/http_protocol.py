"""uvicorn's protocol, which takes the server from a request's target, and answers bytes that are no request.

A target can be a whole URL, as proxies send it; then the URL names the server, and not `Host`. uvicorn takes the path
out of the URL and drops the rest, so that `GET http://other.example/ HTTP/1.1` with our name in `Host` counted as ours.
"""

import asyncio
import re
from collections.abc import Sequence

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from .refusing import NO_REQUEST, refuse

Headers = list[tuple[bytes, bytes]]

_ABSOLUTE = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://(?P<server>[^/?#]*)(?P<rest>.*)", re.DOTALL)


def split(target: bytes) -> tuple[bytes | None, bytes]:
    """The server that a target names, or None; and the target without it, from `/` on."""
    absolute = _ABSOLUTE.fullmatch(target)
    if absolute is None:
        return None, target
    rest = absolute["rest"]
    return absolute["server"], rest if rest.startswith(b"/") else b"/" + rest


def addressed(headers: Sequence[tuple[bytes, bytes]], server: bytes) -> Headers:
    """The headers with the named server in the one `Host` header (RFC 9112, 3.2.2)."""
    if [name for name, _ in headers].count(b"host") != 1:
        return list(headers)
    return [(name, server if name == b"host" else value) for name, value in headers]


def protocol() -> type[asyncio.Protocol]:
    """uvicorn's protocol with these two changes."""
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    except ImportError:  # h11, on Windows, takes the whole URL for the path, which no operation has
        return AutoHTTPProtocol

    class Addressed(HttpToolsProtocol):
        def on_headers_complete(self) -> None:
            server, self.url = split(self.url)
            if server is not None:
                self.headers[:] = addressed(self.headers, server)
            super().on_headers_complete()

        def send_400_response(self, _msg: str) -> None:
            refuse(self, 400, NO_REQUEST)

        def _unsupported_upgrade_warning(self) -> None:
            """No warning: a request for another protocol is answered in this one (RFC 9110, 7.8)."""

    return Addressed
