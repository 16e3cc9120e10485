"""Requests made from the document: each operation with its own example, and the ids of a world that exists."""

from collections.abc import Mapping
from typing import Any

import attrs
import httpx
import pytest

from bank_app_sim.des.document.document import document
from bank_app_sim.des.tenant import SessionRenewal

from ..contract.contract import Contract, Operation
from .bank import TENANT
from .journey import id_of, savehack_id

CONTRACT = Contract(document())

# A bank with all that can be switched on, so that each operation does something.
FULL = attrs.evolve(TENANT, transfer_consents=True, session_renewal=SessionRenewal.ACTIVITY)

# What the last part of a template's path collects, and what its things are called in the fields of requests.
OF_PATH = {
    "users": "userId",
    "accounts": "accountId",
    "dreams": "dreamId",
    "savehack-launches": "savehackLaunchId",
    "transactions": "transactionId",
    "transfer-consents": "consentId",
}
# Other names of the same things.
ALSO = {"fromDreamId": "dreamId", "toDreamId": "dreamId", "fromAccountId": "accountId", "toAccountId": "accountId"}


@attrs.frozen(kw_only=True)
class World:
    """What a user has, so that every operation has something to work on.

    Attributes:
        ids: By the names of `OF_PATH`; `externalUserId` is the bank's own id of the user.
    """

    user: httpx.AsyncClient
    backend: httpx.AsyncClient
    ids: Mapping[str, str]

    def by(self, scheme: str) -> httpx.AsyncClient:
        """Who comes with the credentials of a security scheme."""
        return {"bank": self.backend, "session": self.user}[scheme]

    def first_principal(self, operation: Operation) -> httpx.AsyncClient:
        """Whom the document names first; its examples are that one's, and succeed."""
        return self.by(schemes(operation)[0])

    def last_principal(self, operation: Operation) -> httpx.AsyncClient:
        """The user, where both may."""
        return self.by(schemes(operation)[-1])


def schemes(operation: Operation) -> list[str]:
    """Names of the security schemes with any of which the operation can be done."""
    return [name for each in operation.node["security"] for name in each]


def every(*, where: Any = lambda operation: True) -> pytest.MarkDecorator:
    """Runs a test for each operation of the document, or for some."""
    found = [each for each in CONTRACT.operations if where(each)]
    return pytest.mark.parametrize("operation", found, ids=lambda operation: operation.name)


def takes_key(operation: Operation) -> bool:
    return any(parameter["name"] == "Idempotency-Key" for parameter in operation.parameters)


def has_body(operation: Operation) -> bool:
    return "requestBody" in operation.node


def can_be_refused(status: int) -> Any:
    """Operations that the document says to answer so."""
    return lambda operation: str(status) in operation.node["responses"]


def examples(operation: Operation) -> list[Any]:
    """Of the body of a request; of one without a body there is one, which is None."""
    if not has_body(operation):
        return [None]
    content = operation.node["requestBody"]["content"]["application/json"]
    return [each["value"] for each in content["examples"].values()] if "examples" in content else [content["example"]]


def about(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [about(each, ids) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: ids.get(ALSO.get(name) or name) or about(each, ids) for name, each in value.items()}


def path_of(operation: Operation, ids: Mapping[str, str]) -> str:
    if not operation.path.endswith("{id}"):
        return operation.path
    collection = operation.path.split("/")[-2]
    return operation.path.replace("{id}", ids[OF_PATH[collection]])


def query_of(operation: Operation, ids: Mapping[str, str]) -> dict[str, str]:
    """All filters that name something of somebody."""
    names = {parameter["name"] for parameter in operation.parameters if parameter["in"] == "query"}
    return {name: ids[name] for name in ids if name in names}


async def send(
    client: httpx.AsyncClient, operation: Operation, ids: Mapping[str, str], *, example: int = 0, **changed: Any
) -> httpx.Response:
    """One of the operation's own examples, about the things of these ids."""
    body = about(examples(operation)[example], ids)
    request: dict[str, Any] = {"params": query_of(operation, ids), "json": body}
    return await client.request(operation.method, path_of(operation, ids), **{**request, **changed})


async def world_of(user: httpx.AsyncClient, backend: httpx.AsyncClient, external_id: str) -> World:
    """Give a user of a bank with transfer consents one thing of each kind."""
    user_id = id_of(user)
    dream = await _created(user, "/v1/dreams", {"dream": {"name": f"Bike of {external_id}", "targetCents": 250_000}})
    shared = {"type": "SharedSavings", "userId": user_id, "externalId": f"account of {external_id}"}
    account = await _created(backend, "/v1/accounts", {"account": shared})
    launch = {
        "type": "WeeklyLaunch",
        "dreamId": dream["id"],
        "savehackId": await savehack_id(user, "Weekly"),
        "amountCents": 5_000,
        "weekday": 0,
    }
    launch = await _created(user, "/v1/savehack-launches", {"savehackLaunch": launch})
    asked = {"transferConsent": {"savehackLaunchId": launch["id"]}}
    consent = await _created(user, "/v1/transfer-consents", asked)
    deposit = {
        "type": "Deposit",
        "userId": user_id,
        "externalId": f"deposit of {external_id}",
        "amountCents": 100_000,
        "toAccountId": account["id"],
        "toDreamId": dream["id"],
    }
    transaction = await _created(backend, "/v1/transactions", {"transaction": deposit})
    ids = {
        "userId": user_id,
        "accountId": account["id"],
        "dreamId": dream["id"],
        "savehackLaunchId": launch["id"],
        "transactionId": transaction["id"],
        "consentId": consent["requestId"],
        "temporaryId": consent["temporaryId"],
    }
    return World(user=user, backend=backend, ids={**ids, "externalUserId": external_id})


async def _created(client: httpx.AsyncClient, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    [thing] = answer.json().values()
    found: dict[str, Any] = thing
    return found
