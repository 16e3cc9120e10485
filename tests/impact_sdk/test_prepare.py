"""What is made ready before the first call."""

import httpx
import pytest
import respx

from impact_sdk import ClientCredentials, ConfigurationError, ImpactAPI, ImpactSDK, NotSent, Unauthorized

from .answers import DREAM, USER
from .conftest import BASE, TOKEN

VERIFIED = {"user": USER, "session": {"expiresAt": "2999-01-04T09:00:00Z"}}


async def test_an_sdk_is_opened_by_what_prepares_it_and_sends_nothing_of_anybody(des: respx.MockRouter) -> None:
    connection = des.head("/").respond(404)
    des.post("/users/verify_token").respond(200, json=VERIFIED, headers={"Set-Cookie": "impact_session=a"})
    sdk = ImpactSDK(BASE, client_id="demo-bank")

    await sdk.prepare()
    await sdk.prepare()

    assert (await sdk.launch("t0ken")).user.id == "u1"
    assert [set(call.request.headers) & {"cookie", "authorization"} for call in connection.calls] == [set(), set()]
    await sdk.aclose()
    with pytest.raises(ConfigurationError, match="closed"):
        await sdk.prepare()


async def test_an_sdk_that_cannot_be_prepared_is_open_and_tries_again(des: respx.MockRouter) -> None:
    des.head("/").mock(side_effect=httpx.ConnectError("refused"))
    des.post("/users/verify_token").respond(200, json=VERIFIED, headers={"Set-Cookie": "impact_session=a"})
    sdk = ImpactSDK(BASE, client_id="demo-bank")

    with pytest.raises(NotSent, match="HEAD / was not sent"):
        await sdk.prepare()

    assert (await sdk.launch("t0ken")).user.id == "u1"
    await sdk.aclose()


async def test_a_block_may_be_entered_after_that(des: respx.MockRouter) -> None:
    des.head("/").respond(404)
    sdk = ImpactSDK(BASE, client_id="demo-bank")
    await sdk.prepare()

    async with sdk:
        await sdk.prepare()


async def test_an_api_has_its_token_by_then_and_fetches_it_once(api: ImpactAPI, des: respx.MockRouter) -> None:
    token = des.post("/oauth/token").respond(200, json=TOKEN)
    des.head("/").respond(404)
    des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM})

    await api.prepare()
    await api.prepare()
    await api.dreams.get("d1")

    assert token.call_count == 1


async def test_wrong_credentials_are_known_by_then(des: respx.MockRouter) -> None:
    des.post("/oauth/token").respond(401, json={"error": "invalid_client"})
    async with ImpactAPI(BASE, auth=ClientCredentials("demo-bank", "s3cret&=")) as api:
        with pytest.raises(Unauthorized, match="invalid_client"):
            await api.prepare()


@pytest.mark.parametrize("client", ["sdk", "api"])
async def test_it_takes_the_options_of_a_call(des: respx.MockRouter, client: str) -> None:
    connection = des.head("/").respond(404)
    one: ImpactSDK | ImpactAPI = (
        ImpactSDK(BASE, client_id="demo-bank", timeout=7)
        if client == "sdk"
        else ImpactAPI(BASE, auth=ClientCredentials("demo-bank", "s3cret&="), timeout=7)
    )
    async with one:
        await one.prepare()
        await one.prepare(timeout=3)
        with pytest.raises(ConfigurationError, match="retries"):
            await one.prepare(retries=3)  # type: ignore[call-arg]

    assert [call.request.extensions["timeout"]["read"] for call in connection.calls] == [7, 3]
