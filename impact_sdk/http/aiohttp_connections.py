"""aiohttp's pool of connections, with a look at each before it is used again.

It hears that a connection has ended when the event loop gets round to telling, and it keeps what comes on an idle one
for whoever is next. A loop that stood still between two calls, as in a notebook, has told nothing.
"""

import select
import weakref
from typing import Any

import aiohttp


class Connections(aiohttp.TCPConnector):
    """Connections on which nothing has come that no call has asked for, and that the other side has not left."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._used: weakref.WeakSet[Any] = weakref.WeakSet()

    async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:  # noqa: ASYNC109  # aiohttp's
        while True:
            connection: Any = await super().connect(req, traces, timeout)
            protocol = connection.protocol
            if protocol not in self._used:
                self._used.add(protocol)
                return connection
            if not protocol.should_close and not _is_readable(connection.transport):
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
