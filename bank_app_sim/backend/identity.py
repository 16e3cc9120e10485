"""The bank's ID tokens, and the public key that verifies them."""

import functools
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from joserfc.jwk import ECKey

ALGORITHM = "ES256"

# The order of the curve P-256: a private key is a whole number from 1 to this, exclusive. FIPS 186-4, D.1.2.3.
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@attrs.define(kw_only=True)
class Identity:
    """Signs ID tokens with the bank's one key.

    Args:
        kid: The key's name.
        private_number: 256 bits in hexadecimal that make the key. They come from `Ids`: the same in each run with a
            seed, a secret without one.
        lifetime: How long a token is valid. DES ends a session with the token that began it.
    """

    issuer: str
    audience: str
    lifetime: timedelta
    kid: str
    _private_number: str = attrs.field(repr=False)
    _made_key: "ECKey | None" = attrs.field(default=None, init=False, repr=False)

    def id_token(self, customer: str, *, now: datetime) -> str:
        """A token that says that this customer signed in now; valid for `lifetime`."""
        from joserfc import jwt  # not at the start: loading it takes longer than the rest of the start

        issued_at = int(now.timestamp())
        claims = {
            "iss": self.issuer,
            "sub": customer,
            "aud": self.audience,
            "iat": issued_at,
            "exp": issued_at + int(self.lifetime.total_seconds()),
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self.kid}, claims, self._key(), algorithms=[ALGORITHM])

    def jwks(self) -> dict[str, Any]:
        """The public half of the key, as a JSON Web Key Set (RFC 7517)."""
        return {"keys": [self._key().as_dict(private=False)]}

    def _key(self) -> "ECKey":
        if self._made_key is None:
            self._made_key = _key_of(self._private_number, self.kid)
        return self._made_key


# Worlds that were forked from one world have the same key.
@functools.lru_cache(16)
def _key_of(private_number: str, kid: str) -> "ECKey":
    from cryptography.hazmat.primitives.asymmetric import ec
    from joserfc.jwk import ECKey

    number = int(private_number, 16) % (P256_ORDER - 1) + 1
    return ECKey.import_key(ec.derive_private_key(number, ec.SECP256R1()), {"kid": kid, "use": "sig", "alg": ALGORITHM})
