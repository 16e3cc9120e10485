"""Limits what a server reads of one connection, and for how long.

uvicorn on httptools reads headers without a limit, and waits for the rest of a request for ever; its own limit
(`h11_max_incomplete_event_size`) is for h11 only.
"""

import asyncio
from typing import Any

import attrs

from . import http_protocol
from .bodies import LARGEST_BODY_BYTES
from .refusing import is_under_way, refuse

_PROTOCOL = http_protocol.protocol()


@attrs.frozen(kw_only=True)
class Limits:
    """The limits of one connection.

    Attributes:
        head_bytes: The largest size of a request's first line and headers.
        body_bytes: The most bytes of a body on the wire, with its chunk frames, whether the server reads them or not.
        head_seconds: The longest time for first line and headers, and for a new connection to stay silent.
        body_seconds: The longest time from the first byte of a request to its last.
    """

    head_bytes: int = 65_536
    body_bytes: int = 8 * LARGEST_BODY_BYTES
    head_seconds: float = 10.0
    body_seconds: float = 30.0


def limited(limits: Limits) -> type[asyncio.Protocol]:
    """uvicorn's own protocol, which receives only what the limits let through."""

    class Limited(_Limited):
        limits_of_each = limits

    return Limited


class _Limited(asyncio.Protocol):
    """Stands between the transport and the protocol, and counts bytes. The protocol knows how far a request is."""

    limits_of_each = Limits()

    def __init__(self, *, _loop: asyncio.AbstractEventLoop | None = None, **arguments: Any) -> None:
        make: Any = _PROTOCOL
        self._protocol: Any = make(_loop=_loop, **arguments)
        self._loop = _loop or asyncio.get_running_loop()
        self._limits = self.limits_of_each
        self._transport: Any = None
        self._look: asyncio.TimerHandle | None = None
        self._began = 0.0  # when the first byte of the latest request arrived
        self._unread = 0  # bytes that belong to no request yet, or to one that is answered already
        self._taken = 0  # bytes of the latest request's body

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self._began = transport, self._loop.time()
        self._protocol.connection_made(transport)
        self._look_later()

    def data_received(self, data: bytes) -> None:
        before = self._protocol.cycle
        is_of_body = is_under_way(before) and before.more_body
        if not self._unread and not is_under_way(before):
            self._began = self._loop.time()
        self._protocol.data_received(data)
        if self._protocol.cycle is not before:
            self._unread = self._taken = 0
        elif is_of_body:
            self._taken += len(data)
            if self._taken > self._limits.body_bytes:
                self._refuse(413, f"the request is larger than {self._limits.body_bytes} bytes")
        else:
            self._unread += len(data)
            if self._unread > self._may_be_unread(before):
                self._refuse(431, f"the headers are larger than {self._limits.head_bytes} bytes")

    def eof_received(self) -> bool | None:
        ended: bool | None = self._protocol.eof_received()
        return ended

    def connection_lost(self, error: Exception | None) -> None:
        if self._look is not None:
            self._look.cancel()
        self._protocol.connection_lost(error)

    def pause_writing(self) -> None:
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        self._protocol.resume_writing()

    def _may_be_unread(self, cycle: Any) -> int:
        # After a refusal the client may still send the rest of the body.
        is_refused_body = cycle is not None and cycle.more_body
        return self._limits.body_bytes if is_refused_body else self._limits.head_bytes

    def _look_later(self) -> None:
        self._look = self._loop.call_later(self._limits.head_seconds / 4, self._look_at_the_time)

    def _look_at_the_time(self) -> None:
        cycle, waited = self._protocol.cycle, self._loop.time() - self._began
        if self._transport.is_closing():
            if waited > self._limits.body_seconds:  # the client does not read, and what is being sent gets stuck
                self._transport.abort()
        elif is_under_way(cycle):
            # If reading is paused, the client has sent more than the application has read yet.
            if cycle.more_body and not self._protocol.flow.read_paused and waited > self._limits.body_seconds:
                self._refuse(408, f"the request was not whole within {self._limits.body_seconds:g} seconds")
        elif waited > self._limits.head_seconds:
            if self._unread:
                self._refuse(408, f"the headers were not whole within {self._limits.head_seconds:g} seconds")
            elif cycle is None:  # no request at all; after an answer uvicorn itself waits for the next request
                self._transport.close()
        self._look_later()

    def _refuse(self, status: int, sentence: str) -> None:
        refuse(self._protocol, status, sentence)
