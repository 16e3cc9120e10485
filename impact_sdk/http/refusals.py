"""The error for an answer that is no good one: which call, what came, in the words of whoever sent it.

What stands between us and DES answers too: a proxy, a login page, a network's own page.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .. import wire
from ..errors import (
    APIError,
    BadRequest,
    Conflict,
    FieldError,
    Forbidden,
    NotFound,
    RateLimited,
    ServerError,
    StillRunning,
    Unauthorized,
    UnexpectedResponse,
)
from ..parsing.visible import visible
from .reasons import BASE, reasons
from .retries import may_have_happened

if TYPE_CHECKING:
    from .replies import Reply

# Of what DES says in a message; all of it is in the error's `errors`.
MOST_ERRORS = 20
LONGEST_REQUEST_ID = 200
LONGEST_PROBLEM = 2_000
LONGEST_ADDRESS = 200
# Of a body that says nothing in a form that we know.
SHOWN = 200
MOST_NAMES = 10
LONGEST_NAME = 40
# So much of a body is looked at for that. Many signs are written with more than one byte.
LOOKED_AT = 8 * 1024

# These redirects say that nothing was done.
NOT_DONE = frozenset({307, 308})

ERRORS_BY_STATUS: Mapping[int, type[APIError]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: BadRequest,
    415: BadRequest,
    422: BadRequest,
    429: RateLimited,
}


# What DES calls the field that a 409 is about, where it is about the key and not about what is there.
IDEMPOTENCY_KEY = "idempotency-key"
# It is never DES that says so (RFC 9110, 15.5.8).
PROXY_ASKS_WHO = 407
PROXY_SAID_NO = " by a proxy on the way, as it does not know who asks (see user and password in proxy or HTTP_PROXY)"

_TITLE = re.compile("<title[^<>]{0,100}>([^<]{1,100})", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"\s*([a-z0-9!#$&^_.+-]{1,40}/[a-z0-9!#$&^_.+-]{1,60})", re.IGNORECASE)


def unexpected(
    reply: "Reply", problem: Exception | str, *, is_repeatable: bool = False, may_hold_secret: bool = False
) -> UnexpectedResponse:
    """The error for a good answer that cannot be used.

    Args:
        is_repeatable: Whether doing what was asked twice does what doing it once does.
        may_hold_secret: What was asked for is a secret, and the answer may have it.
    """
    words = visible(reply.redaction.of(f"{problem}"), longest=LONGEST_PROBLEM)
    held = "" if reply.unusable else _described(reply, may_hold_secret=may_hold_secret)
    error = UnexpectedResponse(
        f"{_call(reply)} was answered with {reply.status}, and that cannot be read: {words}{held and f'; {held}'}"
        f"{_may_have_happened(reply, is_repeatable)} ({_request(reply)})",
        status=reply.status,
        request_id=request_id(reply),
        rate_limit=reply.rate_limit,
        idempotency_key=reply.idempotency_key,
    )
    error.history = reply.history
    return error


def refusal(reply: "Reply", *, attempts: int = 1, is_repeatable: bool = False) -> Exception:
    """The error for an answer of any status but 200 to 299.

    Args:
        is_repeatable: Whether doing what was asked twice does what doing it once does.
    """
    done = _may_have_happened(reply, is_repeatable)
    if reply.status < 400:
        return UnexpectedResponse(
            f"{_call(reply)} was {_led_astray(reply)} base_url{done} ({_request(reply)})",
            status=reply.status,
            request_id=request_id(reply),
            attempts=attempts,
            idempotency_key=reply.idempotency_key,
        )
    errors = _errors(reply)
    more = [f"and {len(errors) - MOST_ERRORS} more"] if len(errors) > MOST_ERRORS else []
    because = "; ".join([*map(str, errors[:MOST_ERRORS]), *more])
    if not because:
        because = f"without a reason; {_described(reply)}"
    by = PROXY_SAID_NO if reply.status == PROXY_ASKS_WHO else ""
    tried = f", after {attempts} attempts" if attempts > 1 else ""
    error = _kind(reply.status, errors)(
        f"{_call(reply)} was refused with {reply.status}{by}{tried}: {because}{done} ({_request(reply)})",
        status=reply.status,
        errors=errors,
        request_id=request_id(reply),
        attempts=attempts,
        rate_limit=reply.rate_limit,
        idempotency_key=reply.idempotency_key,
    )
    error.retry_after = reply.retry_after
    return error


def _kind(status: int, errors: Sequence[FieldError]) -> type[APIError]:
    """The error that a status of 400 or more is raised as."""
    if status == 409 and any(error.field.lower() == IDEMPOTENCY_KEY for error in errors):
        return StillRunning
    return ERRORS_BY_STATUS.get(status, ServerError if status >= 500 else APIError)


def _call(reply: "Reply") -> str:
    return f"{reply.method} {reply.path}"


def _request(reply: "Reply") -> str:
    name = request_id(reply)
    return "no request id" if name is None else f"request {name}"


def request_id(reply: "Reply") -> str | None:
    """What DES calls a request, without a secret that it may have repeated there."""
    return None if reply.request_id is None else reply.redaction.of(reply.request_id)[:LONGEST_REQUEST_ID]


def _may_have_happened(reply: "Reply", is_repeatable: bool) -> str:
    is_known = reply.status in NOT_DONE or 400 <= reply.status < 500
    said = "" if is_known else may_have_happened(reply.method, is_repeatable=is_repeatable)
    return said and f"; {said}"


def _led_astray(reply: "Reply") -> str:
    if "location" not in reply.headers:
        return (
            f"answered with {reply.status}, which is no answer to it; {_described(reply)}; see whether there is DES at"
        )
    try:
        # Not its query: a login page's may have anything in it.
        where = urlsplit(reply.headers["location"])._replace(query="", fragment="").geturl()
    except ValueError:
        where = "an address that cannot be read"
    where = visible(reply.redaction.of(where), longest=LONGEST_ADDRESS)
    return (
        f"sent elsewhere with {reply.status}, to {where}, and redirects are not followed; give the address of DES "
        "itself as"
    )


def _errors(reply: "Reply") -> list[FieldError]:
    """What the answer says is wrong, without the secrets that were sent."""
    try:
        said = reasons(wire.loads(reply.content))
    except wire.Unreadable:
        text = _beginning(reply) if _media_type(reply) == "text/plain" else ""
        said = [FieldError(BASE, (text.strip(),))] if text.strip() else []
    redacted = reply.redaction.of
    return [FieldError(redacted(error.field), tuple(map(redacted, error.errors))) for error in said]


def _described(reply: "Reply", *, may_hold_secret: bool = False) -> str:
    """What a body is that does not say what we asked, or not in a form that we know."""
    if reply.unusable is not None:
        return reply.redaction.of(reply.unusable)
    if not reply.content.strip():
        return "the body is empty"
    try:
        answer = wire.loads(reply.content)
    except wire.Unreadable:
        return _shown(reply, may_hold_secret=may_hold_secret)
    said = "; ".join(map(str, _errors(reply)[:MOST_ERRORS]))
    return f"the body says {said}" if said else _named(reply, answer)


def _shown(reply: "Reply", *, may_hold_secret: bool) -> str:
    text = " ".join(_beginning(reply).split())
    of_type = f"the body is {_media_type(reply) or 'of no type'}"
    if may_hold_secret and not text.startswith("<"):  # of a page it is known that nobody's token is in it
        return f"{of_type}, and not shown"
    title = _TITLE.search(text)
    entitled = f" with the title {visible(title[1].strip())!r}" if title else ""
    return f"{of_type}{entitled} and begins with {visible(text, longest=SHOWN)!r}"


def _named(reply: "Reply", answer: Any) -> str:
    """What is in a JSON answer, and not what it says: that is about somebody."""
    if not isinstance(answer, dict):
        return f"the body is JSON, {'a list' if isinstance(answer, list) else type(answer).__name__}"
    names = [visible(reply.redaction.of(name), longest=LONGEST_NAME) for name in list(answer)[:MOST_NAMES]]
    return f"the body has {', '.join(names)}" if names else "the body is an empty object"


def _beginning(reply: "Reply") -> str:
    """Of a body that is no JSON; cut where it is long, after secrets were taken out of it."""
    looked_at = reply.content[:LOOKED_AT]
    encoding = "utf-16" if looked_at.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return reply.redaction.of(looked_at.decode(encoding, errors="replace"))


def _media_type(reply: "Reply") -> str:
    found = _MEDIA_TYPE.match(reply.headers.get("content-type", ""))
    return reply.redaction.of(found[1].lower()) if found else ""
