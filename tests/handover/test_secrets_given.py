"""Each argument that is a secret may be a text or a `Secret`, with the same effect."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bank_app_sim import Simulation
from impact_sdk import (
    ClientCredentials,
    ConfigurationError,
    IDTokenExpired,
    ImpactAPI,
    ImpactSDK,
    Secret,
    WebhookVerifier,
)

BASE = "https://des.example"
WEBHOOK_SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGUgZXhhbXBsZXMsIGxvbmcgZW5vdWdo"
LIFETIME = timedelta(minutes=5)
Given = Callable[[str], Any]


async def in_a_launch(sim: Simulation, given: Given) -> object:
    return (await sim.sdk().launch(given(sim.id_token("ada")))).user.external_id


async def in_a_renewal(sim: Simulation, given: Given) -> object:
    async def new_token(expired: IDTokenExpired) -> Any:
        return given(sim.id_token("ada"))

    sdk = sim.sdk()
    sdk.register(id_token_expired=new_token)
    session = await sdk.launch(sim.id_token("ada"))
    before = session.expires_at
    await sim.advance(LIFETIME)
    return session.expires_at > before and (await session.create_dream("Bike")).name


async def in_what_is_resumed(sim: Simulation, given: Given) -> object:
    session = await sim.sdk().launch(sim.id_token("ada"))
    return (await sim.sdk().resume(given(session.export().reveal()))).user.external_id


async def in_the_sandbox(sim: Simulation, given: Given) -> object:
    endpoint = await sim.api.sandbox.set_webhook_endpoint(url="https://bank.example", secret=given(WEBHOOK_SECRET))
    return endpoint.url


async def in_a_verifier(sim: Simulation, given: Given) -> object:
    return [repr(WebhookVerifier(each, replays=None)) for each in (given(WEBHOOK_SECRET), [given(WEBHOOK_SECRET)])]


async def in_credentials_and_headers(sim: Simulation, given: Given) -> object:
    sent: list[tuple[str, ...]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(tuple(request.headers.get(name, "") for name in ("authorization", "x-key")))
        return httpx.Response(200, json={"access_token": "t0ken", "token_type": "bearer", "expires_in": 60})

    auth = ClientCredentials("demo-bank", given("s3cret"))
    options: dict[str, Any] = {"default_headers": {"X-Key": given("k3y")}, "transport": httpx.MockTransport(answer)}
    async with ImpactAPI(BASE, auth=auth, **options) as api:
        await api.prepare()
    assert ("Basic ZGVtby1iYW5rOnMzY3JldA==", "k3y") in sent
    return sent


async def in_a_certificate(sim: Simulation, given: Given) -> object:
    with pytest.raises(ConfigurationError, match=r"none\.pem.*cannot be read") as caught:
        ImpactSDK(BASE, client_id="a", cert=("none.pem", "none.key", given("passw0rd")))
    return str(caught.value)


PLACES = [in_a_launch, in_a_renewal, in_what_is_resumed, in_the_sandbox, in_a_verifier]
PLACES += [in_credentials_and_headers, in_a_certificate]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
async def test_a_secret_has_the_same_effect_as_its_text(
    place: Callable[[Simulation, Given], Awaitable[object]],
) -> None:
    came = []
    for given in (str, Secret):
        async with Simulation(seed=1, token_lifetime=LIFETIME) as sim:
            came.append(await place(sim, given))

    assert came[0]
    assert came[0] == came[1]
