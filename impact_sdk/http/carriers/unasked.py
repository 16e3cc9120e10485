"""Whether something has come on a connection that no call has asked for: the next call would take it for its answer.

A server may answer twice, or send a body where there is none to send. What is still in the socket, httpcore sees by
itself over HTTP/1.1. Not so over HTTP/2; and not what was read along with the answer before: that lies in h11, or in
the TLS above the socket, and neither has a public way to it. Where it cannot be looked for, it is taken to be there:
such a connection is not used again.
"""

from typing import Any

from anyio.streams.tls import TLSStream


def has_come(http: Any) -> bool:
    """Whether there is anything to read on an idle connection of httpcore's, be it that it was closed."""
    try:
        speaking = _innermost(http)
        stream = speaking._network_stream
        if (h11 := getattr(speaking, "_h11_state", None)) is not None:
            left, is_at_end = h11.trailing_data
            if left or is_at_end:
                return True
        elif stream.get_extra_info("is_readable"):
            return True
        while (below := getattr(stream, "_stream", None)) is not None:
            stream = below
        while isinstance(stream, TLSStream):
            if stream._read_bio.pending:
                return True
            stream = stream.transport_stream
    except AttributeError:
        return True
    return False


def _innermost(http: Any) -> Any:
    """What speaks HTTP to DES: around it is what connects, and what asks a proxy."""
    while (within := getattr(http, "_connection", None)) is not None:
        http = within
    return http
