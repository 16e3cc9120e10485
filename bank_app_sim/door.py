"""What every server asks of a request before it looks at it: whom it is for."""

from collections.abc import Collection, Mapping
from typing import Any

import attrs
import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from .hosts import LOOPBACK, name_in
from .service import Refused

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
        """RFC 9112, section 3.2; and HTTP/1.0, which does without `Host`, is held to the same."""
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if not hosts:
            return Refused(400, {"Host": ["is missing; it says which server the request is for"]})
        name = name_in(hosts[0]) if len(hosts) == 1 else None
        if name is None:
            return Refused(400, {"Host": ["must be one name or address, with a port or without one"]})
        if name not in LOOPBACK and name not in self.names:
            own = " or ".join([*LOOPBACK, *sorted(self.names)])
            shown = name[:LONGEST_SHOWN]
            sentence = (
                f"{shown} is no name of this server, to which no web page may lead another name; call it {own}, "
                f"or start it with: bank-app-sim serve --host {shown}"
            )
            return Refused(421, {"Host": [sentence]})
        return None
