"""A launch: which ID tokens open a session, for whom, and how long."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace

from .bank import Bank, base64url
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


async def test_of_several_sessions_the_one_of_the_longest_path_counts(stranger: httpx.AsyncClient, bank: Bank) -> None:
    """Browsers send that first (RFC 6265, 5.4): in a world the world's own comes before the sandbox's."""
    await launch(stranger, bank.id_token("ada"))
    own = stranger.cookies["impact_session"]
    stranger.cookies.clear()

    found = await stranger.get("/v1/session", headers={"Cookie": f"x=1; impact_session={own}; impact_session=other"})
    other = await stranger.get("/v1/session", headers={"Cookie": f"impact_session=other; impact_session={own}"})

    assert (found.status_code, other.status_code) == (200, 401)


async def test_the_session_ends_with_the_token(stranger: httpx.AsyncClient, bank: Bank, clock: SimulatedClock) -> None:
    await launch(stranger, bank.id_token("ada"))

    await clock.advance(timedelta(minutes=59))
    in_time = await stranger.get("/v1/dreams")
    await clock.advance(timedelta(minutes=1))
    too_late = await stranger.get("/v1/dreams")

    assert in_time.status_code == 200
    assert too_late.status_code == 401
    assert errors_of(too_late) == {"base": ["the session is expired; launch again with a new ID token"]}


async def test_while_the_banks_keys_cannot_be_had_nobody_is_turned_away(
    stranger: httpx.AsyncClient, bank: Bank
) -> None:
    """The token may be good: the answer is that of a server that is away, and says when to come again."""
    bank.is_down = True

    answer = await stranger.post("/users/verify_token", json={"token": bank.id_token("ada")})

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "set-cookie" not in answer.headers


async def test_nothing_secret_gets_into_the_trace(stranger: httpx.AsyncClient, bank: Bank, trace: Trace) -> None:
    token = bank.id_token("ada")

    answer = await launch(stranger, token)
    refused = await launch(stranger, f"{token}x")

    secret = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
    assert refused.status_code == 422
    everything = json.dumps(trace.as_json()) + refused.text
    assert token not in everything
    assert secret not in everything


async def test_an_unknown_client_is_refused(stranger: httpx.AsyncClient, bank: Bank) -> None:
    answer = await launch(stranger, bank.id_token("ada"), client_id="other-bank")

    assert answer.status_code == 422
    assert errors_of(answer) == {"client_id": ["does not exist"]}


DEEP = "[" * 12_000


@pytest.mark.parametrize(
    "token",
    [
        None,
        "",
        5,
        "garbage",
        f"{base64url(DEEP.encode())}.e30.c2ln",
        f"e30.{base64url(DEEP.encode())}.c2ln",
        f"{base64url(b'{}')}.{base64url(DEEP.encode())}.c2ln",
    ],
)
async def test_what_is_no_token_opens_nothing(token: object, stranger: httpx.AsyncClient) -> None:
    answer = await launch(stranger, token)

    assert answer.status_code == 422
    assert list(errors_of(answer)) == ["token"]
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("claim", ["sub", "given_name"])
async def test_half_a_character_is_no_name(claim: str, stranger: httpx.AsyncClient, bank: Bank) -> None:
    claims = json.dumps({**bank.claims("ada"), claim: "a\ud800"}).encode()

    answer = await launch(stranger, bank.sign_bytes(claims))

    assert answer.status_code == 422
    assert errors_of(answer) == {"token": ["has a wrong signature, or is garbled"]}


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
