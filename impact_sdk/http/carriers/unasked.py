"""Finds bytes on an idle connection that no call has asked for. The next call would read them as its answer.

A server may answer twice, or send a body that should not be there. httpcore itself sees bytes in the socket, over
HTTP/1.1 only. It does not see them over HTTP/2, nor bytes that were read together with the previous answer: these lie
in h11, or in the TLS above the socket, and neither has a public way to look. If we cannot look, we assume that there
are some: the connection is not used again.
"""

from typing import Any

from anyio.streams.tls import TLSStream


def has_come(http: Any) -> bool:
    """Whether bytes, or the end of the connection, wait to be read on an idle connection of httpcore."""
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
    """The object that speaks HTTP to DES. Others are around it: one connects, one asks a proxy."""
    while (within := getattr(http, "_connection", None)) is not None:
        http = within
    return http
