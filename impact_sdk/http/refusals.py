"""The error for an answer with any status but 200 to 299."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

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
from .received_body import MOST_ERRORS
from .replies import Reply, body_of, described, may_have_changed_something, request_id, request_name

LONGEST_ADDRESS = 200

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

# DES names this field if a 409 is about the idempotency key, not about the resource.
IDEMPOTENCY_KEY = "idempotency-key"
# Only a proxy answers so, never DES (RFC 9110, 15.5.8).
PROXY_ASKS_WHO = 407
PROXY_SAID_NO = " by a proxy on the way, as it does not know who asks (see user and password in proxy or HTTP_PROXY)"


def refusal(reply: Reply, *, attempts: int = 1, is_repeatable: bool = False) -> APIError:
    """The error for an answer with any status but 200 to 299.

    Args:
        is_repeatable: Sending the request twice has the same effect as sending it once.
    """
    done = may_have_changed_something(reply, is_repeatable)
    if reply.status < 400:
        return UnexpectedResponse(
            f"{reply.method} {reply.path} was {_led_astray(reply)} base_url{done} ({request_name(reply)})",
            status=reply.status,
            request_id=request_id(reply),
            attempts=attempts,
            idempotency_key=reply.idempotency_key,
        )
    errors = body_of(reply).errors
    because = _because(errors) or f"without a reason; {described(reply)}"
    by = PROXY_SAID_NO if reply.status == PROXY_ASKS_WHO else ""
    tried = f", after {attempts} attempts" if attempts > 1 else ""
    error = _kind(reply.status, errors)(
        f"{reply.method} {reply.path} was refused with {reply.status}{by}{tried}: {because}{done} "
        f"({request_name(reply)})",
        status=reply.status,
        errors=errors,
        request_id=request_id(reply),
        attempts=attempts,
        rate_limit=reply.rate_limit,
        idempotency_key=reply.idempotency_key,
    )
    error.retry_after = reply.retry_after
    return error


def _because(errors: Sequence[FieldError]) -> str:
    more = [f"and {len(errors) - MOST_ERRORS} more"] if len(errors) > MOST_ERRORS else []
    return "; ".join([*map(str, errors[:MOST_ERRORS]), *more])


def _kind(status: int, errors: Sequence[FieldError]) -> type[APIError]:
    """The class of error for a status of 400 or more."""
    if status == 409 and any(error.field.lower() == IDEMPOTENCY_KEY for error in errors):
        return StillRunning
    return ERRORS_BY_STATUS.get(status, ServerError if status >= 500 else APIError)


def _led_astray(reply: Reply) -> str:
    if "location" not in reply.headers:
        what = described(reply)
        return f"answered with {reply.status}, which is not an answer to it; {what}; see whether there is DES at"
    try:
        # Without its query: the query of a login page may hold anything.
        where = urlsplit(reply.headers["location"])._replace(query="", fragment="").geturl()
    except ValueError:
        where = "an address that cannot be read"
    where = visible(reply.redaction.of(where), longest=LONGEST_ADDRESS)
    return (
        f"sent elsewhere with {reply.status}, to {where}, and redirects are not followed; give the address of DES "
        "itself as"
    )
