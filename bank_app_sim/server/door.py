"""What every server asks of a request before it looks at it: whom it is for."""

from collections.abc import Collection, Mapping
from typing import Any

import attrs
import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from .answers import Refused
from .hosts import LOOPBACK, name_in

# What no client of this API comes near to.
LONGEST_TARGET = 16_384
MOST_HEADERS = 200
LARGEST_HEADERS = 65_536

# Enough to see which name it was.
LONGEST_SHOWN = 100


@attrs.frozen
class Door:
    """An ASGI application that hands on to another one what is meant for it.

    Attributes:
        names: By which it may be called, besides those of loopback.
    """

    app: ASGIApp
    names: Collection[str] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = self._refused(scope)
        if refused is None:
            await self.app(scope, receive, send)
            return
        body = orjson.dumps(refused.answer.body)
        headers: Mapping[str, Any] = {
            "content-type": "application/json",
            "content-length": len(body),
            "x-content-type-options": "nosniff",
            "connection": "close",  # whatever comes after it on this connection is for the same server
        }
        raw = [(name.encode(), str(value).encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": refused.answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    def _refused(self, scope: Scope) -> Refused | None:
        """RFC 9112, sections 3.2 and 6.1; and HTTP/1.0, which does without `Host`, is held to the same."""
        size, hosts, codings = 0, [], []
        for name, value in scope["headers"]:
            size += len(name) + len(value)
            if name == b"host":
                hosts.append(value.decode("latin-1"))
            elif name == b"transfer-encoding":
                codings.append(value.strip().lower())
        if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_TARGET:
            return Refused(414, {"base": [f"the address is longer than {LONGEST_TARGET} bytes"]})
        if len(scope["headers"]) > MOST_HEADERS or size > LARGEST_HEADERS:
            return Refused(431, {"base": [f"at most {MOST_HEADERS} headers of {LARGEST_HEADERS} bytes are read"]})
        if codings not in ([], [b"chunked"]):
            return Refused(501, {"Transfer-Encoding": ["must be chunked, or left out"]})
        if not hosts:
            return Refused(400, {"Host": ["is missing; it says which server the request is for"]})
        called = name_in(hosts[0]) if len(hosts) == 1 else None
        if called is None:
            return Refused(400, {"Host": ["must be one name or address, with a port or without one"]})
        if called not in LOOPBACK and called not in self.names:
            own = " or ".join([*LOOPBACK, *sorted(self.names)])
            shown = called[:LONGEST_SHOWN]
            sentence = (
                f"{shown} is no name of this server, to which no web page may lead another name; call it {own}, "
                f"or start it with: bank-app-sim serve --host {shown}"
            )
            return Refused(421, {"Host": [sentence]})
        return None
