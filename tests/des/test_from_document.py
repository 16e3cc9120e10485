"""What every operation of the document refuses, walked through the document: nothing here is listed by hand.

Who may not reach what: `tests/contract/test_wrong_principals.py`.
"""

import gzip
import random
from collections.abc import Collection, Iterator
from typing import Any

import httpx
import pytest

from bank_app_sim.des import DES
from bank_app_sim.des.api import OAUTH_TOKEN
from bank_app_sim.des.operations import OPERATIONS
from bank_app_sim.server.http.bodies import LARGEST_BODY_BYTES
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace

from ..conftest import DatabaseOf
from ..contract.contract import Operation
from .bank import Bank
from .conftest import SignIn
from .from_document import (
    CONTRACT,
    FULL,
    World,
    about,
    can_be_refused,
    every,
    examples,
    has_body,
    path_of,
    query_of,
    schemes,
    send,
    takes_key,
    world_of,
)
from .journey import errors_of

# About rules, not about event loops: hundreds of tests, once.
pytestmark = pytest.mark.parametrize("anyio_backend", ["asyncio"])

# Decided before anything is stored, or asked of what is.
OF_FORM = pytest.mark.parametrize("store", ["sqlite"])

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def des(clock: SimulatedClock, trace: Trace, bank: Bank, database_of: DatabaseOf) -> Iterator[DES]:
    des = DES(
        database_url=database_of("des"),
        tenants=[FULL],
        clock=clock,
        trace=trace,
        ids=Ids(random.Random(7)),
        transport=bank.transport(),
    )
    yield des
    des.close()


@pytest.fixture
async def world(sign_in: SignIn, backend: httpx.AsyncClient) -> World:
    return await world_of(await sign_in("eve"), backend, "eve")


def needs_credentials(operation: Operation) -> bool:
    return bool(schemes(operation))


def is_for_one(operation: Operation) -> bool:
    return len(schemes(operation)) == 1


def parameters_of(operation: Operation) -> Collection[str]:
    """Those that the sandbox knows."""
    found = [each.query for each in OPERATIONS if (each.method, each.path) == (operation.method, operation.path)]
    return (found[0] or ()) if found else ()


def has_flags(operation: Operation) -> bool:
    return any(parameter["schema"].get("type") == "boolean" for parameter in operation.parameters)


def has_pages(operation: Operation) -> bool:
    return any(parameter["name"] == "page" for parameter in operation.parameters)


@every(where=is_for_one)
@OF_FORM
async def test_what_is_for_one_principal_is_403_for_the_other(operation: Operation, world: World) -> None:
    [scheme] = schemes(operation)

    answer = await send(world.by({"bank": "session", "session": "bank"}[scheme]), operation, world.ids)

    assert answer.status_code == 403


@every(where=can_be_refused(404))
async def test_what_does_not_exist_is_404(operation: Operation, world: World) -> None:
    """By one of the examples at least: what names nothing that may be missing is not 404."""
    nothing = dict.fromkeys(world.ids, UNKNOWN)
    client = world.last_principal(operation)

    answers = [await send(client, operation, nothing, example=n) for n in range(len(examples(operation)))]

    assert 404 in [answer.status_code for answer in answers]


@every(where=has_body)
@OF_FORM
async def test_a_body_that_cannot_be_read_is_400(operation: Operation, world: World) -> None:
    client = world.last_principal(operation) if needs_credentials(operation) else world.user
    headers = {"Content-Type": "application/json"}

    answer = await send(client, operation, world.ids, json=None, content=b"{", headers=headers)

    assert answer.status_code == 400


@every(where=has_body)
@OF_FORM
async def test_a_body_of_another_type_is_415(operation: Operation, world: World) -> None:
    headers = {"Content-Type": "text/plain"}

    answer = await send(world.user, operation, world.ids, json=None, content=b"{}", headers=headers)

    assert answer.status_code == 415


@every(where=has_body)
@OF_FORM
async def test_a_body_that_is_encoded_is_415(operation: Operation, world: World) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}

    answer = await send(world.user, operation, world.ids, json=None, content=gzip.compress(b"{}"), headers=headers)

    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")


def as_floats(value: Any) -> Any:
    """The same value, whose integers are written with a fraction of nothing."""
    if isinstance(value, dict):
        return {name: as_floats(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_floats(each) for each in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@every(where=lambda operation: has_body(operation) and "Cents" in str(examples(operation)))
@OF_FORM
async def test_an_integer_is_a_number_without_a_fraction(operation: Operation, world: World) -> None:
    client = world.first_principal(operation)
    for example in examples(operation):
        answer = await send(client, operation, world.ids, json=as_floats(about(example, world.ids)))

        assert "must be an integer" not in answer.text


@every(where=has_body)
@OF_FORM
async def test_a_body_that_is_too_large_is_413(operation: Operation, world: World) -> None:
    content = b" " * (LARGEST_BODY_BYTES + 1)

    answer = await send(world.user, operation, world.ids, json=None, content=content)

    assert answer.status_code == 413


@every(where=has_pages)
@OF_FORM
async def test_a_page_that_cannot_be_is_400(operation: Operation, world: World) -> None:
    answer = await send(world.backend, operation, world.ids, params={"page": "0"})

    assert answer.status_code == 400


@every(where=has_flags)
@OF_FORM
async def test_a_flag_that_is_neither_true_nor_false_is_400(operation: Operation, world: World) -> None:
    flags = [parameter["name"] for parameter in operation.parameters if parameter["schema"].get("type") == "boolean"]

    for flag in flags:
        assert (await send(world.backend, operation, world.ids, params={flag: "maybe"})).status_code == 400


@every(where=lambda operation: operation.path != OAUTH_TOKEN)
@OF_FORM
async def test_a_parameter_that_is_not_known_is_400(operation: Operation, world: World) -> None:
    client = world.last_principal(operation) if needs_credentials(operation) else world.user
    known = [each["name"] for each in operation.parameters if each["in"] == "query"]

    answer = await send(client, operation, world.ids, params={"colour": "red", "page_": "1"})

    errors = errors_of(answer)
    assert (answer.status_code, set(errors)) == (400, {"colour", "page_"})
    assert errors["page_"] == ["is not known here; did you mean page?"] or "page" not in known
    assert errors["colour"] == [f"is not known here; there is {', '.join(parameters_of(operation)) or 'none'}"]


@every(where=lambda operation: any(each["in"] == "query" for each in operation.parameters))
@OF_FORM
async def test_a_parameter_is_given_once(operation: Operation, world: World) -> None:
    [name, *_] = [each["name"] for each in operation.parameters if each["in"] == "query"]

    answer = await send(world.first_principal(operation), operation, world.ids, params=[(name, "1"), (name, "1")])

    assert (answer.status_code, errors_of(answer)) == (400, {name: ["is given more than once"]})


@every(where=lambda operation: operation.path.startswith(("/v1/", "/sandbox/")))
async def test_the_document_names_the_parameters_that_are_known(operation: Operation) -> None:
    named = {each["name"] for each in operation.parameters if each["in"] == "query"}

    assert named == set(parameters_of(operation))


@every(where=lambda operation: operation.method == "GET")
@OF_FORM
async def test_head_is_get_without_the_body_and_uses_nothing_up(operation: Operation, world: World) -> None:
    client = world.first_principal(operation) if needs_credentials(operation) else world.user
    path, query = path_of(operation, world.ids), query_of(operation, world.ids)

    _, without, with_body = [await client.request(method, path, params=query) for method in ("HEAD", "HEAD", "GET")]

    assert with_body.content
    assert (without.status_code, without.content) == (with_body.status_code, b"")
    same = ("content-length", "content-type", "idempotency-key-lifetime")
    assert [without.headers.get(name) for name in same] == [with_body.headers.get(name) for name in same]


@every(where=takes_key)
async def test_the_document_tells_a_key_in_flight_from_other_conflicts(operation: Operation) -> None:
    reply = CONTRACT.schemas.follow(operation.node["responses"]["409"])
    content = reply["content"]["application/json"]
    shown = [each["value"] for each in content["examples"].values()] if "examples" in content else [content["example"]]

    assert "Idempotency-Key" in [error["field"] for value in shown for error in value["errors"]]
    assert "Idempotency-Key" in reply["description"]


@pytest.mark.parametrize("path", CONTRACT.document["paths"])
@OF_FORM
async def test_a_method_that_a_path_does_not_have_is_405(path: str, stranger: httpx.AsyncClient) -> None:
    known = {operation.method for operation in CONTRACT.operations if operation.path == path}
    known |= {"HEAD"} if "GET" in known else set()

    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - known:
        answer = await stranger.request(method, path.replace("{id}", UNKNOWN))

        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) == known


@every(where=takes_key)
@OF_FORM
async def test_a_key_that_cannot_be_is_400(operation: Operation, world: World) -> None:
    answer = await send(world.last_principal(operation), operation, world.ids, headers={"Idempotency-Key": "two words"})

    assert answer.status_code == 400


@every(where=takes_key)
async def test_a_request_that_is_sent_again_is_answered_again(operation: Operation, world: World) -> None:
    client = world.first_principal(operation)

    first, again = [await send(client, operation, world.ids, headers={"Idempotency-Key": "k"}) for _ in range(2)]

    assert 200 <= first.status_code < 300, first.text
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"


@every(where=takes_key)
async def test_a_key_that_was_used_for_another_request_is_422(operation: Operation, world: World) -> None:
    client, headers = world.first_principal(operation), {"Idempotency-Key": "k"}
    dream = {"name": "Boat", "targetCents": 1, "userId": world.ids["userId"]}

    other = await client.post("/v1/dreams", json={"dream": dream}, headers=headers)
    answer = await send(client, operation, world.ids, headers=headers)

    assert other.status_code == 201
    assert answer.status_code == 422
