"""The names that a server goes by, and whose page a request comes from.

A server on loopback needs no password, since nobody else reaches it: but for the pages in the browser of whoever runs
it. A page can have its own name lead to 127.0.0.1 (DNS rebinding), and is then allowed all that we allow; only the
`Host` of its requests, which is that name, tells it from others.
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
    """The name in a `Host` header, without the port and in lower case; None where there is none."""
    found = _HOST.fullmatch(host)
    return found["name"].lower().removesuffix(".") if found else None


def names_in(urls: Iterable[str]) -> set[str]:
    """The names of the servers that these addresses lead to; what is no address has none."""
    return {name for url in urls if (name := _server(url)) is not None}


def is_from_page_of_another(origin: str, host: str | None) -> bool:
    """Whether an `Origin` is neither on this machine nor the server itself, which was called by `host`."""
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
