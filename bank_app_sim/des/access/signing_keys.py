"""Fetches the keys that a bank publishes for its ID tokens, and keeps those that can be used, for an hour."""

import functools
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import anyio
import attrs

from impact_sdk import wire
from impact_sdk.parsing.visible import visible

from ...server.attempts import why
from ...server.http.answers import Refused
from ...server.http.fetching import UNPACKED, WHOLE_WITHIN_SECONDS, client, fetch
from ...timeline.clock import Clock

if TYPE_CHECKING:
    import httpx
    from joserfc.jwk import ECKey

# Pinned: do not trust the algorithm in a token's own header.
ALGORITHM = "ES256"

# A withdrawn key is useless after this time. A token with an unknown key makes DES ask the bank sooner.
OLDEST_KEYS = timedelta(hours=1)

# The longest reason that is shown for keys that could not be fetched.
LONGEST_REASON = 200

# A token that no known key has signed makes DES fetch the keys again, but not more often than this.
SHORTEST_TIME_BETWEEN_FETCHES = timedelta(minutes=1)


@attrs.frozen
class Keys:
    """The keys of a JWKS that can sign ID tokens."""

    _all: Sequence[tuple[object, "ECKey"]]

    def named(self, kid: str | None) -> "list[ECKey]":
        """The keys with this name, which may be several; all keys for a token that names none."""
        return [key for name, key in self._all if kid is None or name == kid]


@attrs.define
class PublishedKeys:
    """The keys of a bank, fetched when a token needs them.

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
        """The bank's keys, at most an hour old; 503 if they cannot be fetched."""
        keys = self._fresh()
        if keys is None:
            async with self._fetching:  # of many launches at once, only one asks the bank
                keys = self._fresh() or await self._fetch()
        return keys

    async def after(self, seen: Keys) -> Keys | None:
        """Keys that the bank may have published since; None if it was asked a moment ago. 503 as above."""
        async with self._fetching:
            if self._keys is not None and self._keys is not seen:  # another launch has just fetched them
                return self._keys
            if not self._is_younger(self._asked_at, SHORTEST_TIME_BETWEEN_FETCHES):
                return await self._fetch()
            if self._asked_at != self._fetched_at:  # it did not answer: its present keys are unknown
                raise self._not_to_be_had()
            return None

    def _fresh(self) -> Keys | None:
        return self._keys if self._is_younger(self._fetched_at, OLDEST_KEYS) else None

    def _is_younger(self, at: datetime | None, age: timedelta) -> bool:
        """Whether a moment is less than so long ago. A future one, as a clock that was set back leaves it, is not."""
        return at is not None and timedelta() <= self._clock.now() - at < age

    async def _fetch(self) -> Keys:
        import httpx  # here for start-up time: a server listens first

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
    """The keys of a JWKS that can sign ID tokens for DES; ValueError for anything but a JWKS.

    Keys of other kinds, for other uses, or garbled are ignored (RFC 7517, 5).
    """
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise ValueError("not a JWKS")
    found = [(key, _imported_or_none(key)) for key in document["keys"] if isinstance(key, dict) and _is_ours(key)]
    return Keys([(key.get("kid"), imported) for key, imported in found if imported is not None])


def _is_ours(key: Mapping[str, Any]) -> bool:
    """Whether its kind and its uses fit (RFC 7517, 4.1 to 4.4); null counts as absent."""
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


# Forked worlds have banks with the same key.
@functools.lru_cache(16)
def _imported(x: str, y: str) -> "ECKey | None":
    """The key, if it is a point on the curve; otherwise None."""
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey

    try:
        # Only these fields: the others are checked already.
        return ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y})
    except (JoseError, ValueError):
        return None
