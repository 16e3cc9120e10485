"""One request as its caller wants it, before it has an address and a proof."""

from collections.abc import Mapping, Sequence
from typing import Unpack
from urllib.parse import urlencode

import attrs

from .. import arguments, wire
from ..secrets import ConcealedBytes, Secret
from .exchange import HTTP
from .options import CallOptions
from .retries import IDEMPOTENT_METHODS


class Asked(CallOptions, total=False):
    """What a request may have besides its method and path.

    Attributes:
        is_repeatable: Sending it twice has the same effect as sending it once; if left out, the method decides.
        conceal: Secrets in the request besides its proof. No error repeats them.
    """

    query: Mapping[str, object] | None
    body: Mapping[str, object] | None
    form: Mapping[str, str] | None
    idempotency_key: str | None
    is_repeatable: bool
    conceal: Sequence[Secret]


@attrs.define(kw_only=True, eq=False)
class Request:
    """One request, however often it is sent.

    Attributes:
        url: The whole address.
        content: The body; None if there is none.
        headers: Its own headers, without the proof.
        idempotency_key: The same for all attempts; only a POST has one.
        is_repeatable: Sending it twice has the same effect as sending it once.
        conceal: Secrets in it besides its proof.
    """

    method: str
    path: str
    url: str
    content: bytes | None = attrs.field(repr=False)
    headers: Mapping[str, str | Secret]
    idempotency_key: str | None
    is_repeatable: bool
    conceal: Sequence[Secret] = ()

    @classmethod
    def of(cls, http: HTTP, method: str, path: str, **asked: Unpack[Asked]) -> "Request":
        """The request that a caller wants; `ConfigurationError` if it cannot be sent."""
        content, media_type = _encoded(asked.get("body"), asked.get("form"))
        key = arguments.idempotency_key(asked.get("idempotency_key")) or (http.new_key() if method == "POST" else None)
        headers = {"Content-Type": media_type, "Idempotency-Key": key}
        return cls(
            method=method,
            path=path,
            url=http.address(path, asked.get("query")),
            content=content,
            headers={name: value for name, value in headers.items() if value is not None},
            idempotency_key=key,
            is_repeatable=asked.get("is_repeatable", method in IDEMPOTENT_METHODS),
            conceal=asked.get("conceal", ()),
        )


def _encoded(body: Mapping[str, object] | None, form: Mapping[str, str] | None) -> tuple[bytes | None, str | None]:
    if form is not None:
        return ConcealedBytes(urlencode(form).encode()), "application/x-www-form-urlencoded"
    return (None, None) if body is None else (ConcealedBytes(wire.dumps(body)), "application/json")
