"""ID tokens: whether the bank signed them, for us, and not too long ago."""

import base64
import functools
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import anyio
import attrs

from ..client import Client
from ..clock import Clock
from ..service import Refused
from .fields import what_is_wrong_with_text
from .tenant import Tenant

if TYPE_CHECKING:
    import httpx
    from joserfc.jwk import ECKey

# Pinned: what the token's own header asks for is not trusted.
ALGORITHM = "ES256"

# The bank's clock may be ahead of ours by so much. An expired token gets no such grace.
CLOCK_SKEW = timedelta(seconds=30)

# Keys are fetched again when a token names one that we do not know, but not on every such token.
SHORTEST_TIME_BETWEEN_FETCHES = timedelta(minutes=1)

_WRONG = {
    "iss": "was not issued by the bank's issuer",
    "aud": "is meant for another audience",
    "iat": "was issued in the future, or at no moment",
    "nbf": "is not valid yet",
    "exp": "expires at no moment",
}


@attrs.frozen(kw_only=True)
class Identity:
    """Whom a token that is right speaks of, and until when."""

    external_id: str
    given_name: str | None
    family_name: str | None
    expires_at: datetime


class RefusedToken(Refused):
    """An ID token that opens nothing.

    Attributes:
        sentence: What is wrong with it.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(422, {"token": [sentence]})
        self.sentence = sentence


class TokenVerifier:
    """Checks ID tokens against the keys that the bank publishes.

    Args:
        transport: How the bank is reached; None for the network.
    """

    def __init__(self, tenant: Tenant, clock: Clock, transport: "httpx.AsyncBaseTransport | None") -> None:
        self._tenant = tenant
        self._clock = clock
        self._transport = transport
        self._keys: dict[str, ECKey] = {}
        self._fetched_at: datetime | None = None
        self._fetching = anyio.Lock()

    async def verify(self, token: str) -> Identity:
        """Whom the token speaks of; 422 when something is wrong with it, 503 when the bank's keys cannot be had."""
        # Not at the top: with cryptography it takes longer to import than all else, and a server has to be up first.
        from joserfc import jws, jwt
        from joserfc.errors import JoseError

        try:
            header = jws.extract_compact(token.encode()).headers()
        except (JoseError, ValueError) as error:
            raise RefusedToken("is not a signed token") from error
        if header["alg"] != ALGORITHM:
            raise RefusedToken(f"must be signed with {ALGORITHM}")
        key = await self._key(header.get("kid"))
        try:
            claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError) as error:
            raise RefusedToken("has a wrong signature, or is garbled") from error
        return self._identity(claims)

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        from joserfc.errors import ClaimError, ExpiredTokenError, MissingClaimError
        from joserfc.jwt import JWTClaimsRegistry

        now = self._clock.now()
        registry = JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=int(CLOCK_SKEW.total_seconds()),
            iss={"essential": True, "value": self._tenant.issuer},
            aud={"essential": True, "value": self._tenant.audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            registry.validate(dict(claims))
            expires_at = datetime.fromtimestamp(claims["exp"], UTC)
        except MissingClaimError as error:
            raise RefusedToken(f"lacks a claim: {error.claim}") from error
        except ExpiredTokenError as error:
            raise RefusedToken("has expired") from error
        except ClaimError as error:
            raise RefusedToken(_WRONG.get(error.claim, f"has a wrong claim: {error.claim}")) from error
        except (OverflowError, ValueError, OSError) as error:  # beyond the calendar
            raise RefusedToken(_WRONG["exp"]) from error
        if expires_at <= now:  # the leeway above was for `iat`
            raise RefusedToken("has expired")
        if wrong := what_is_wrong_with_text(claims["sub"]):
            raise RefusedToken(f"has a subject that {wrong}")
        return Identity(
            external_id=claims["sub"],
            given_name=_name(claims.get("given_name")),
            family_name=_name(claims.get("family_name")),
            expires_at=expires_at,
        )

    async def _key(self, kid: object) -> "ECKey":
        if not isinstance(kid, str):
            raise RefusedToken("does not say which key it is signed with (kid)")
        if kid not in self._keys:
            async with self._fetching:  # of many launches at once, one asks the bank
                if kid not in self._keys and self._may_fetch():
                    self._keys = await self._fetch()
                    self._fetched_at = self._clock.now()
        if kid not in self._keys:
            raise RefusedToken("is signed with a key that the bank does not publish")
        return self._keys[kid]

    def _may_fetch(self) -> bool:
        if self._fetched_at is None:
            return True
        return self._clock.now() - self._fetched_at >= SHORTEST_TIME_BETWEEN_FETCHES

    async def _fetch(self) -> "dict[str, ECKey]":
        import httpx  # not at the top, as above

        try:
            async with Client(self._tenant.jwks_url, self._transport) as client:
                response = await client.request("GET", "", headers={"Accept": "application/json"})
            response.raise_for_status()
            return _signing_keys(response.json())
        except (httpx.HTTPError, ValueError) as error:
            sentence = f"the bank's keys at {self._tenant.jwks_url} cannot be had; try again later"
            raise Refused(503, {"base": [sentence]}, headers={"Retry-After": "5"}) from error


def claims_of(token: str) -> tuple[object, object]:
    """Who a token says it is from and for, believed of nobody yet; None for what it does not say."""
    try:
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        return claims.get("iss"), claims.get("aud")
    except (IndexError, ValueError, AttributeError):
        return None, None


def _signing_keys(document: Any) -> "dict[str, ECKey]":
    """The keys of a JWKS that can sign with our algorithm; ValueError for something else than a JWKS."""
    from joserfc.errors import JoseError

    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise ValueError("not a JWKS")
    keys = {}
    for key in document["keys"]:
        if isinstance(key, dict) and key.get("crv") == "P-256" and isinstance(key.get("kid"), str):
            try:
                keys[key["kid"]] = _imported(json.dumps(key))
            except JoseError as error:
                raise ValueError(f"key {key['kid']!r} is garbled") from error
    return keys


# Worlds that were forked from the same one have banks with the same key.
@functools.lru_cache(16)
def _imported(key: str) -> "ECKey":
    from joserfc.jwk import ECKey

    return ECKey.import_key(json.loads(key))


def _name(claim: object) -> str | None:
    """A name is welcome, not needed: a claim that cannot be one is left out."""
    return claim if isinstance(claim, str) and what_is_wrong_with_text(claim) is None else None
