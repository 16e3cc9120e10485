"""Which of a bank's keys DES can use."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from bank_app_sim.des.access.id_tokens import RefusedToken, TokenVerifier
from bank_app_sim.server.http.answers import Refused

from ..bank import Bank, new_key
from .tokens import published

EC = published(new_key("other"))


# Whatever stands beside the good key, and whatever of it bears the good key's name.
BESIDE: dict[str, Any] = {
    "for encryption": {**EC, "use": "enc"},
    "for something that is not known": {**EC, "use": "drm"},
    "for encryption, of the same name": {**EC, "kid": "key-1", "use": "enc"},
    "for operations that are not known": {**EC, "kid": "key-1", "key_ops": ["dance"]},
    "a use that does not go with its operations": {**EC, "kid": "key-1", "use": "sig", "key_ops": ["encrypt"]},
    "a use that is a list": {**EC, "kid": "key-1", "use": ["sig"]},
    "operations that are no list": {**EC, "kid": "key-1", "key_ops": 5},
    "half a key": {name: value for name, value in {**EC, "kid": "key-1"}.items() if name != "y"},
    "a coordinate that is a number": {**EC, "kid": "key-1", "x": 5},
    "a coordinate that is no base64": {**EC, "kid": "key-1", "x": "?"},
    "no coordinate": {**EC, "kid": "key-1", "x": ""},
    "a coordinate without end": {**EC, "kid": "key-1", "x": "A" * 10_000},
    "a point off the curve": {**EC, "kid": "key-1", "y": EC["x"]},
    "another curve": published(ECKey.generate_key("P-384", {"kid": "key-1"})),
    "a curve that nobody knows": {**EC, "kid": "key-1", "crv": "P-257"},
    "a kind that nobody knows": {"kty": "XYZ", "kid": "key-1"},
    "no kind": {"kid": "key-1"},
    "another algorithm": {**EC, "kid": "key-1", "alg": "ECDH-ES"},
    "RSA": published(RSAKey.generate_key(2048, {"kid": "key-1"})),
    "an Edwards key": published(OKPKey.generate_key("Ed25519", {"kid": "key-1"})),
    "a shared secret": OctKey.generate_key(256, {"kid": "key-1"}).as_dict(private=True),
    "a good one of the same name": {**EC, "kid": "key-1"},
    "a good one without a name": published(new_key("other"), kid=None),
    "no object": "key-1",
    "null": None,
}


@pytest.mark.parametrize("name", BESIDE)
@pytest.mark.parametrize("is_first", [True, False])
async def test_a_key_that_cannot_be_used_is_passed_over(
    name: str, is_first: bool, verifier: TokenVerifier, bank: Bank
) -> None:
    good = published(bank.keys[0])
    bank.published = [BESIDE[name], good] if is_first else [good, BESIDE[name]]

    identity = await verifier.verify(bank.id_token("ada"))

    assert identity.external_id == "ada"


@pytest.mark.parametrize("name", [name for name in BESIDE if "good" not in name])
async def test_such_keys_alone_are_none(name: str, verifier: TokenVerifier, bank: Bank) -> None:
    bank.published = [BESIDE[name]]

    with pytest.raises(RefusedToken, match="does not publish"):
        await verifier.verify(bank.id_token("ada"))


@pytest.mark.parametrize(
    "changed",
    [
        {"use": "sig"},
        {"use": None, "key_ops": ["verify"]},
        {"key_ops": ["verify", "dance"]},
        {"alg": "ES256"},
        {"x5c": ["?"], "x5t": 5, "ext": True, "colour": "red"},
    ],
)
async def test_what_a_key_says_beside_its_use_is_passed_over(
    changed: dict[str, Any], verifier: TokenVerifier, bank: Bank
) -> None:
    bank.published = [published(bank.keys[0], **changed)]

    assert (await verifier.verify(bank.id_token("ada"))).external_id == "ada"


@pytest.mark.parametrize("keys", [None, 5, {}, "keys"])
async def test_what_is_no_jwks_is_to_be_tried_again(keys: Any, verifier: TokenVerifier, bank: Bank) -> None:
    bank.document = {"keys": keys}

    with pytest.raises(Refused) as refused:
        await verifier.verify(bank.id_token("ada"))

    assert refused.value.answer.status == 503
    assert "cannot be had (ValueError: not a JWKS); try again later" in str(refused.value)
