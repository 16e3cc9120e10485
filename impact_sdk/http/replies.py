"""An answer of DES as it came, the value that is read from it, and the error if it cannot be read."""

from collections.abc import Mapping
from datetime import datetime

import attrs

from .. import wire
from ..attempts import Attempt
from ..errors import UnexpectedResponse
from ..parsing import retry_after, server_time
from ..parsing.json_text import JSON
from ..parsing.rate_limits import RateLimit, rate_limit
from ..parsing.visible import visible
from ..secrets import Redaction
from .received_body import ReceivedBody
from .retries import may_have_happened

LONGEST_REQUEST_ID = 200
LONGEST_PROBLEM = 2_000

# These redirects say that the server did nothing.
NOT_DONE = frozenset({307, 308})


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

    def json(self) -> JSON:
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


def read(reply: Reply, root: str, kind: type[wire.T]) -> wire.T:
    """The value below the root key of an answer; `UnexpectedResponse` where it cannot be read."""
    try:
        return wire.read(kind, wire.loads(reply.content), below=root)
    except wire.Unreadable as error:
        raise unexpected(reply, error) from error


def unexpected(
    reply: Reply, problem: Exception | str, *, is_repeatable: bool = False, may_hold_secret: bool = False
) -> UnexpectedResponse:
    """The error for a good answer that cannot be used.

    Args:
        is_repeatable: Sending the request twice has the same effect as sending it once.
        may_hold_secret: The request was for a secret, so the body may contain it.
    """
    words = visible(reply.redaction.of(f"{problem}"), longest=LONGEST_PROBLEM)
    held = "" if reply.unusable else body_of(reply).described(may_hold_secret=may_hold_secret)
    error = UnexpectedResponse(
        f"{reply.method} {reply.path} was answered with {reply.status}, and that cannot be read: "
        f"{words}{held and f'; {held}'}{may_have_changed_something(reply, is_repeatable)} ({request_name(reply)})",
        status=reply.status,
        request_id=request_id(reply),
        rate_limit=reply.rate_limit,
        idempotency_key=reply.idempotency_key,
    )
    error.history = reply.history
    return error


# What messages say of an answer


def body_of(reply: Reply) -> ReceivedBody:
    return ReceivedBody(reply.content, reply.headers.get("content-type", ""), reply.redaction)


def described(reply: Reply) -> str:
    """What the body is, or why it cannot be used."""
    return body_of(reply).described() if reply.unusable is None else reply.redaction.of(reply.unusable)


def request_id(reply: Reply) -> str | None:
    """The id that DES gave the request, without a secret that DES may have repeated there."""
    return None if reply.request_id is None else reply.redaction.of(reply.request_id)[:LONGEST_REQUEST_ID]


def request_name(reply: Reply) -> str:
    name = request_id(reply)
    return "no request id" if name is None else f"request {name}"


def may_have_changed_something(reply: Reply, is_repeatable: bool) -> str:
    """A warning that the request may have happened; empty if it is known not to have."""
    is_known = reply.status in NOT_DONE or 400 <= reply.status < 500
    said = "" if is_known else may_have_happened(reply.method, is_repeatable=is_repeatable)
    return said and f"; {said}"
