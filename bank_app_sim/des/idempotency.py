"""Idempotency keys: a POST that is sent again gets the answer to the first one, and changes nothing.

After draft-ietf-httpapi-idempotency-key-header-07.
"""

import contextlib
import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta

import attrs
import orjson

from ..server.answers import Answer, Refused
from ..server.request import HTTPRequest
from ..timeline.clock import moment, timestamp
from . import store
from .request import Request
from .store.principals import KeptAnswer

HEADER = "Idempotency-Key"

# How long an answer is kept, and how all answers say so: a client may then repeat a POST that it heard nothing of.
LIFETIME = timedelta(hours=24)
LIFETIME_HEADER = {"Idempotency-Key-Lifetime": str(int(LIFETIME.total_seconds()))}

_VISIBLE = re.compile(r"[!-~]{1,255}")


def key_of(http: HTTPRequest) -> str | None:
    """The key that a request came with; keys mean nothing beyond POST."""
    key = http.headers.get(HEADER.lower()) if http.method == "POST" else None
    if key is not None and not _VISIBLE.fullmatch(key):
        raise Refused(400, {HEADER: ["must be 1 to 255 visible characters"]})
    return key


@attrs.frozen
class KeysInFlight:
    """The keys of requests that are still being worked on."""

    _keys: set[tuple[str | None, str]] = attrs.field(factory=set, init=False)

    @contextlib.contextmanager
    def hold(self, credential: str | None, key: str | None) -> Iterator[None]:
        """Let one request at a time in with a key of a sender; 409 for another one meanwhile."""
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
    """What was answered to the first request with this key, if there was one; 422 if that was another request."""
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
    """Keep an answer in the transaction that it tells of: both happen, or neither."""
    kept = KeptAnswer(
        key=key,
        fingerprint=_fingerprint(request.http),
        status=answer.status,
        body=orjson.dumps(answer.body).decode(),
        at=request.now,
    )
    store.principals.keep_answer(request.connection, request.principal.id, kept)


def oldest_kept(now: str) -> str:
    """Keys kept up to this moment are forgotten."""
    return timestamp(moment(now) - LIFETIME)


def _fingerprint(http: HTTPRequest) -> str:
    return hashlib.sha256(f"{http.method} {http.path}\n".encode() + http.raw).hexdigest()
