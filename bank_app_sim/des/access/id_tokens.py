"""Verifies ID tokens: signed by the bank, for DES, and not expired."""

import base64
import functools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from impact_sdk import wire

from ...server.http.answers import Refused
from ...server.http.readers import TEXT
from ...timeline.clock import Clock
from ..tenant import Tenant
from .signing_keys import ALGORITHM, PublishedKeys

if TYPE_CHECKING:
    import httpx
    from joserfc.jwk import ECKey
    from joserfc.jws import JWSRegistry

# A token has some hundred bytes; with certificates in its header, one or two thousand.
LARGEST_TOKEN = 16_384

# The bank's clock may be ahead of ours by so much. Expiry has no such leeway.
CLOCK_SKEW = timedelta(seconds=30)

_WRONG = {
    "azp": "was issued to somebody else (azp)",
    "iss": "was not issued by the bank's issuer",
    "aud": "is meant for another audience",
    "iat": "was issued in the future, or at no moment",
    "nbf": "is not valid yet",
    "exp": "expires at no moment",
}


@attrs.frozen(kw_only=True)
class Identity:
    """The user of a valid token, and its end."""

    external_id: str
    given_name: str | None
    family_name: str | None
    expires_at: datetime


class RefusedToken(Refused):
    """A refused ID token.

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
        self._published = PublishedKeys(tenant.jwks_url, clock, transport)

    async def verify(self, token: str) -> Identity:
        """The user of a token; 422 if the token is wrong, 503 if the bank's keys cannot be fetched."""
        kid = _kid(_header(token))
        keys = await self._published.get()
        candidates = keys.named(kid)
        payload = _payload(token, candidates)
        if payload is None:  # the bank may have new keys meanwhile, or another key with an old name
            newer = await self._published.after(keys)
            candidates = candidates if newer is None else newer.named(kid)
            payload = _payload(token, candidates)
        if payload is None:
            raise RefusedToken(
                "has a wrong signature, or is garbled"
                if candidates
                else "is signed with a key that the bank does not publish"
            )
        return self._identity(_object(payload, otherwise="has a wrong signature, or is garbled"))

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
        # OpenID Connect Core, 3.1.3.7: the audience and the authorized party are two things.
        if claims.get("azp") not in (None, self._tenant.audience):
            raise RefusedToken(_WRONG["azp"])
        if expires_at <= now:  # the leeway above was for `iat`
            raise RefusedToken("has expired")
        try:
            external_id = TEXT(claims["sub"])
        except ValueError as error:
            raise RefusedToken(f"has a subject that {error}") from error
        return Identity(
            external_id=external_id,
            given_name=_name(claims.get("given_name")),
            family_name=_name(claims.get("family_name")),
            expires_at=expires_at,
        )


def claims_of(token: str) -> tuple[object, object]:
    """Issuer and audience of a token, before anything is verified; None for a missing one."""
    try:
        claims = _object(_decoded(token.split(".")[1]), otherwise="")
    except (IndexError, ValueError, RefusedToken):
        return None, None
    return claims.get("iss"), claims.get("aud")


def _header(token: str) -> Mapping[str, Any]:
    """The header of a token; `RefusedToken` if DES does not support it."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > LARGEST_TOKEN:
        raise RefusedToken("is not a signed token")
    try:
        header = _object(_decoded(parts[0]), otherwise="is not a signed token")
    except ValueError as error:
        raise RefusedToken("is not a signed token") from error
    if header.get("alg") != ALGORITHM:
        raise RefusedToken(f"must be signed with {ALGORITHM}")
    # RFC 8725, 3.11: an access token is not an ID token, although the same bank signs both.
    if str(header.get("typ", "JWT")).lower().removeprefix("application/") != "jwt":
        raise RefusedToken("is no ID token, but a token of another kind (typ)")
    # RFC 7515, 4.1.11: refuse a token with unknown critical extensions. An empty list is wrong too.
    if "crit" in header:
        raise RefusedToken("has critical extensions (crit); none is known here")
    return header


def _kid(header: Mapping[str, Any]) -> str | None:
    kid = header.get("kid")
    if "kid" in header and not isinstance(kid, str):
        raise RefusedToken("names its key by something else than text (kid)")
    return kid


def _payload(token: str, keys: "Sequence[ECKey]") -> bytes | None:
    """The payload of the token; None if none of these keys has signed it."""
    # Here for start-up time: with cryptography it takes longer to import than everything else.
    from joserfc import jws
    from joserfc.errors import JoseError

    for key in keys:
        try:
            return jws.deserialize_compact(token, key, registry=_registry()).payload
        except (JoseError, ValueError):
            continue
    return None


@functools.cache
def _registry() -> "JWSRegistry":
    """Ignores unknown parameters of the header (RFC 7515, 4); the size was checked before."""
    from joserfc.jws import JWSRegistry

    registry = JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)
    registry.max_header_length = registry.max_payload_length = LARGEST_TOKEN
    return registry


def _decoded(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)


def _object(text: bytes, *, otherwise: str) -> Mapping[str, Any]:
    """The JSON object in a part of a token. Our parser reads it before libraries do: it may be nested without end."""
    try:
        found = wire.loads(text)
    except ValueError as error:
        raise RefusedToken(otherwise) from error
    if not isinstance(found, dict):
        raise RefusedToken(otherwise)
    return found


def _name(claim: object) -> str | None:
    """A name of the user. It is optional: a claim that cannot be a name is ignored."""
    try:
        return TEXT(claim)
    except ValueError:
        return None
