"""Answers of DES as they came, and what is made of them: a value, or an error."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

import attrs

from . import retry_after, server_time, wire
from .errors import FieldError, RateLimited, UnexpectedResponse, error_for
from .rate_limits import RateLimit, rate_limit
from .secrets import Redaction

# Of what DES says in a message; all of it is in the error's `errors`.
MOST_ERRORS = 20
LONGEST_REQUEST_ID = 200


@attrs.frozen(kw_only=True)
class Reply:
    """An answer, whatever it says. Its `repr` shows neither headers nor content.

    Attributes:
        method: Of the request, such as `GET`.
        path: What was asked for, below the address of DES and without a query: `/v1/dreams/d1`.
        headers: By their names, in whatever case they are asked for.
        content: The body, as it came.
        received_at: When it came (UTC).
    """

    method: str
    path: str
    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    content: bytes = attrs.field(repr=False)
    received_at: datetime
    set_cookies: tuple[str, ...] = attrs.field(default=(), repr=False)
    # Takes out of messages what was sent in secret.
    redaction: Redaction = attrs.field(factory=Redaction, repr=False, eq=False)

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


@attrs.frozen(eq=False)
class _Recording:
    """Who listens to whom."""

    source: object
    replies: list[Reply]


# Kept by context: of two tasks that use one client each hears its own calls, and those of the tasks it starts.
_recordings: ContextVar[tuple[_Recording, ...]] = ContextVar("recordings", default=())


@contextmanager
def recorded(source: object) -> Iterator[list[Reply]]:
    """All answers to the requests of `source` in this block, those that were tried again included."""
    recording = _Recording(source, [])
    token = _recordings.set((*_recordings.get(), recording))
    try:
        yield recording.replies
    finally:
        _recordings.reset(token)


def record(source: object, reply: Reply) -> None:
    for recording in _recordings.get():
        if recording.source is source:
            recording.replies.append(reply)


def read(reply: Reply, root: str, kind: type[wire.T]) -> wire.T:
    """The value below the root key of an answer; `UnexpectedResponse` where it cannot be read."""
    try:
        return wire.read(kind, _below(root, wire.loads(reply.content)))
    except wire.Unreadable as error:
        raise unexpected(reply, error) from error


def _below(root: str, answer: Any) -> Any:
    if not isinstance(answer, dict) or root not in answer:
        raise wire.Unreadable([f"{root} is missing @ $"])
    return answer[root]


def unexpected(reply: Reply, error: ValueError) -> UnexpectedResponse:
    return UnexpectedResponse(
        f"DES answered {reply.status} with something that cannot be read: {error} (request {reply.request_id})",
        status=reply.status,
        request_id=reply.request_id,
        rate_limit=reply.rate_limit,
    )


def refusal(reply: Reply, *, attempts: int = 1) -> Exception:
    """The error for an answer that is no good one, in the words of DES."""
    request_id = None if reply.request_id is None else reply.redaction.of(reply.request_id)[:LONGEST_REQUEST_ID]
    if reply.status < 400:
        what = (
            f"sent elsewhere with {reply.status}, and redirects are not followed; give the address of DES itself as"
            if "location" in reply.headers
            else f"answered with {reply.status}, which is no answer to it; see whether there is DES at"
        )
        return UnexpectedResponse(
            f"{reply.method} {reply.path} was {what} base_url (request {request_id})",
            status=reply.status,
            request_id=request_id,
            attempts=attempts,
        )
    errors = _field_errors(reply)
    more = [f"and {len(errors) - MOST_ERRORS} more"] if len(errors) > MOST_ERRORS else []
    because = "; ".join([*map(str, errors[:MOST_ERRORS]), *more]) or "without a reason"
    tried = f", after {attempts} attempts" if attempts > 1 else ""
    error = error_for(reply.status, errors)(
        f"{reply.method} {reply.path} was refused with {reply.status}{tried}: {because} (request {request_id})",
        status=reply.status,
        errors=errors,
        request_id=request_id,
        attempts=attempts,
        rate_limit=reply.rate_limit,
    )
    if isinstance(error, RateLimited):
        error.retry_after = reply.retry_after
    return error


def _field_errors(reply: Reply) -> list[FieldError]:
    """The documented form, or OAuth's; anything else says nothing that we could pass on with a good conscience."""
    # docs/des.md 2.8
    try:
        answer = wire.loads(reply.content)
        if "errors" not in answer:
            return _oauth_error(reply, answer)
        return [
            FieldError(
                reply.redaction.of(str(each["field"])),
                tuple(reply.redaction.of(str(sentence)) for sentence in _listed(each["errors"])),
            )
            for each in answer["errors"]
        ]
    except (wire.Unreadable, KeyError, TypeError):
        return []


def _oauth_error(reply: Reply, answer: Any) -> list[FieldError]:
    """RFC 6749, 5.2: a code, and a sentence that may be left out."""
    said = [answer["error"], answer.get("error_description") or ""]
    if not all(isinstance(each, str) for each in said):
        return []
    told = tuple(reply.redaction.of(each) for each in said if each)
    return [FieldError("base", told)] if told else []


def _listed(sentences: Any) -> Any:
    return [sentences] if isinstance(sentences, str) else sentences
