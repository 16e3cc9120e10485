"""aiohttp's pool of connections, which looks at each connection before it uses it again.

aiohttp learns that a connection has ended only when the event loop runs, and it keeps bytes that come on an idle
connection for the next call. An event loop that stood still between two calls, as in a notebook, has told it nothing.

The pool also sees how far a request has got: it goes out on the connection that the pool gives, and not before.
aiohttp's own tracing would tell the same, and costs a twentieth of a call.
"""

import asyncio
import select
import ssl
import weakref
from contextvars import ContextVar

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection

from .seam import KEPT_SECONDS, Sending

# The request for which this task asks for a connection.
ASKING: ContextVar[Sending] = ContextVar("asking")


class Connections(aiohttp.TCPConnector):
    """Connections that the other side has not closed, and on which no byte has come that no call asked for."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        super().__init__(limit=0, ssl=tls or True, keepalive_timeout=KEPT_SECONDS)
        self._used: weakref.WeakSet[ResponseHandler] = weakref.WeakSet()

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[aiohttp.tracing.Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  # the name is aiohttp's
    ) -> Connection:
        sending = ASKING.get()
        # aiohttp itself is at work here, not a test tool in its place.
        sending.is_watched = True
        if sending.has_begun:  # aiohttp would send a GET again, and tell nobody
            raise aiohttp.ServerDisconnectedError("the connection was closed after the request")
        while True:
            connection = await super().connect(req, traces, timeout)
            protocol = connection.protocol
            if protocol is not None and (protocol not in self._used or _is_quiet(protocol, connection.transport)):
                self._used.add(protocol)
                sending.has_begun = True
                return connection
            connection.close()


def _is_quiet(protocol: ResponseHandler, transport: asyncio.Transport | None) -> bool:
    return transport is not None and not protocol.should_close and not _is_readable(transport)


def _is_readable(transport: asyncio.Transport) -> bool:
    """Whether bytes, or the end of the connection, wait to be read."""
    socket = transport.get_extra_info("socket")
    if socket is None or (number := socket.fileno()) < 0:
        return True
    if not hasattr(select, "poll"):
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))
