"""ID tokens, as their readers see them."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwk, jwt

from bank_app_sim.backend import Bank, BankBackend
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace
from impact_sdk import ImpactAPI

from ..conftest import DatabaseOf
from .network import Network


async def keys(http: httpx.AsyncClient) -> dict[str, Any]:
    answer = await http.get("/.well-known/jwks.json")
    assert answer.status_code == 200
    return dict(answer.json())


def read(token: str, jwks: dict[str, Any]) -> jwt.Token:
    return jwt.decode(token, jwk.KeySet.import_key_set(jwks), algorithms=["ES256"])  # type: ignore[arg-type]


async def test_a_token_is_verified_with_the_served_keys(http: httpx.AsyncClient, clock: SimulatedClock) -> None:
    signed_in = (await http.post("/sign-in", json={"customer": "ada"})).json()

    token = read(signed_in["id_token"], await keys(http))

    now = int(clock.now().timestamp())
    assert token.claims == {"iss": "https://bank.test", "sub": "ada", "aud": "demo-bank", "iat": now, "exp": now + 3600}
    assert token.header["alg"] == "ES256"
    assert signed_in["expires_in"] == 3600


async def test_a_token_names_the_key_that_signed_it(backend: BankBackend, http: httpx.AsyncClient) -> None:
    jwks = await keys(http)

    assert read(backend.id_token("ada"), jwks).header["kid"] == jwks["keys"][0]["kid"]


async def test_the_private_half_of_the_key_is_not_served(http: httpx.AsyncClient) -> None:
    (key,) = (await keys(http))["keys"]

    assert key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}


async def test_the_key_survives_a_restart(
    lasting_database_of: DatabaseOf,
    settings: Bank,
    impact: ImpactAPI,
    clock: SimulatedClock,
    trace: Trace,
    network: Network,
) -> None:
    """A token that was issued before the restart is valid after it."""

    def started(seed: int) -> BankBackend:
        ids = Ids(random.Random(seed))
        url = lasting_database_of("backend")
        return BankBackend(database_url=url, bank=settings, impact=impact, clock=clock, trace=trace, ids=ids)

    before = started(1)
    token = before.id_token("ada")
    before.close()

    after = started(2)
    network.hosts["bank"] = after.app
    async with httpx.AsyncClient(base_url="http://bank", transport=network) as http:
        assert read(token, await keys(http)).claims["sub"] == "ada"
    after.close()


async def test_the_same_seed_makes_the_same_key(settings: Bank, impact: ImpactAPI, clock: SimulatedClock) -> None:
    served = []
    for _ in range(2):
        backend = BankBackend(
            database_url="sqlite://",
            bank=settings,
            impact=impact,
            clock=clock,
            trace=Trace(clock),
            ids=Ids(random.Random(3)),
        )
        async with httpx.AsyncClient(base_url="http://bank", transport=httpx.ASGITransport(backend.app)) as http:
            served.append(await keys(http))
        backend.close()

    assert served[0] == served[1]


async def test_tokens_are_in_no_trace_and_no_repr(app: httpx.AsyncClient, backend: BankBackend, trace: Trace) -> None:
    access_token = app.headers["Authorization"].removeprefix("Bearer ")
    await app.get("/accounts")

    seen = f"{trace.as_json()} {backend!r} {backend.__dict__}"

    assert access_token not in seen
    assert "eyJ" not in seen  # how every JWT begins


async def test_the_database_holds_no_access_token(
    tmp_path: Path, settings: Bank, impact: ImpactAPI, clock: SimulatedClock, trace: Trace, network: Network
) -> None:
    """A reader of the file cannot sign in with it."""
    url = f"sqlite:///{tmp_path / 'bank.db'}"
    backend = BankBackend(
        database_url=url, bank=settings, impact=impact, clock=clock, trace=trace, ids=Ids(random.Random(1))
    )
    network.hosts["bank"] = backend.app
    async with httpx.AsyncClient(base_url="http://bank", transport=network) as http:
        access_token = (await http.post("/sign-in", json={"customer": "ada"})).json()["access_token"]
    backend.close()

    assert b"current:ada" in (tmp_path / "bank.db").read_bytes()
    assert access_token.encode() not in (tmp_path / "bank.db").read_bytes()


async def test_only_a_name_that_is_allowed_gets_a_token(backend: BankBackend) -> None:
    with pytest.raises(ValueError, match="must be a name of 1 to 64"):
        backend.id_token("Ada Lovelace")


async def test_an_access_token_ends_after_an_hour(app: httpx.AsyncClient, clock: SimulatedClock) -> None:
    await clock.advance(timedelta(minutes=59))
    assert (await app.get("/accounts")).status_code == 200

    await clock.advance(timedelta(minutes=1))
    assert (await app.get("/accounts")).status_code == 401


async def test_a_signed_in_customer_gets_new_tokens_silently(http: httpx.AsyncClient, clock: SimulatedClock) -> None:
    first = (await http.post("/sign-in", json={"customer": "ada"})).json()
    await clock.advance(timedelta(minutes=59))

    answer = await http.post("/silent-sign-in", headers={"Authorization": f"Bearer {first['access_token']}"})

    second = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert second["access_token"] != first["access_token"]
    await clock.advance(timedelta(minutes=59))
    accounts = await http.get("/accounts", headers={"Authorization": f"Bearer {second['access_token']}"})
    assert accounts.status_code == 200


@pytest.mark.parametrize("authorization", ["", "Bearer made-up"])
async def test_silent_sign_in_needs_a_valid_token(http: httpx.AsyncClient, authorization: str) -> None:
    answer = await http.post("/silent-sign-in", headers={"Authorization": authorization})

    assert answer.status_code == 401
