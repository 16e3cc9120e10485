"""aiohttp's pool of connections, with a look at each before it is used again.

It hears that a connection has ended when the event loop gets round to telling, and it keeps what comes on an idle one
for whoever is next. A loop that stood still between two calls, as in a notebook, has told nothing.

Here it is seen, too, how far a request has got: it goes out on the connection that it is given, and not before.
aiohttp's own tracing would say the same, and costs a twentieth of a call.
"""

import select
import weakref
from contextvars import ContextVar
from typing import Any

import aiohttp

from .seam import Sending

# The request that this task is asking a connection for.
ASKING: ContextVar[Sending] = ContextVar("asking")


class Connections(aiohttp.TCPConnector):
    """Connections on which nothing has come that no call has asked for, and that the other side has not left."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._used: weakref.WeakSet[Any] = weakref.WeakSet()

    async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:  # noqa: ASYNC109  # aiohttp's
        sending = ASKING.get()
        # It is aiohttp itself that is at work, and no tool of tests in its place.
        sending.is_watched = True
        if sending.has_begun:  # by itself it would send a GET again, and nobody would hear of it
            raise aiohttp.ServerDisconnectedError("the connection was closed after the request")
        while True:
            connection: Any = await super().connect(req, traces, timeout)
            protocol = connection.protocol
            is_new = protocol not in self._used
            if is_new or (not protocol.should_close and not _is_readable(connection.transport)):
                self._used.add(protocol)
                sending.has_begun = True
                return connection
            connection.close()


def _is_readable(transport: Any) -> bool:
    """Whether there is anything to read, be it that the connection has ended."""
    socket = transport.get_extra_info("socket")
    if socket is None or (number := socket.fileno()) < 0:
        return True
    if not hasattr(select, "poll"):
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))
