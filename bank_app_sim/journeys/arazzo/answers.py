"""Reads answers up to a limit."""

import httpx


class AnswerTooLarge(Exception):
    """The answer has more bytes than the limit."""


async def read_bounded(answer: httpx.Response, *, largest: int) -> bytes:
    """The body of an answer, decompressed.

    Raises:
        AnswerTooLarge: It has more bytes than `largest`.
        httpx.HTTPError: It cannot be read.
    """
    content = bytearray()
    async for piece in answer.aiter_bytes():
        content += piece
        if len(content) > largest:
            raise AnswerTooLarge(f"an answer of more than {largest:,} bytes, the most that is read")
    return bytes(content)
