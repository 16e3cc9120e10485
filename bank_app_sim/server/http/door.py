"""Refuses a request before a server reads it, because it is for another server, or larger than any client sends."""

from collections.abc import Collection, Sequence

import attrs
from starlette.types import ASGIApp, Receive, Scope, Send

from .answers import Refused
from .hosts import LOOPBACK, name_in
from .sending import encoded, send_answer

LONGEST_TARGET = 16_384
MOST_HEADERS = 200
LARGEST_HEADERS = 65_536

# Enough to recognize a name.
LONGEST_SHOWN = 100


@attrs.frozen
class Door:
    """An ASGI application that hands on to another one what is meant for it.

    Attributes:
        names: The names of the server besides those of loopback.
    """

    app: ASGIApp
    names: Collection[str] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._check_name(_hosts_of_well_formed(scope))
        except Refused as refused:
            # Whatever follows on this connection is for the same server.
            answer = attrs.evolve(refused.answer, headers={"connection": "close"})
            await send_answer(scope, send, answer, encoded(answer))
        else:
            await self.app(scope, receive, send)

    def _check_name(self, hosts: Sequence[str]) -> None:
        """421 for a request to another server (RFC 9112, 3.2). HTTP/1.0, which can do without `Host`, needs one too."""
        if not hosts:
            raise Refused(400, {"Host": ["is missing; it says which server the request is for"]})
        called = name_in(hosts[0]) if len(hosts) == 1 else None
        if called is None:
            raise Refused(400, {"Host": ["must be one name or address, with a port or without one"]})
        if called not in LOOPBACK and called not in self.names:
            own = " or ".join([*LOOPBACK, *sorted(self.names)])
            shown = called[:LONGEST_SHOWN]
            sentence = (
                f"{shown} is no name of this server, to which no web page may lead another name; call it {own}, "
                f"or start it with: bank-app-sim serve --host {shown}"
            )
            raise Refused(421, {"Host": [sentence]})


def _hosts_of_well_formed(scope: Scope) -> Sequence[str]:
    """The `Host` headers of a request, after one look at all of its headers.

    Raises:
        Refused: It is larger than that of any client, or has a coding that these servers do not read (RFC 9112, 6.1).
    """
    size, hosts, codings = 0, [], []
    for name, value in scope["headers"]:
        size += len(name) + len(value)
        if name == b"host":
            hosts.append(value.decode("latin-1"))
        elif name == b"transfer-encoding":
            codings.append(value.strip().lower())
    if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_TARGET:
        raise Refused(414, {"base": [f"the address is longer than {LONGEST_TARGET} bytes"]})
    if len(scope["headers"]) > MOST_HEADERS or size > LARGEST_HEADERS:
        raise Refused(431, {"base": [f"at most {MOST_HEADERS} headers of {LARGEST_HEADERS} bytes are read"]})
    if codings not in ([], [b"chunked"]):
        raise Refused(501, {"Transfer-Encoding": ["must be chunked, or left out"]})
    return hosts
