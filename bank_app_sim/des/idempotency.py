"""Idempotency keys: a repeated POST gets the answer to the first one, and changes nothing.

After draft-ietf-httpapi-idempotency-key-header-07.
"""

import contextlib
import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta

import attrs
import orjson

from ..server.http.answers import Answer, Refused
from ..server.http.request import HTTPRequest
from ..timeline.clock import moment, timestamp
from . import store
from .request import Request
from .store.principals import KeptAnswer

HEADER = "Idempotency-Key"

# How long an answer is kept. All answers say so: a client can then repeat a POST whose answer got lost.
LIFETIME = timedelta(hours=24)
LIFETIME_HEADER = {"Idempotency-Key-Lifetime": str(int(LIFETIME.total_seconds()))}

_VISIBLE = re.compile(r"[!-~]{1,255}")


def key_of(http: HTTPRequest) -> str | None:
    """The key of a POST; None for other methods, and without a key."""
    key = http.headers.get(HEADER.lower()) if http.method == "POST" else None
    if key is not None and not _VISIBLE.fullmatch(key):
        raise Refused(400, {HEADER: ["must be 1 to 255 visible characters"]})
    return key


@attrs.frozen
class KeysInFlight:
    """The keys of requests that are under way."""

    _keys: set[tuple[str | None, str]] = attrs.field(factory=set, init=False)

    @contextlib.contextmanager
    def hold(self, credential: str | None, key: str | None) -> Iterator[None]:
        """Allow one request at a time for each key of a sender; 409 for another one meanwhile."""
        if key is None:
            yield
            return
        held = (credential, key)
        if held in self._keys:
            sentence = "is being worked on; send the request again later for the answer"
            raise Refused(409, {HEADER: [sentence]}, headers={"Retry-After": "1"})
        self._keys.add(held)
        try:
            yield
        finally:
            self._keys.remove(held)


def kept_answer(request: Request) -> Answer | None:
    """The answer to the first request with this key, or None; 422 if that was a different request."""
    kept = request.principal.kept
    if kept is None:
        return None
    if kept.at <= oldest_kept(request.now):
        this_key = {"of_principal": request.principal.id, "of_key": kept.key}
        request.connection.execute(store.principals.FORGET_KEY, this_key)
        return None
    if kept.fingerprint != _fingerprint(request.http):
        raise Refused(422, {HEADER: ["was used for another request; take a new key for each intent"]})
    return Answer(kept.status, orjson.loads(kept.body), headers={"Idempotent-Replayed": "true"})


def keep(request: Request, key: str, answer: Answer) -> None:
    """Keep the answer, in the transaction of the request: both happen, or neither."""
    kept = KeptAnswer(
        key=key,
        fingerprint=_fingerprint(request.http),
        status=answer.status,
        body=orjson.dumps(answer.body).decode(),
        at=request.now,
    )
    store.principals.keep_answer(request.connection, request.principal.id, kept)


def oldest_kept(now: str) -> str:
    """Keys up to this moment are forgotten."""
    return timestamp(moment(now) - LIFETIME)


def _fingerprint(http: HTTPRequest) -> str:
    return hashlib.sha256(f"{http.method} {http.path}\n".encode() + http.raw).hexdigest()
