"""Several banks on one DES: each launch finds its own, and nothing of one is seen by another."""

import random
from collections.abc import AsyncIterator, Iterator

import attrs
import httpx
import pytest

from bank_app_sim.des import DES, AccountSetup
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace

from .bank import TENANT, Bank
from .conftest import authorize, client_of
from .journey import create_dream, errors_of, launch_daily

OTHER = attrs.evolve(
    TENANT,
    id="tenant-2",
    client_id="other-bank",
    audience="the-other-bank",
    currency="EUR",
    account_setup=AccountSetup.PER_DREAM,
)


@pytest.fixture
def des(clock: SimulatedClock, trace: Trace, bank: Bank) -> Iterator[DES]:
    des = DES(
        database_url="sqlite://",
        tenants=[TENANT, OTHER],
        clock=clock,
        trace=trace,
        ids=Ids(random.Random(7)),
        transport=bank.transport(),
    )
    yield des
    des.close()


@pytest.fixture
async def theirs(des: DES, bank: Bank) -> AsyncIterator[httpx.AsyncClient]:
    """Ada's session at the other bank: the same name, another person."""
    async with client_of(des) as client:
        token = bank.id_token("ada", aud=OTHER.audience)
        answer = await client.post("/users/verify_token", json={"token": token, "client_id": OTHER.client_id})
        assert answer.status_code == 200, answer.text
        client.headers["X-User"] = answer.json()["user"]["id"]
        yield client


@pytest.fixture
async def their_backend(des: DES) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(des) as client:
        await authorize(client, client_id=OTHER.client_id)
        yield client


async def test_a_launch_finds_its_bank_by_client_id(ada: httpx.AsyncClient, theirs: httpx.AsyncClient) -> None:
    assert ada.headers["X-User"] != theirs.headers["X-User"]


async def test_a_launch_without_client_id_finds_its_bank_by_the_token(des: DES, bank: Bank) -> None:
    async with client_of(des) as client:
        token = bank.id_token("ada", aud=OTHER.audience)
        answer = await client.post("/users/verify_token", json={"token": token})

    assert answer.json()["session"]["currency"] == "EUR"
    assert answer.json()["session"]["accountSetup"] == "one SharedSavings per Dream"


async def test_a_token_for_one_bank_opens_nothing_at_another(des: DES, bank: Bank) -> None:
    async with client_of(des) as client:
        body = {"token": bank.id_token("ada"), "client_id": OTHER.client_id}
        answer = await client.post("/users/verify_token", json=body)

    assert answer.status_code == 422
    assert errors_of(answer) == {"token": ["is meant for another audience"]}


@pytest.mark.parametrize("plural", ["users", "accounts", "dreams", "savehack-launches", "transactions", "events"])
async def test_no_listing_of_one_bank_shows_anything_of_another(
    plural: str, ada: httpx.AsyncClient, backend: httpx.AsyncClient, their_backend: httpx.AsyncClient
) -> None:
    await launch_daily(ada, await create_dream(ada))
    account = {"type": "SharedSavings", "userId": ada.headers["X-User"], "externalId": "a"}
    await backend.post("/v1/accounts", json={"account": account})

    answer = (await their_backend.get(f"/v1/{plural}")).json()

    assert [things for name, things in answer.items() if name != "meta"] == [[]]
    assert (await backend.get(f"/v1/{plural}")).json()["meta"]["count"] > 0


async def test_the_same_external_id_is_another_user_at_another_bank(
    ada: httpx.AsyncClient, theirs: httpx.AsyncClient, their_backend: httpx.AsyncClient
) -> None:
    [user] = (await their_backend.get("/v1/users", params={"externalId": "ada"})).json()["users"]

    assert user["id"] == theirs.headers["X-User"]
    assert (await their_backend.get(f"/v1/users/{ada.headers['X-User']}")).status_code == 404
