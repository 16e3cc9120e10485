"""Every operation of the document, tried by all who may not reach the things that it names.

Only the names of things are listed by hand. The operations, their paths and requests come from the document. So a new
operation is tried from its first day.
"""

import random
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

import attrs
import httpx
import pytest

from bank_app_sim.des import DES
from bank_app_sim.des.document.document import document, operations
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace

from ..des.bank import TENANT, Bank
from ..des.conftest import START, authorize, client_of
from ..des.journey import create_dream, launch_daily

pytestmark = pytest.mark.thorough

ADAS_BANK = attrs.evolve(TENANT, transfer_consents=True)
OTHER_BANK = attrs.evolve(TENANT, id="tenant-2", client_id="other-bank", audience="the-other-bank")

OPERATIONS = [
    pytest.param(method, path, operation, id=operation["operationId"])
    for method, path, operation in operations(document())
    if operation.get("security") != []
]


@attrs.define
class World:
    """Two banks on one DES. Ada has one of everything at hers. Intruders are at both."""

    des: DES
    bank: Bank
    clients: dict[str, httpx.AsyncClient] = attrs.field(factory=dict)
    named: dict[str, str] = attrs.field(factory=dict)

    async def everything_of_ada(self) -> dict[str, Any]:
        """What Ada and her bank see of her."""
        plurals = ("users", "accounts", "dreams", "savehack-launches", "transactions", "events")
        pages = {plural: (await self.clients["backend"].get(f"/v1/{plural}")).json() for plural in plurals}
        session = await self.clients["ada"].get("/v1/session")
        return {**pages, "session": session.json()}


@pytest.fixture
def bank() -> Bank:
    return Bank(SimulatedClock(START))


@pytest.fixture
def des(bank: Bank) -> Iterator[DES]:
    des = DES(
        database_url="sqlite://",
        tenants=[ADAS_BANK, OTHER_BANK],
        clock=bank.clock,
        trace=Trace(bank.clock),
        ids=Ids(random.Random(7)),
        transport=bank.transport(),
    )
    yield des
    des.close()


@pytest.fixture
async def world(des: DES, bank: Bank) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        names = ("backend", "other backend", "ada", "bob", "namesake", "nobody", "bad token", "bad cookie")
        world = World(des, bank, {name: await stack.enter_async_context(client_of(des)) for name in names})
        await authorize(world.clients["backend"])
        await authorize(world.clients["other backend"], client_id=OTHER_BANK.client_id)
        for name, subject, tenant in (
            ("ada", "ada", ADAS_BANK),
            ("bob", "bob", ADAS_BANK),
            ("namesake", "ada", OTHER_BANK),
        ):
            token = bank.id_token(subject, aud=tenant.audience)
            launch = {"token": token, "client_id": tenant.client_id}
            answer = await world.clients[name].post("/users/verify_token", json=launch)
            world.clients[name].headers["X-User"] = answer.json()["user"]["id"]
        world.clients["bad token"].headers["Authorization"] = f"Bearer {'0' * 64}"
        world.clients["bad cookie"].headers["Cookie"] = f"impact_session={'0' * 64}"
        world.named = await _one_of_everything(world)
        yield world


@attrs.frozen(kw_only=True)
class OfAda:
    """Things of Ada's, by their ids or as DES answered."""

    user_id: str
    account_id: str
    dream_id: str
    other_dream_id: str
    running: Mapping[str, Any]
    draft: Mapping[str, Any]
    deposit_id: str
    waiting: Mapping[str, str]
    savehacks: Sequence[Mapping[str, Any]]


async def _one_of_everything(world: World) -> dict[str, str]:
    """Things of Ada's, by how a request names them."""
    of_ada = await _make(world.clients["ada"], world.clients["backend"])
    return {
        "/v1/users/{id}": of_ada.user_id,
        "/v1/accounts/{id}": of_ada.account_id,
        "/v1/dreams/{id}": of_ada.dream_id,
        "/v1/savehack-launches/{id}": of_ada.running["id"],
        "/v1/transactions/{id}": of_ada.deposit_id,
        "/v1/transfer-consents/{id}": of_ada.waiting["requestId"],
        "temporaryId": of_ada.waiting["temporaryId"],
        "userId": of_ada.user_id,
        "externalUserId": "ada",
        "accountId": of_ada.account_id,
        "toAccountId": of_ada.account_id,
        "fromAccountId": of_ada.account_id,
        "dreamId": of_ada.dream_id,
        "fromDreamId": of_ada.dream_id,
        "toDreamId": of_ada.other_dream_id,
        "savehackLaunchId": of_ada.draft["id"],
        "obsoleteSavehackLaunchId": of_ada.running["id"],
        **{f"savehackId of {each['type']}Launch": each["id"] for each in of_ada.savehacks},
        "type of a launch": of_ada.running["type"],
        "accounts": of_ada.account_id,
        "transactions": of_ada.deposit_id,
        "idToken": world.bank.id_token("ada"),
    }


async def _make(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> OfAda:
    user_id = ada.headers["X-User"]
    account = {"type": "SharedSavings", "userId": user_id, "externalId": "savings"}
    account_id = str((await backend.post("/v1/accounts", json={"account": account})).json()["account"]["id"])
    dream, other_dream = await create_dream(ada, "Bike"), await create_dream(ada, "Boat")
    running, draft = await launch_daily(ada, dream), await launch_daily(ada, dream)
    consent = (await _consent(ada, running))["requestId"]
    consented = {"transfer_consent": {"consentedAt": "2026-12-02T10:00:00Z"}}
    await backend.patch(f"/v1/transfer-consents/{consent}", json=consented)
    [deposit] = (await ada.get("/v1/transactions")).json()["transactions"]
    # Put money on the Dream, so that something could be taken from it.
    found = {"type": "Deposit", "userId": user_id, "externalId": "found", "amountCents": 100_000}
    found |= {"toAccountId": account_id, "toDreamId": dream["id"]}
    await backend.post("/v1/transactions", json={"transaction": found})
    waiting = await _consent(ada, draft)
    savehacks = (await ada.get("/v1/savehacks")).json()["savehacks"]
    endpoint = {"url": "http://127.0.0.1:1/webhooks", "secret": "whsec_" + "QUFB" * 8}
    await backend.put("/sandbox/webhook-endpoint", json={"webhookEndpoint": endpoint})
    return OfAda(
        user_id=user_id,
        account_id=account_id,
        dream_id=dream["id"],
        other_dream_id=other_dream["id"],
        running=running,
        draft=draft,
        deposit_id=deposit["id"],
        waiting=waiting,
        savehacks=savehacks,
    )


async def _consent(ada: httpx.AsyncClient, launch: Mapping[str, Any]) -> dict[str, str]:
    body = {"transferConsent": {"savehackLaunchId": launch["id"]}}
    found: dict[str, str] = (await ada.post("/v1/transfer-consents", json=body)).json()["transferConsentRequest"]
    return found


@attrs.frozen
class Attempt:
    """One request from the document that names things of Ada's."""

    method: str
    path: str
    query: dict[str, str]
    body: Any

    async def by(self, client: httpx.AsyncClient) -> httpx.Response:
        return await client.request(self.method, self.path, params=self.query, json=self.body)


def attempts(method: str, path: str, operation: Mapping[str, Any], named: Mapping[str, str]) -> list[Attempt]:
    """A request for each example of the document; one without a body if there is no example."""
    resolved = [_followed(parameter) for parameter in operation.get("parameters", ())]
    queries = [parameter["name"] for parameter in resolved if parameter["in"] == "query"]
    query = {name: named[name] for name in queries if name in named}
    asked = path.replace("{id}", named.get(path, ""))
    media = _followed(operation.get("requestBody", {})).get("content", {}).get("application/json")
    if media is None:
        return [Attempt(method, asked, query, None)]
    examples = (
        [media["example"]] if "example" in media else [_followed(each)["value"] for each in media["examples"].values()]
    )
    bodies = [_with_names(example, named) for example in examples]
    for launch in [body["savehackLaunch"] for body in bodies if "savehackLaunch" in body]:
        if method == "PATCH":
            launch["type"] = named["type of a launch"]
        else:
            launch["savehackId"] = named[f"savehackId of {launch['type']}"]
    return [Attempt(method, asked, query, body) for body in bodies]


def _followed(node: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in node:
        found: Any = document()
        for key in node["$ref"].removeprefix("#/").split("/"):
            found = found[key.replace("~1", "/").replace("~0", "~")]
        node = found
    return node


def _with_names(value: Any, named: Mapping[str, str], *, inside: str = "") -> Any:
    """The example with the ids of Ada's things."""
    if isinstance(value, dict):
        return {
            name: named[inside] if name == "id" and inside in named else _with_names(each, named, inside=name)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [_with_names(each, named, inside=inside) for each in value]
    return named.get(inside, value) if isinstance(value, str) else value


every_operation = pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)


@every_operation
async def test_who_shows_no_credentials_or_wrong_ones_is_not_let_in(
    method: str, path: str, operation: Mapping[str, Any], world: World
) -> None:
    before = await world.everything_of_ada()

    for attempt in attempts(method, path, operation, world.named):
        for stranger in ("nobody", "bad token", "bad cookie"):
            answer = await attempt.by(world.clients[stranger])
            assert answer.status_code == 401, (stranger, attempt, answer.text)

    assert await world.everything_of_ada() == before


@every_operation
async def test_nobody_reaches_what_is_not_theirs(
    method: str, path: str, operation: Mapping[str, Any], world: World
) -> None:
    """Not another bank, not another user of the same bank, not a user of the same name at another bank."""
    before = await world.everything_of_ada()
    public = ("savehackId", "type", "externalUserId", "idToken")
    adas = {thing for name, thing in world.named.items() if not name.startswith(public)}

    for attempt in attempts(method, path, operation, world.named):
        for intruder in ("other backend", "bob", "namesake"):
            answer = await attempt.by(world.clients[intruder])
            said = f"{intruder}: {attempt} -> {answer.status_code} {answer.text}"
            sent = f"{attempt.path} {attempt.query} {attempt.body}"
            assert answer.status_code < 500, said
            assert not any(thing in answer.text for thing in adas if thing not in sent), said
            if any(thing in f"{attempt.path} {attempt.body}" for thing in adas):
                assert answer.status_code in (400, 403, 404), said
            elif attempt.query and answer.is_success:
                assert not any(thing in answer.text for thing in adas - set(attempt.query.values())), said

    assert await world.everything_of_ada() == before


@every_operation
async def test_the_same_request_is_fine_from_whom_it_is_right_for(
    method: str, path: str, operation: Mapping[str, Any], world: World
) -> None:
    """Without this the refusals above would prove nothing."""
    made = attempts(method, path, operation, world.named)

    answers = [await attempt.by(world.clients[name]) for attempt in made for name in ("backend", "ada")]

    # 409 means, for example, that it already exists. Intruders never learn that.
    assert any(answer.is_success or answer.status_code == 409 for answer in answers), [each.text for each in answers]
