"""Checks the names of a server, and which web page sent a request.

A server on loopback needs no password, because only programs of this machine reach it; but web pages in its browser do
too. A page can point its own host name at 127.0.0.1 (DNS rebinding), and then the browser lets it do everything. Only
the `Host` header of its requests, which has that name, gives it away.
"""

import functools
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from .answers import Refused

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

NOT_FOR_PAGES = (
    "web pages of other servers have no business here; ask from a program, or from a page of this machine (127.0.0.1, "
    "localhost)"
)

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{0,5})?", re.IGNORECASE)


@functools.lru_cache(64)
def name_in(host: str) -> str | None:
    """The name in a `Host` header, without the port and in lower case; None if it has none."""
    found = _HOST.fullmatch(host)
    return found["name"].lower().removesuffix(".") if found else None


def names_in(urls: Iterable[str]) -> set[str]:
    """The names of the servers in these URLs; a text that is no URL has none."""
    return {name for url in urls if (name := _server(url)) is not None}


def is_from_page_of_another(origin: str, host: str | None) -> bool:
    """Whether an `Origin` is neither on this machine nor the server itself, which the client called `host`."""
    server = _server(origin)
    return server is None or (server not in LOOPBACK and (host is None or server != name_in(host)))


def _server(url: str) -> str | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return name_in(parts.netloc) if parts.scheme in ("http", "https") else None


def refuse_other_pages(headers: Mapping[str, str]) -> None:
    """403 for a request that a web page of another server makes."""
    if "origin" in headers and is_from_page_of_another(headers["origin"], headers.get("host")):
        raise Refused(403, {"Origin": [NOT_FOR_PAGES]})
