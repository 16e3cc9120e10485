"""ID tokens, right and wrong in one respect."""

import json
from collections.abc import Callable
from typing import Any

from bank_app_sim.des.access.id_tokens import Identity, RefusedToken, TokenVerifier

from ..bank import TENANT, Bank, base64url

GARBLED = "has a wrong signature, or is garbled"


NOT_PUBLISHED = "is signed with a key that the bank does not publish"


def part(value: object) -> str:
    return base64url(json.dumps(value).encode())


def headed(**header: Any) -> Callable[[Bank], str]:
    """A token that is right but for its header."""
    return lambda bank: bank.sign_bytes(json.dumps(bank.claims("ada")).encode(), **header)


def saying(**claims: Any) -> Callable[[Bank], str]:
    """A token that is right but for these claims; None leaves one out."""
    return lambda bank: bank.id_token("ada", **claims)


def shifted(claim: str, seconds: float) -> Callable[[Bank], str]:
    """A token with a moment that is so far from now."""
    return lambda bank: bank.id_token("ada", **{claim: bank.claims("ada")["iat"] + seconds})


def written(text: str) -> Callable[[Bank], str]:
    """A token whose claims are this text."""
    return lambda bank: bank.sign_bytes(text.replace("NOW", str(bank.claims("ada")["iat"])).encode())


def payload(more: str) -> str:
    return f'{{"iss":"{TENANT.issuer}","aud":"{TENANT.audience}","sub":"ada","iat":NOW,"exp":99999999999{more}}}'


async def believed(verifier: TokenVerifier, token: str) -> Identity | str:
    try:
        return await verifier.verify(token)
    except RefusedToken as refused:
        return refused.sentence


def published(key: Any, **changed: Any) -> dict[str, Any]:
    """A key as a JWKS shows it, with members changed (None: left out)."""
    return {name: value for name, value in {**key.as_dict(private=False), **changed}.items() if value is not None}
