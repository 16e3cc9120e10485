"""What a server takes of one connection: so much and no more, within so long and no longer.

uvicorn on httptools reads headers without end, and waits for the rest of a request for ever; what it has against that
is for h11 only (`h11_max_incomplete_event_size`).
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
    """Of one connection.

    Attributes:
        head_bytes: How large the first line and the headers of a request may be.
        body_bytes: How much may come with it on the wire, whatever frames it is in, and whether we read it or not.
        head_seconds: How long a head may take; and how long a new connection may say nothing.
        body_seconds: How long a request may take, from its first byte to its last.
    """

    head_bytes: int = 65_536
    body_bytes: int = 8 * LARGEST_BODY_BYTES
    head_seconds: float = 10.0
    body_seconds: float = 30.0


def limited(limits: Limits) -> type[asyncio.Protocol]:
    """uvicorn's own protocol, which is told no more than the limits let through."""

    class Limited(_Limited):
        limits_of_each = limits

    return Limited


class _Limited(asyncio.Protocol):
    """Stands between a transport and the protocol, and counts what comes. How far a request is, the protocol knows."""

    limits_of_each = Limits()

    def __init__(self, *, _loop: asyncio.AbstractEventLoop | None = None, **arguments: Any) -> None:
        make: Any = _PROTOCOL
        self._protocol: Any = make(_loop=_loop, **arguments)
        self._loop = _loop or asyncio.get_running_loop()
        self._limits = self.limits_of_each
        self._transport: Any = None
        self._look: asyncio.TimerHandle | None = None
        self._began = 0.0  # when the first byte of the latest request came
        self._unread = 0  # how many bytes have come that are of no request yet, or of one that is answered already
        self._taken = 0  # how many have come with the body of the latest request

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
        # The rest of a body that was refused comes after the answer.
        is_refused_body = cycle is not None and cycle.more_body
        return self._limits.body_bytes if is_refused_body else self._limits.head_bytes

    def _look_later(self) -> None:
        self._look = self._loop.call_later(self._limits.head_seconds / 4, self._look_at_the_time)

    def _look_at_the_time(self) -> None:
        cycle, waited = self._protocol.cycle, self._loop.time() - self._began
        if self._transport.is_closing():
            if waited > self._limits.body_seconds:  # whoever has stopped to read holds up what is being sent
                self._transport.abort()
        elif is_under_way(cycle):
            # Where reading is paused, the sender has sent more than is looked at yet.
            if cycle.more_body and not self._protocol.flow.read_paused and waited > self._limits.body_seconds:
                self._refuse(408, f"the request was not whole within {self._limits.body_seconds:g} seconds")
        elif waited > self._limits.head_seconds:
            if self._unread:
                self._refuse(408, f"the headers were not whole within {self._limits.head_seconds:g} seconds")
            elif cycle is None:  # nothing was asked; after an answer it is uvicorn that waits for the next request
                self._transport.close()
        self._look_later()

    def _refuse(self, status: int, sentence: str) -> None:
        refuse(self._protocol, status, sentence)
