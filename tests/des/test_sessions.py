"""A launch: which ID tokens open a session, for whom, and how long."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bank_app_sim.clock import SimulatedClock
from bank_app_sim.trace import Trace

from .bank import Bank, new_key
from .journey import errors_of


async def launch(client: httpx.AsyncClient, token: object, **extra: Any) -> httpx.Response:
    return await client.post("/users/verify_token", json={"token": token, **extra})


async def test_a_first_launch_creates_the_user_and_opens_a_session(stranger: httpx.AsyncClient, bank: Bank) -> None:
    token = bank.id_token("ada", given_name="Ada", family_name="Lovelace")

    answer = await launch(stranger, token, locale="sv-SE", client_id="demo-bank")

    assert answer.status_code == 200
    user = answer.json()["user"]
    assert answer.json() == {
        "user": {
            "type": "User",
            "id": user["id"],
            "externalId": "ada",
            "givenName": "Ada",
            "familyName": "Lovelace",
            "provisioningInitiatedAt": None,
            "unreadMessagesCount": 0,
        },
        "session": {
            "expiresAt": "2026-12-02T11:00:00.000000Z",
            "maximumExpiresAt": None,
            "renewal": "token",
            "currency": "SEK",
            "accountSetup": "one SharedSavings per user",
            "performanceDreams": False,
            "transferConsents": False,
            "locale": "sv-SE",
            "timezone": None,
        },
    }
    assert (await stranger.get(f"/v1/users/{user['id']}")).json()["user"] == user


async def test_a_second_launch_finds_the_same_user(stranger: httpx.AsyncClient, bank: Bank) -> None:
    users = [(await launch(stranger, bank.id_token("ada"))).json()["user"]["id"] for _ in range(2)]

    assert users[0] == users[1]


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(stranger: httpx.AsyncClient, bank: Bank) -> None:
    plain = await launch(stranger, bank.id_token("ada"))
    secure = await stranger.post("https://des/users/verify_token", json={"token": bank.id_token("ada")})

    cookie, *attributes = plain.headers["set-cookie"].split("; ")
    assert cookie.startswith("impact_session=")
    assert attributes == ["Max-Age=3600", "Path=/", "HttpOnly", "SameSite=Lax"]
    assert secure.headers["set-cookie"].endswith("; Secure")


async def test_the_session_ends_with_the_token(stranger: httpx.AsyncClient, bank: Bank, clock: SimulatedClock) -> None:
    await launch(stranger, bank.id_token("ada"))

    await clock.advance(timedelta(minutes=59))
    in_time = await stranger.get("/v1/dreams")
    await clock.advance(timedelta(minutes=1))
    too_late = await stranger.get("/v1/dreams")

    assert in_time.status_code == 200
    assert too_late.status_code == 401
    assert errors_of(too_late) == {"base": ["the session is expired; launch again with a new ID token"]}


async def test_nothing_secret_gets_into_the_trace(stranger: httpx.AsyncClient, bank: Bank, trace: Trace) -> None:
    token = bank.id_token("ada")

    answer = await launch(stranger, token)
    refused = await launch(stranger, f"{token}x")

    secret = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
    assert refused.status_code == 422
    everything = json.dumps(trace.as_json()) + refused.text
    assert token not in everything
    assert secret not in everything


def part(value: object) -> str:
    return base64url(json.dumps(value).encode())


def base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def unsigned(bank: Bank) -> str:
    return f"{part({'alg': 'none', 'kid': 'key-1'})}.{part(bank.claims('ada'))}."


def signed_with_the_public_key_as_secret(bank: Bank) -> str:
    """The classic: an algorithm with a shared secret, and the published key for the secret."""
    signed = f"{part({'alg': 'HS256', 'kid': 'key-1'})}.{part(bank.claims('ada'))}"
    return f"{signed}.{base64url(hmac.digest(bank.keys[0].as_pem(private=False), signed.encode(), 'sha256'))}"


BAD_TOKENS: dict[str, tuple[Callable[[Bank], object], str]] = {
    "garbage": (lambda bank: "garbage", "is not a signed token"),
    "dots": (lambda bank: "a.b.c", "is not a signed token"),
    "not ASCII": (lambda bank: "é.é.é", "is not a signed token"),
    "a number": (lambda bank: 5, "must be text"),
    "empty": (lambda bank: "", "is missing"),
    "null": (lambda bank: None, "is missing"),
    "alg none": (unsigned, "must be signed with ES256"),
    "alg HS256": (signed_with_the_public_key_as_secret, "must be signed with ES256"),
    "wrong key": (
        lambda bank: bank.sign(bank.claims("ada"), key=new_key("key-1")),
        "has a wrong signature, or is garbled",
    ),
    "unknown key": (
        lambda bank: bank.sign(bank.claims("ada"), key=new_key("key-9")),
        "is signed with a key that the bank does not publish",
    ),
    "no key": (
        lambda bank: bank.sign(bank.claims("ada"), key=new_key("")),
        "is signed with a key that the bank does not publish",
    ),
    "expired": (lambda bank: bank.id_token("ada", exp=bank.claims("ada")["iat"]), "has expired"),
    "expired just now": (lambda bank: bank.id_token("ada", exp=bank.claims("ada")["iat"] - 1), "has expired"),
    "never expires": (lambda bank: bank.id_token("ada", exp=None), "lacks a claim: exp"),
    "expires beyond time": (lambda bank: bank.id_token("ada", exp=10**20), "expires at no moment"),
    "expires at a text": (lambda bank: bank.id_token("ada", exp="tomorrow"), "expires at no moment"),
    "from the future": (
        lambda bank: bank.id_token("ada", iat=bank.claims("ada")["iat"] + 31),
        "was issued in the future, or at no moment",
    ),
    "issued never": (lambda bank: bank.id_token("ada", iat=None), "lacks a claim: iat"),
    "another issuer": (
        lambda bank: bank.id_token("ada", iss="https://evil.example"),
        "was not issued by the bank's issuer",
    ),
    "another audience": (lambda bank: bank.id_token("ada", aud="others"), "is meant for another audience"),
    "no subject": (lambda bank: bank.id_token("ada", sub=None), "lacks a claim: sub"),
    "a blank subject": (lambda bank: bank.id_token(" "), "has a subject that can't be blank"),
    "a long subject": (
        lambda bank: bank.id_token("a" * 256),
        "has a subject that is too long: at most 255 characters",
    ),
}


@pytest.mark.parametrize("name", BAD_TOKENS)
async def test_a_bad_token_opens_nothing(name: str, stranger: httpx.AsyncClient, bank: Bank) -> None:
    make, sentence = BAD_TOKENS[name]

    answer = await launch(stranger, make(bank))

    assert answer.status_code == 422
    assert errors_of(answer) == {"token": [sentence]}
    assert "set-cookie" not in answer.headers


async def test_the_banks_clock_may_be_a_little_ahead(stranger: httpx.AsyncClient, bank: Bank) -> None:
    answer = await launch(stranger, bank.id_token("ada", iat=bank.claims("ada")["iat"] + 29))

    assert answer.status_code == 200


async def test_one_audience_of_several_is_enough(stranger: httpx.AsyncClient, bank: Bank) -> None:
    answer = await launch(stranger, bank.id_token("ada", aud=["others", "impact-finance"]))

    assert answer.status_code == 200


async def test_an_unknown_client_is_refused(stranger: httpx.AsyncClient, bank: Bank) -> None:
    answer = await launch(stranger, bank.id_token("ada"), client_id="other-bank")

    assert answer.status_code == 422
    assert errors_of(answer) == {"client_id": ["does not exist"]}


async def test_keys_are_fetched_once(stranger: httpx.AsyncClient, bank: Bank) -> None:
    for subject in ("ada", "bob"):
        await launch(stranger, bank.id_token(subject))

    assert bank.asked == 1


async def test_a_new_key_of_the_bank_is_found_without_asking_all_the_time(
    stranger: httpx.AsyncClient, bank: Bank, clock: SimulatedClock
) -> None:
    await launch(stranger, bank.id_token("ada"))
    bank.keys.insert(0, new_key("key-2"))

    at_once = await launch(stranger, bank.id_token("ada"))
    await clock.advance(timedelta(minutes=1))
    a_minute_later = await launch(stranger, bank.id_token("ada"))

    assert at_once.status_code == 422
    assert a_minute_later.status_code == 200
    assert bank.asked == 2


async def test_without_the_banks_keys_a_launch_is_to_be_tried_again(stranger: httpx.AsyncClient, bank: Bank) -> None:
    bank.is_down = True
    answer = await launch(stranger, bank.id_token("ada"))
    bank.is_down = False
    again = await launch(stranger, bank.id_token("ada"))

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("/dreams/1?tab=savehacks", "/dreams/1?tab=savehacks"),
        ("/", "/"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/dreams\\..\\evil", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("dreams", "/"),
        ("/dröm", "/"),
    ],
)
async def test_a_form_goes_on_to_a_place_on_this_host_only(
    location: str, place: str, stranger: httpx.AsyncClient, bank: Bank
) -> None:
    form = {"token": bank.id_token("ada"), "locale": "en", "location": location, "theme": ""}

    answer = await stranger.post("/users/verify_token", data=form, headers={"Accept": "text/html,*/*;q=0.8"})

    assert answer.status_code == 303
    assert answer.headers["location"] == place
    assert answer.headers["set-cookie"].startswith("impact_session=")


async def test_a_launch_is_traced_as_the_sdks(stranger: httpx.AsyncClient, bank: Bank, trace: Trace) -> None:
    await launch(stranger, bank.id_token("ada"))

    assert [(m.sender, m.receiver, m.label) for m in trace] == [
        ("sdk", "des", "POST /users/verify_token"),
        ("des", "sdk", "200 OK"),
    ]


@pytest.mark.parametrize("name", ["Mars/Olympus", "GMT+2:30", "../../etc/passwd", "a\x00b"])
async def test_a_time_zone_that_nobody_knows_is_refused_as_such(
    name: str, stranger: httpx.AsyncClient, bank: Bank
) -> None:
    answer = await stranger.post("/users/verify_token", json={"token": bank.id_token("ada"), "timezone": name})

    assert answer.status_code in (400, 422)
    assert list(errors_of(answer)) == ["timezone"]
