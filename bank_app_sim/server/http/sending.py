"""Sends answers: the one place that writes bodies and headers, and that turns an exception into an answer."""

import logging
from collections.abc import Sequence

import orjson
from starlette.types import Scope, Send

from impact_sdk.parsing.visible import visible

from ..database import DatabaseError
from .answers import LONGEST_SHOWN, Answer, Refused, Text
from .bodies import JSON

logger = logging.getLogger(__name__)

Headers = Sequence[tuple[bytes, bytes]]

# The client must not guess a type from the content.
NO_SNIFFING = (b"x-content-type-options", b"nosniff")

# Seconds until a client should ask again while the database cannot be used.
TRY_AGAIN = "5"


def encoded(answer: Answer) -> bytes:
    """The bytes of the body."""
    if isinstance(answer.body, Text):
        return answer.body.content
    return b"" if answer.body is None else orjson.dumps(answer.body)


async def send_answer(scope: Scope, send: Send, answer: Answer, content: bytes, *, headers: Headers = ()) -> None:
    """Send an answer whose body is encoded already; HEAD gets the same without the body."""
    of_answer = [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
    of_body = [(b"content-length", str(len(content)).encode())]
    if content:
        media_type = answer.body.media_type if isinstance(answer.body, Text) else JSON
        of_body.append((b"content-type", media_type.encode()))
    all_of_them = [*of_body, NO_SNIFFING, *headers, *of_answer]
    await send({"type": "http.response.start", "status": answer.status, "headers": all_of_them})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})


def failure(error: Exception, scope: Scope, *, request_id: str | None = None) -> Answer:
    """The answer in the place of an exception. One that no handler expects goes into the log."""
    if isinstance(error, Refused):
        return error.answer
    if isinstance(error, DatabaseError):  # the database's own log record says why, once
        kind = type(error).__name__
        sentence = f"the database of this server cannot be used now ({kind}: its log says why); ask again"
        return Refused(503, {"base": [sentence]}, headers={"Retry-After": TRY_AGAIN}).answer
    path = visible(scope["path"], longest=LONGEST_SHOWN)
    logger.error("%s %s failed (request %s)", scope["method"], path, request_id, exc_info=error)
    look_for = "it" if request_id is None else f"request {request_id}"
    return Refused(500, {"base": [f"this is our fault; look for {look_for} in the log"]}).answer
