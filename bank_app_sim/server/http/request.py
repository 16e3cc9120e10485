"""An HTTP request, read whole and checked as far as its form goes."""

import re
from collections.abc import Mapping
from typing import Any

import attrs
from starlette.datastructures import QueryParams
from starlette.types import Scope

from .answers import Refused

# What a proxy took off the front of the path before it handed the request on: /worlds/4f0c2a91b7de/des.
FORWARDED_PREFIX = "x-forwarded-prefix"
_PREFIX = re.compile(r"(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+")

# Headers that a request has once at most, as errors name them.
GIVEN_ONCE = {
    b"authorization": "Authorization",
    b"content-encoding": "Content-Encoding",
    b"content-type": "Content-Type",
    b"idempotency-key": "Idempotency-Key",
}


@attrs.frozen(kw_only=True)
class HTTPRequest:
    """One request to an operation.

    Attributes:
        scheme: `http` or `https`.
        prefix: What the server's address has before the path, if another server handed the request on.
        path: As the client asked for it, without the query.
        route: The operation's template, such as `/v1/dreams/{id}`.
        parameters: The parts of the path that the template names.
        headers: By name, in lower case.
        body: The JSON object or the fields of the form; empty without a body.
        raw: The bytes of the body.
        request_id: What `X-Request-Id` of the answer will say.
        is_head: HEAD: the client wants status and headers only, and the operation changes nothing (RFC 9110, 9.3.2).
    """

    method: str
    scheme: str
    path: str
    route: str
    parameters: Mapping[str, str]
    query: QueryParams
    # Not in `repr`: they hold tokens and cookies.
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: Mapping[str, Any] = attrs.field(repr=False)
    raw: bytes = attrs.field(repr=False)
    request_id: str
    prefix: str = ""
    is_head: bool = False


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers of a request, by name in lower case; of several with the same name the first."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}


def refuse_repeated_headers(scope: Scope) -> None:
    """400 for two proofs, two keys or two kinds of body: nobody can tell which is meant (RFC 9110, 5.3)."""
    seen = [name for name, _ in scope["headers"] if name in GIVEN_ONCE]
    if len(seen) > len(set(seen)):
        twice = sorted(GIVEN_ONCE[name] for name in set(seen) if seen.count(name) > 1)
        raise Refused(400, {name: ["is given more than once"] for name in twice})


def prefix_of(headers: Mapping[str, str]) -> str:
    """What another server took off the front of the path; empty if the header is no path."""
    prefix = headers.get(FORWARDED_PREFIX, "")
    return prefix if prefix and _PREFIX.fullmatch(prefix) else ""
