"""The bank as DES sees it in these tests: a key, its JWKS, and ID tokens signed with it."""

import base64
import json
from datetime import timedelta
from typing import Any

import attrs
import httpx
from joserfc import jwt
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from bank_app_sim.des import Tenant
from bank_app_sim.timeline.clock import Clock

TENANT = Tenant(
    id="tenant-1",
    client_id="demo-bank",
    client_secret="the-secret-of-the-bank",
    issuer="https://bank.example",
    audience="impact-finance",
    jwks_url="https://bank.example/.well-known/jwks.json",
)


def base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def new_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", parameters={"kid": kid}, auto_kid=False)


@attrs.define
class Bank:
    """Publishes keys and signs ID tokens.

    Attributes:
        keys: What the JWKS holds; the first one signs.
        published: What the JWKS holds instead, as JSON.
        document: What is there instead of a JWKS: JSON, or bytes as they are.
        is_down: The JWKS answers 503.
        asked: How often the JWKS was fetched.
    """

    clock: Clock
    keys: list[ECKey] = attrs.field(factory=lambda: [new_key("key-1")])
    published: list[Any] | None = None
    document: dict[str, Any] | bytes | None = None
    is_down: bool = False
    asked: int = 0

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        assert str(request.url) == TENANT.jwks_url
        self.asked += 1
        if self.is_down:
            return httpx.Response(503)
        if isinstance(self.document, bytes):
            return httpx.Response(200, content=self.document)
        if self.document is not None:
            return httpx.Response(200, json=self.document)
        own = [key.as_dict(private=False) for key in self.keys]
        return httpx.Response(200, json={"keys": own if self.published is None else self.published})

    def claims(self, subject: str) -> dict[str, Any]:
        now = int(self.clock.now().timestamp())
        return {
            "iss": TENANT.issuer,
            "aud": TENANT.audience,
            "sub": subject,
            "iat": now,
            "exp": now + int(timedelta(hours=1).total_seconds()),
        }

    def id_token(self, subject: str, **changed: Any) -> str:
        """A token that is right, but for the claims that are changed (None: left out)."""
        claims = {name: value for name, value in {**self.claims(subject), **changed}.items() if value is not None}
        return self.sign(claims)

    def sign_bytes(self, payload: bytes, **header: Any) -> str:
        """Any payload, under any header, signed with the key that a token of this bank is signed with."""
        signed_with: dict[str, Any] = {"alg": "ES256", "kid": self.keys[0].kid}
        named = {name: value for name, value in {**signed_with, **header}.items() if value is not None}
        part = f"{base64url(json.dumps(named).encode())}.{base64url(payload)}"
        return f"{part}.{base64url(JWSRegistry.algorithms['ES256'].sign(part.encode(), self.keys[0]))}"

    def sign(self, claims: dict[str, Any], *, key: ECKey | None = None) -> str:
        key = key or self.keys[0]
        return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)
