"""The keys that a bank signs its ID tokens with, as it publishes them: which of them can be used, and for how long."""

import functools
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import anyio
import attrs

from impact_sdk import wire
from impact_sdk.parsing.visible import visible

from ..server.answers import Refused
from ..server.attempts import why
from ..server.fetching import UNPACKED, WHOLE_WITHIN_SECONDS, client, fetch
from ..timeline.clock import Clock

if TYPE_CHECKING:
    import httpx
    from joserfc.jwk import ECKey

# Pinned: what a token's own header asks for is not trusted.
ALGORITHM = "ES256"

# A key that the bank has withdrawn opens nothing after this. A bank that publishes another key sooner is asked sooner.
OLDEST_KEYS = timedelta(hours=1)

# Of what is said of keys that could not be fetched.
LONGEST_REASON = 200

# Keys are fetched again for a token that none of them has signed, but not for every such token.
SHORTEST_TIME_BETWEEN_FETCHES = timedelta(minutes=1)


@attrs.frozen
class Keys:
    """Those of a JWKS that ID tokens can be signed with."""

    _all: Sequence[tuple[object, "ECKey"]]

    def named(self, kid: str | None) -> "list[ECKey]":
        """Those of that name, of which there may be several; for a token that names none, all of them."""
        return [key for name, key in self._all if kid is None or name == kid]


@attrs.define
class PublishedKeys:
    """What is at the address where a bank publishes its keys, fetched when it is wanted.

    Args:
        transport: How the bank is reached; None for the network.
    """

    _url: str
    _clock: Clock
    _transport: "httpx.AsyncBaseTransport | None"
    _keys: Keys | None = attrs.field(default=None, init=False)
    _fetched_at: datetime | None = attrs.field(default=None, init=False)
    _asked_at: datetime | None = attrs.field(default=None, init=False)
    _trouble: str = attrs.field(default="", init=False)
    _fetching: anyio.Lock = attrs.field(factory=anyio.Lock, init=False)

    async def get(self) -> Keys:
        """The bank's keys as they were an hour ago at most; 503 when they cannot be had."""
        keys = self._fresh()
        if keys is None:
            async with self._fetching:  # of many launches at once, one asks the bank
                keys = self._fresh() or await self._fetch()
        return keys

    async def after(self, seen: Keys) -> Keys | None:
        """Keys that the bank may have published since; None where it was asked a moment ago. 503 as above."""
        async with self._fetching:
            if self._keys is not None and self._keys is not seen:  # somebody else has just fetched them
                return self._keys
            if not self._is_younger(self._asked_at, SHORTEST_TIME_BETWEEN_FETCHES):
                return await self._fetch()
            if self._asked_at != self._fetched_at:  # it did not answer: nobody knows what it has published since
                raise self._not_to_be_had()
            return None

    def _fresh(self) -> Keys | None:
        return self._keys if self._is_younger(self._fetched_at, OLDEST_KEYS) else None

    def _is_younger(self, at: datetime | None, age: timedelta) -> bool:
        """A moment to come, which a clock that was put back leaves behind, is no moment."""
        return at is not None and timedelta() <= self._clock.now() - at < age

    async def _fetch(self) -> Keys:
        import httpx  # not at the top: a server is to be up first

        self._asked_at = self._clock.now()
        try:
            async with client(self._url, self._transport) as http:
                request = http.build_request("GET", self._url, headers={"Accept": "application/json", **UNPACKED})
                # Simulated time may stand still for any time before the bank answers.
                limit = WHOLE_WITHIN_SECONDS if self._transport is None else None
                response = await fetch(http, request, within_seconds=limit)
            response.raise_for_status()
            self._keys = usable(wire.loads(response.content))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            self._trouble = _why(error)
            raise self._not_to_be_had() from error
        self._fetched_at = self._asked_at
        return self._keys

    def _not_to_be_had(self) -> Refused:
        sentence = f"the bank's keys at {self._url} cannot be had ({self._trouble}); try again later"
        return Refused(503, {"base": [sentence]}, headers={"Retry-After": "5"})


def _why(error: Exception) -> str:
    import httpx  # as above

    if isinstance(error, httpx.HTTPStatusError):
        return f"the answer was {error.response.status_code}"
    return visible(why(error), longest=LONGEST_REASON)


def usable(document: Any) -> Keys:
    """The keys of a JWKS that tokens of ours can be signed with; ValueError for something else than a JWKS.

    What cannot be used is passed over: keys of other kinds, for other uses, or garbled (RFC 7517, 5).
    """
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise ValueError("not a JWKS")
    found = [(key, _imported_or_none(key)) for key in document["keys"] if isinstance(key, dict) and _is_ours(key)]
    return Keys([(key.get("kid"), imported) for key, imported in found if imported is not None])


def _is_ours(key: Mapping[str, Any]) -> bool:
    """Its kind, and what it is said to be for (RFC 7517, 4.1 to 4.4); null is as good as not said."""
    operations = key.get("key_ops")
    return (
        key.get("kty") == "EC"
        and key.get("crv") == "P-256"
        and key.get("use") in (None, "sig")
        and key.get("alg") in (None, ALGORITHM)
        and (operations is None or (isinstance(operations, list) and "verify" in operations))
    )


def _imported_or_none(key: Mapping[str, Any]) -> "ECKey | None":
    x, y = key.get("x"), key.get("y")
    return _imported(x, y) if isinstance(x, str) and isinstance(y, str) else None


# Worlds that were forked from the same one have banks with the same key.
@functools.lru_cache(16)
def _imported(x: str, y: str) -> "ECKey | None":
    """A point on the curve; None for anything else."""
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey

    try:
        # Nothing else of what was published: all that it can say has been looked at.
        return ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y})
    except (JoseError, ValueError):
        return None
