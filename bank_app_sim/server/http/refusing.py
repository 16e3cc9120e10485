"""Refuses bytes that are no request, or too many. The refusal waits its turn and never replaces another answer."""

from typing import Any

from .answers import Refused
from .sending import encoded

REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    413: "Content Too Large",
    431: "Request Header Fields Too Large",
}

NO_REQUEST = "this is not an HTTP/1.1 request (RFC 9112)"


def is_under_way(cycle: Any) -> bool:
    """Whether a request has begun and its answer has not ended, by uvicorn's cycle."""
    return cycle is not None and not cycle.response_complete


def refuse(protocol: Any, status: int, sentence: str) -> None:
    """End one of uvicorn's connections, with an answer to the last request if that has none yet.

    Complete requests before it get their own answers first: the client would take this answer for theirs.
    """
    transport, cycle = protocol.transport, protocol.cycle
    if transport.is_closing():
        return
    if is_under_way(cycle) and not cycle.more_body:
        cycle.keep_alive = False
        protocol.flow.pause_reading()
        return
    # A request whose answer has begun gets no other one; nor does the rest of its body, which arrives afterwards.
    is_answered = cycle is not None and cycle.response_started and (is_under_way(cycle) or cycle.more_body)
    if not is_answered and not getattr(protocol, "pipeline", ()):
        transport.write(_answer(status, sentence))
    transport.close()


def _answer(status: int, sentence: str) -> bytes:
    body = encoded(Refused(status, {"base": [sentence]}).answer)
    head = (
        f"HTTP/1.1 {status} {REASONS[status]}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        "x-content-type-options: nosniff\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
