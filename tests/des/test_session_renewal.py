"""What a session's life depends on: new ID tokens or activity, a maximum, and signing out."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import httpx
import pytest

from bank_app_sim.des import DES
from bank_app_sim.des.tenant import SessionRenewal
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace

from .bank import TENANT, Bank, new_key
from .conftest import client_of
from .journey import errors_of

HOUR = timedelta(hours=1)
BY_ACTIVITY = attrs.evolve(TENANT, session_renewal=SessionRenewal.ACTIVITY)

activity_renewed = pytest.mark.parametrize("tenant", [BY_ACTIVITY], ids=["activity-renewed"])


@pytest.fixture
async def user(stranger: httpx.AsyncClient, bank: Bank) -> httpx.AsyncClient:
    """A user with a session that began now, with a token for an hour. The client keeps cookies as browsers do."""
    answer = await stranger.post("/users/verify_token", json={"token": bank.id_token("ada")})
    assert answer.status_code == 200
    return stranger


def expiring_in(bank: Bank, lifetime: timedelta, subject: str = "ada") -> str:
    return bank.id_token(subject, exp=int((bank.clock.now() + lifetime).timestamp()))


async def renew(user: httpx.AsyncClient, token: object) -> httpx.Response:
    return await user.patch("/v1/session", json={"session": {"idToken": token}})


async def ends_at(user: httpx.AsyncClient) -> str:
    answer = await user.get("/v1/session")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["session"]["expiresAt"])


async def test_a_session_can_be_looked_at(stranger: httpx.AsyncClient, bank: Bank) -> None:
    launch = {"token": bank.id_token("ada"), "timezone": "Europe/Stockholm"}
    began = (await stranger.post("/users/verify_token", json=launch)).json()["session"]

    answer = await stranger.get("/v1/session")

    assert (answer.status_code, answer.json()) == (200, {"session": began})
    assert began["timezone"] == "Europe/Stockholm"


async def test_a_new_token_prolongs_the_session(user: httpx.AsyncClient, bank: Bank, clock: SimulatedClock) -> None:
    await clock.advance(timedelta(minutes=50))

    answer = await renew(user, expiring_in(bank, HOUR))

    assert answer.status_code == 200
    assert answer.json()["session"]["expiresAt"] == await ends_at(user) == "2026-12-02T11:50:00.000000Z"
    assert "Max-Age=3600" in answer.headers["set-cookie"]
    await clock.advance(timedelta(minutes=59))
    assert (await user.get("/v1/dreams")).status_code == 200
    await clock.advance(timedelta(minutes=1))
    assert (await user.get("/v1/dreams")).status_code == 401


async def test_the_same_token_again_changes_nothing(user: httpx.AsyncClient, bank: Bank) -> None:
    token = expiring_in(bank, 2 * HOUR)

    answers = [(await renew(user, token)).json() for _ in range(2)]

    assert answers[0] == answers[1]


NO_GOOD: dict[str, tuple[Callable[[Bank], str], str]] = {
    "expired": (lambda bank: expiring_in(bank, timedelta()), "has expired"),
    "garbage": (lambda bank: "garbage", "is not a signed token"),
    "wrong key": (
        lambda bank: bank.sign(bank.claims("ada"), key=new_key("key-1")),
        "has a wrong signature, or is garbled",
    ),
    "another user's": (lambda bank: bank.id_token("bob"), "is another user's"),
}


@pytest.mark.parametrize("name", NO_GOOD)
async def test_a_token_that_is_no_good_ends_the_session_for_good(
    name: str, user: httpx.AsyncClient, bank: Bank, trace: Trace
) -> None:
    make, sentence = NO_GOOD[name]
    cookie = {"Cookie": f"impact_session={user.cookies['impact_session']}"}

    answer = await renew(user, make(bank))

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    said = f"{sentence}; the session is ended, launch again with a new ID token"
    assert errors_of(answer) == {"session.idToken": [said]}
    assert "impact_session" not in user.cookies
    user.headers.update(cookie)
    for attempt in (
        user.get("/v1/session"),
        user.get("/v1/dreams"),
        user.post("/v1/session/keep-alive"),
        renew(user, bank.id_token("ada")),
        user.get("/v1/session"),
    ):
        assert (await attempt).status_code == 401
    assert make(bank) not in json.dumps(trace.as_json())


@pytest.mark.parametrize(
    "body",
    [{}, {"session": None}, {"session": {}}, {"session": {"idToken": 5}}, {"session": {"idToken": ""}}],
    ids=["nothing", "null", "no token", "a number", "empty"],
)
async def test_a_request_without_a_token_ends_nothing(user: httpx.AsyncClient, body: Any) -> None:
    answer = await user.patch("/v1/session", json=body)

    assert answer.status_code == 400
    assert (await user.get("/v1/session")).status_code == 200


async def test_a_session_does_not_end_because_the_banks_keys_cannot_be_had(
    user: httpx.AsyncClient, bank: Bank, clock: SimulatedClock
) -> None:
    await clock.advance(timedelta(minutes=2))
    bank.keys.insert(0, new_key("key-2"))
    bank.is_down = True

    answer = await renew(user, bank.id_token("ada"))

    assert answer.status_code == 503
    assert (await user.get("/v1/session")).status_code == 200


async def test_no_token_gets_into_the_trace(user: httpx.AsyncClient, bank: Bank, trace: Trace) -> None:
    token = expiring_in(bank, 2 * HOUR)

    assert (await renew(user, token)).status_code == 200

    assert [message.label for message in trace][-2:] == ["PATCH /session", "200 OK"]
    assert token not in json.dumps(trace.as_json())
    assert user.cookies["impact_session"] not in json.dumps(trace.as_json())


async def test_activity_does_not_prolong_a_session_that_lives_by_tokens(
    user: httpx.AsyncClient, clock: SimulatedClock
) -> None:
    before = await ends_at(user)
    await clock.advance(timedelta(minutes=10))

    looked = await user.get("/v1/dreams")
    kept_alive = await user.post("/v1/session/keep-alive")

    assert "set-cookie" not in looked.headers
    assert kept_alive.status_code == 409
    assert errors_of(kept_alive) == {"session": ["is renewed with a new ID token: PATCH /v1/session"]}
    assert await ends_at(user) == before


@activity_renewed
async def test_every_call_prolongs_a_session_that_lives_by_activity(
    user: httpx.AsyncClient, clock: SimulatedClock
) -> None:
    assert await ends_at(user) == "2026-12-02T10:15:00.000000Z"

    for _ in range(8):  # twice as long as the ID token was good
        await clock.advance(timedelta(minutes=14))
        answer = await user.get("/v1/dreams")
        assert answer.status_code == 200
        assert "Max-Age=900" in answer.headers["set-cookie"]

    assert await ends_at(user) == "2026-12-02T12:07:00.000000Z"
    await clock.advance(timedelta(minutes=15))
    assert errors_of(await user.get("/v1/dreams")) == {
        "base": ["the session is expired; launch again with a new ID token"]
    }


@activity_renewed
async def test_keeping_it_alive_is_activity_and_looking_at_it_is_none(
    user: httpx.AsyncClient, clock: SimulatedClock
) -> None:
    await clock.advance(timedelta(minutes=10))
    assert await ends_at(user) == "2026-12-02T10:15:00.000000Z"

    answer = await user.post("/v1/session/keep-alive")

    assert answer.status_code == 200
    assert answer.json()["session"]["expiresAt"] == await ends_at(user) == "2026-12-02T10:25:00.000000Z"
    assert "Max-Age=900" in answer.headers["set-cookie"]


@activity_renewed
async def test_what_is_refused_is_no_activity(user: httpx.AsyncClient, clock: SimulatedClock) -> None:
    before = await ends_at(user)
    await clock.advance(timedelta(minutes=10))

    assert (await user.post("/v1/dreams", json={})).status_code == 400
    assert (await user.get("/v1/users")).status_code == 403

    assert await ends_at(user) == before


@activity_renewed
async def test_a_repeated_post_is_activity_too(user: httpx.AsyncClient, clock: SimulatedClock) -> None:
    sent: dict[str, Any] = {"json": {"dream": {"name": "Bike", "targetCents": 1}}, "headers": {"Idempotency-Key": "k"}}
    await user.post("/v1/dreams", **sent)
    await clock.advance(timedelta(minutes=10))

    again = await user.post("/v1/dreams", **sent)

    assert again.headers["idempotent-replayed"] == "true"
    assert await ends_at(user) == "2026-12-02T10:25:00.000000Z"


@activity_renewed
async def test_no_token_renews_a_session_that_lives_by_activity(user: httpx.AsyncClient, bank: Bank) -> None:
    answer = await renew(user, bank.id_token("bob"))

    assert answer.status_code == 409
    assert errors_of(answer) == {
        "session": ["is renewed by what the user does, or by POST /v1/session/keep-alive"],
    }
    assert (await user.get("/v1/session")).status_code == 200


@pytest.mark.parametrize(
    "tenant",
    [attrs.evolve(each, session_maximum_duration=HOUR) for each in (TENANT, BY_ACTIVITY)],
    ids=["token-renewed", "activity-renewed"],
)
async def test_nothing_prolongs_a_session_beyond_its_maximum(
    user: httpx.AsyncClient, bank: Bank, clock: SimulatedClock
) -> None:
    by_activity = (await user.get("/v1/session")).json()["session"]["renewal"] == "activity"
    for _ in range(5):
        await clock.advance(timedelta(minutes=10))
        assert (await user.get("/v1/dreams")).status_code == 200
    renewed = await (
        user.post("/v1/session/keep-alive") if by_activity else renew(user, expiring_in(bank, timedelta(days=1)))
    )

    session = renewed.json()["session"]
    assert session["maximumExpiresAt"] == session["expiresAt"] == "2026-12-02T11:00:00.000000Z"
    await clock.advance(timedelta(minutes=10))
    assert (await user.get("/v1/dreams")).status_code == 401


@pytest.mark.parametrize("tenant", [attrs.evolve(TENANT, session_maximum_duration=HOUR)], ids=["an hour at most"])
async def test_a_token_that_outlives_the_maximum_begins_a_session_that_does_not(
    stranger: httpx.AsyncClient, bank: Bank
) -> None:
    answer = await stranger.post("/users/verify_token", json={"token": expiring_in(bank, timedelta(days=1))})

    assert answer.json()["session"]["expiresAt"] == "2026-12-02T11:00:00.000000Z"
    assert "Max-Age=3600" in answer.headers["set-cookie"]


async def test_signing_out_ends_this_session_and_no_other(user: httpx.AsyncClient, des: DES, bank: Bank) -> None:
    async with client_of(des) as other:
        await other.post("/users/verify_token", json={"token": bank.id_token("ada")})
        cookie = {"Cookie": f"impact_session={user.cookies['impact_session']}"}

        answer = await user.delete("/v1/session")

        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["set-cookie"].startswith("impact_session=; Max-Age=0; Path=/")
        assert "impact_session" not in user.cookies
        user.headers.update(cookie)
        assert (await user.get("/v1/session")).status_code == 401
        assert (await renew(user, bank.id_token("ada"))).status_code == 401
        assert (await user.delete("/v1/session")).status_code == 401
        assert (await other.get("/v1/session")).status_code == 200


async def test_over_tls_the_cookie_stays_secure(user: httpx.AsyncClient, bank: Bank) -> None:
    cookie = {"Cookie": f"impact_session={user.cookies['impact_session']}"}
    body = {"session": {"idToken": bank.id_token("ada")}}

    answer = await user.patch("https://des/v1/session", json=body, headers=cookie)

    assert answer.headers["set-cookie"].endswith("; Secure")
