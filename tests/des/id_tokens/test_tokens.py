"""Which ID tokens DES believes."""

import hmac
import json
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.des.access.id_tokens import Identity, RefusedToken, TokenVerifier, claims_of
from bank_app_sim.timeline.clock import SimulatedClock

from ..bank import TENANT, Bank, base64url, new_key
from ..conftest import START
from .tokens import GARBLED, NOT_PUBLISHED, believed, headed, part, payload, saying, shifted, written

NO_TOKEN = "is not a signed token"


NO_ID_TOKEN = "is no ID token, but a token of another kind (typ)"


NO_MOMENT = "was issued in the future, or at no moment"


WRONG_ALGORITHM = "must be signed with ES256"


CRITICAL = "has critical extensions (crit); none is known here"


def unsigned(bank: Bank) -> str:
    return f"{part({'alg': 'none', 'kid': 'key-1'})}.{part(bank.claims('ada'))}."


def signed_with_the_public_key_as_secret(bank: Bank) -> str:
    """The classic: an algorithm with a shared secret, and the published key for the secret."""
    signed = f"{part({'alg': 'HS256', 'kid': 'key-1'})}.{part(bank.claims('ada'))}"
    return f"{signed}.{base64url(hmac.digest(bank.keys[0].as_pem(private=False), signed.encode(), 'sha256'))}"


def by_own_key_in_the_header(bank: Bank) -> str:
    stranger = Bank(bank.clock, [new_key("key-1")])
    key = stranger.keys[0].as_dict(private=False)
    return stranger.sign_bytes(json.dumps(bank.claims("ada")).encode(), jwk=key)


BAD_TOKENS: dict[str, tuple[Callable[[Bank], str], str]] = {
    "garbage": (lambda bank: "garbage", NO_TOKEN),
    "dots": (lambda bank: "a.b.c", NO_TOKEN),
    "not ASCII": (lambda bank: "é.é.é", NO_TOKEN),
    "five parts, as when encrypted": (lambda bank: "e30.e30.e30.e30.e30", NO_TOKEN),
    "a header nested without end": (lambda bank: f"{base64url(b'[' * 10_000)}.e30.c2ln", NO_TOKEN),
    "a payload nested without end": (written("[" * 10_000), GARBLED),
    "a header that is a list": (lambda bank: f"{part([])}.{part({})}.c2ln", NO_TOKEN),
    "as long as a book": (lambda bank: f"e30.{'a' * 100_000}.c2ln", NO_TOKEN),
    "a payload that is a list": (written("[]"), GARBLED),
    "a payload that is no JSON": (written("{"), GARBLED),
    "a payload that is no UTF-8": (lambda bank: bank.sign_bytes(b'{"sub":"\xff"}'), GARBLED),
    "half a character": (written(payload(r',"given_name":"\ud800"')), GARBLED),
    "NaN": (written(payload(',"x":NaN')), GARBLED),
    # How it is signed.
    "alg none": (unsigned, WRONG_ALGORITHM),
    "alg HS256": (signed_with_the_public_key_as_secret, WRONG_ALGORITHM),
    "alg in small letters": (headed(alg="es256"), WRONG_ALGORITHM),
    "alg a list": (headed(alg=["ES256"]), WRONG_ALGORITHM),
    "no alg": (headed(alg=None), WRONG_ALGORITHM),
    "typ of an access token": (headed(typ="at+jwt"), NO_ID_TOKEN),
    "typ of an access token in full": (headed(typ="application/at+jwt"), NO_ID_TOKEN),
    "typ of a logout token": (headed(typ="logout+jwt"), NO_ID_TOKEN),
    "typ no text": (headed(typ=5), NO_ID_TOKEN),
    "crit empty": (headed(crit=[]), CRITICAL),
    "crit": (headed(crit=["exp"], exp=5), CRITICAL),
    "crit b64": (headed(crit=["b64"], b64=False), CRITICAL),
    "kid no text": (headed(kid=5), "names its key by something else than text (kid)"),
    "kid null": (
        lambda bank: f"{part({'alg': 'ES256', 'kid': None})}.{part(bank.claims('ada'))}.c2ln",
        "names its key by something else than text (kid)",
    ),
    "wrong key": (lambda bank: bank.sign(bank.claims("ada"), key=new_key("key-1")), GARBLED),
    "a key of its own": (by_own_key_in_the_header, GARBLED),
    "unknown key": (lambda bank: bank.sign(bank.claims("ada"), key=new_key("key-9")), NOT_PUBLISHED),
    "empty kid": (lambda bank: bank.sign(bank.claims("ada"), key=new_key("")), NOT_PUBLISHED),
    # When.
    "expired": (shifted("exp", 0), "has expired"),
    "expired a moment ago": (shifted("exp", -0.5), "has expired"),
    "expired long ago": (saying(exp=-1), "has expired"),
    "never expires": (saying(exp=None), "lacks a claim: exp"),
    "expires beyond time": (saying(exp=10**20), "expires at no moment"),
    "expires at a text": (saying(exp="99999999999"), "expires at no moment"),
    "expires at true": (saying(exp=True), "expires at no moment"),
    "expires at a list": (saying(exp=[99999999999]), "expires at no moment"),
    "from the future": (shifted("iat", 31), NO_MOMENT),
    "from the far future": (saying(iat=10**20), NO_MOMENT),
    "issued at a text": (saying(iat="0"), NO_MOMENT),
    "issued never": (saying(iat=None), "lacks a claim: iat"),
    "not yet": (shifted("nbf", 31), "is not valid yet"),
    "not before a text": (saying(nbf="0"), "is not valid yet"),
    # By whom, for whom, of whom.
    "another issuer": (saying(iss="https://evil.example"), "was not issued by the bank's issuer"),
    "the issuer with a slash": (saying(iss=f"{TENANT.issuer}/"), "was not issued by the bank's issuer"),
    "no issuer": (saying(iss=None), "lacks a claim: iss"),
    "another audience": (saying(aud="others"), "is meant for another audience"),
    "other audiences": (saying(aud=["others", "more"]), "is meant for another audience"),
    "no audience in a list": (saying(aud=[]), "is meant for another audience"),
    "an audience that is no text": (saying(aud=["impact-finance", 5]), "is meant for another audience"),
    "issued to another": (
        saying(aud=["others", "impact-finance"], azp="others"),
        "was issued to somebody else (azp)",
    ),
    "issued to another, for us alone": (saying(azp="others"), "was issued to somebody else (azp)"),
    "issued to a list": (saying(azp=["impact-finance"]), "was issued to somebody else (azp)"),
    "no subject": (saying(sub=None), "lacks a claim: sub"),
    "a subject that is no text": (saying(sub=5), "has a wrong claim: sub"),
    "a blank subject": (saying(sub=" "), "has a subject that can't be blank"),
    "a long subject": (saying(sub="a" * 256), "has a subject that is too long: at most 255 characters"),
    "NUL": (saying(sub="a\0"), "has a subject that can't contain the character NUL"),
    # Of a name that stands twice the last value counts (RFC 7519, 4).
    "another audience at last": (written(payload(',"aud":"others"')), "is meant for another audience"),
}


@pytest.mark.parametrize("name", BAD_TOKENS)
async def test_a_bad_token_opens_nothing(name: str, verifier: TokenVerifier, bank: Bank) -> None:
    make, sentence = BAD_TOKENS[name]

    with pytest.raises(RefusedToken) as refused:
        await verifier.verify(make(bank))

    assert refused.value.sentence == sentence
    assert refused.value.answer.status == 422


BANK = Bank(SimulatedClock(START))


VERIFIER = TokenVerifier(TENANT, BANK.clock, BANK.transport())


GOOD_TOKENS: dict[str, Callable[[Bank], str]] = {
    "plain": saying(),
    "from a clock that is a little ahead": shifted("iat", 29),
    "valid from a little later": shifted("nbf", 29),
    "issued with a fraction": shifted("iat", -0.5),
    "one audience of several": saying(aud=["others", "impact-finance"]),
    "issued to us": saying(aud=["others", "impact-finance"], azp="impact-finance"),
    "typ": headed(typ="JWT"),
    "typ in small letters": headed(typ="jwt"),
    "typ in full": headed(typ="application/JWT"),
    "no typ": headed(),
    "more in the header": headed(**{"pi.atm": "x", "x5c": ["A" * 3_000]}),
    "no kid, and one key": headed(kid=None),
    "the last of two values": written(payload(',"sub":"bob","sub":"ada"')),
    "more claims": written(payload(',"nonce":"1","amr":["pwd"],"x":{"y":[1e3]}')),
}


@pytest.mark.parametrize("name", GOOD_TOKENS)
async def test_a_token_that_standards_allow_is_believed(name: str, verifier: TokenVerifier, bank: Bank) -> None:
    identity = await verifier.verify(GOOD_TOKENS[name](bank))

    assert identity.external_id == "ada"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


NAMES = ("alg", "kid", "typ", "crit", "b64", "jwk", "jku", "x5c", "cty", "zip", "enc")


CLAIMS = ("iss", "sub", "aud", "azp", "iat", "nbf", "exp", "jti", "given_name", "family_name", "typ")


@given(
    st.dictionaries(st.sampled_from(NAMES), JSON_VALUES, max_size=3),
    st.dictionaries(st.sampled_from(CLAIMS), JSON_VALUES, max_size=3),
)
def test_whatever_a_token_says_it_is_believed_or_refused(header: dict[str, Any], claims: dict[str, Any]) -> None:
    """Signed by the bank's own key: nothing that a bank can write into a token ends in another error."""
    token = BANK.sign_bytes(json.dumps({**BANK.claims("ada"), **claims}).encode(), **header)

    outcome = anyio.run(believed, VERIFIER, token)

    assert isinstance(outcome, Identity | str)


@given(st.text(max_size=200) | st.lists(st.binary(max_size=40).map(base64url), max_size=4).map(".".join))
def test_whatever_is_sent_for_a_token_is_refused(token: str) -> None:
    assert isinstance(anyio.run(believed, VERIFIER, token), str)
    assert claims_of(token) == (None, None)
