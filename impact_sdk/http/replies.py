"""Answers of DES as they came, and what is made of them: a value, or an error."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

import attrs

from .. import wire
from ..attempts import Attempt
from ..parsing import retry_after, server_time
from ..parsing.rate_limits import RateLimit, rate_limit
from ..secrets import Redaction
from .refusals import unexpected


@attrs.frozen(kw_only=True)
class Reply:
    """An answer, whatever it says. Its `repr` shows neither headers nor content.

    Attributes:
        method: Of the request, such as `GET`.
        path: What was asked for, below the address of DES and without a query: `/v1/dreams/d1`.
        headers: By their names, in whatever case they are asked for.
        content: The body, as it came.
        received_at: When it came (UTC).
        idempotency_key: What the request was sent with; None where it needs none.
        history: The attempts at this request so far, the one that it answers last.
    """

    method: str
    path: str
    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    content: bytes = attrs.field(repr=False)
    received_at: datetime
    set_cookies: tuple[str, ...] = attrs.field(default=(), repr=False)
    idempotency_key: str | None = None
    # Why the body cannot be used, where it came in a way that we do not take.
    unusable: str | None = attrs.field(default=None, repr=False)
    # Takes out of messages what was sent in secret.
    redaction: Redaction = attrs.field(factory=Redaction, repr=False, eq=False)
    history: tuple[Attempt, ...] = attrs.field(default=(), repr=False, eq=False)

    @property
    def request_id(self) -> str | None:
        """What to tell the vendor's support; None when DES did not name one."""
        return self.headers.get("x-request-id")

    @property
    def rate_limit(self) -> RateLimit | None:
        """How much DES still lets us ask; None when it does not say."""
        return rate_limit(self.headers, server_time.at(self.headers, self.received_at))

    @property
    def retry_after(self) -> float | None:
        """For how many seconds DES asks to be left alone; None when it does not say."""
        return retry_after.seconds(self.headers.get("retry-after", ""), server_time.at(self.headers, self.received_at))

    def json(self) -> Any:
        """The body, read as JSON and no more.

        Raises:
            UnexpectedResponse: It is none.
        """
        try:
            return wire.loads(self.content)
        except wire.Unreadable as error:
            raise unexpected(self, error) from error


def asked_with(reply: Reply, redaction: Redaction, idempotency_key: str | None) -> None:
    """Write into an answer what it was asked with. It has just come, and nobody else has it yet.

    To make another one of it would take a fiftieth of a whole call.
    """
    object.__setattr__(reply, "redaction", redaction)
    object.__setattr__(reply, "idempotency_key", idempotency_key)


@attrs.frozen(eq=False)
class _Recording:
    """Who listens to whom."""

    source: object
    replies: list[Reply]


# Kept by context: of two tasks that use one client each hears its own calls, and those of the tasks it starts.
_recordings: ContextVar[tuple[_Recording, ...]] = ContextVar("recordings", default=())


@contextmanager
def recorded(source: object) -> Iterator[list[Reply]]:
    """All answers to the requests of `source` in this block, those that were tried again included.

    Args:
        source: In whose name they are sent, or what they are sent by.
    """
    recording = _Recording(source, [])
    token = _recordings.set((*_recordings.get(), recording))
    try:
        yield recording.replies
    finally:
        _recordings.reset(token)


def is_recorded() -> bool:
    """Whether anybody listens here."""
    return bool(_recordings.get())


def record(reply: Reply, *sources: object) -> None:
    for recording in _recordings.get():
        if any(recording.source is source for source in sources):
            recording.replies.append(reply)


def read(reply: Reply, root: str, kind: type[wire.T]) -> wire.T:
    """The value below the root key of an answer; `UnexpectedResponse` where it cannot be read."""
    try:
        return wire.read(kind, wire.loads(reply.content), below=root)
    except wire.Unreadable as error:
        raise unexpected(reply, error) from error
