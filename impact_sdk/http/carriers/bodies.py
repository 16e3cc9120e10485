"""Reads the whole body of an answer. It is unpacked here, so that it never becomes larger than the limit."""

import zlib
from collections.abc import AsyncIterable
from typing import Any

import anyio

# A page of a hundred transactions is smaller than a hundred kilobytes. Sixteen megabytes can be packed into sixteen
# kilobytes.
LARGEST_BYTES = 16 * 1024 * 1024

GZIP = 16 + zlib.MAX_WBITS
ZLIB = zlib.MAX_WBITS
RAW_DEFLATE = -zlib.MAX_WBITS
# So many bytes show whether there is a frame.
FRAME_BYTES = 2


class Unusable(ValueError):
    """The body is too large, is packed in a way that we did not ask for, or cannot be unpacked."""


async def whole_or_why(pieces: AsyncIterable[bytes], coding: str) -> bytes | Unusable:
    """As `whole()`, but the `Unusable` is returned."""
    try:
        return await whole(pieces, coding)
    except Unusable as error:
        return error


async def whole(pieces: AsyncIterable[bytes], coding: str) -> bytes:
    """The whole body, unpacked.

    Args:
        coding: The `Content-Encoding`: gzip, deflate, or empty.

    Raises:
        Unusable: It cannot be unpacked, or is larger than 16 MiB. Never more than that is in memory.
    """
    unpack = _unpacking(coding.strip().lower())
    held: list[bytes] = []
    left = LARGEST_BYTES
    problem: Unusable | None = None
    with anyio.CancelScope() as scope:
        async for piece in pieces:
            if problem is not None:  # more pieces may come before the cancellation does
                continue
            try:
                if not isinstance(piece, bytes):  # a transport of the host may give anything
                    raise Unusable(f"it comes as {type(piece).__name__}, and not as bytes")
                held.append(piece if unpack is None else unpack.some(piece, left + 1))
                left -= len(held[-1])
                if left < 0:
                    raise Unusable(f"the body is larger than {LARGEST_BYTES} bytes")
            except Unusable as error:
                # Cancel, do not break: the generators below must run to close their connection.
                problem = error
                held.clear()
                scope.cancel()
    if problem is not None:
        raise problem
    if unpack is not None and not unpack.is_whole:
        raise Unusable("the body is packed and breaks off")
    return held[0] if len(held) == 1 else b"".join(held)


def _unpacking(coding: str) -> "_Unpacking | None":
    if coding in ("", "identity"):
        return None
    if coding in ("gzip", "x-gzip"):
        return _Unpacking(GZIP)
    if coding == "deflate":
        return _Unpacking(ZLIB, otherwise=RAW_DEFLATE)
    raise Unusable(f"the body is packed with {coding[:40]!r}, and we asked for gzip or deflate")


class _Unpacking:
    """Unpacks one body, piece by piece.

    Args:
        otherwise: Another format that it may have: some servers send "deflate" without its frame.
    """

    def __init__(self, form: int, *, otherwise: int | None = None) -> None:
        self._form = form
        self._otherwise = otherwise
        self._held = b""
        self._has_begun = False
        self._inflating: Any = zlib.decompressobj(form)

    @property
    def is_whole(self) -> bool:
        """Whether the packed data has come to its end, with its checksum. An empty body is whole too."""
        return not self._held and (self._inflating.eof or not self._has_begun)

    def some(self, piece: bytes, most: int) -> bytes:
        """The unpacked bytes of a piece, at most `most`."""
        piece, self._held = self._held + piece, b""
        self._has_begun = self._has_begun or bool(piece)
        if self._otherwise is not None and len(piece) < FRAME_BYTES:
            self._held = piece
            return b""
        try:
            unpacked = self._all(piece, most)
        except zlib.error as error:
            if self._otherwise is None:
                raise Unusable(f"the body cannot be unpacked ({error})") from error
            self._form, self._otherwise = self._otherwise, None
            self._inflating = zlib.decompressobj(self._form)
            return self.some(piece, most)
        self._otherwise = None
        return unpacked

    def _all(self, piece: bytes, most: int) -> bytes:
        unpacked = b""
        while piece and len(unpacked) < most:
            if self._inflating.eof:  # the next member of several
                self._inflating = zlib.decompressobj(self._form)
            unpacked += self._inflating.decompress(piece, most - len(unpacked))
            piece = self._inflating.unused_data
        return unpacked
