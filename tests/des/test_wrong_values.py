"""What nobody sends who means well, in every place of every request of the document: it is answered, as documented.

That an answer is one that the document has is looked at by `tests/contract/plugin.py`, in every test.
"""

import logging
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest

from bank_app_sim.des import DES
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace

from ..conftest import DatabaseOf
from ..contract.contract import Operation
from ..wrong_values import HEADERS, IN_ADDRESSES, IN_HEADERS, VALUES
from .bank import Bank
from .conftest import SignIn, authorize
from .from_document import CONTRACT, FULL, World, about, every, examples, has_body, path_of, schemes, world_of

# About values, not about event loops.
pytestmark = [pytest.mark.thorough, pytest.mark.parametrize("anyio_backend", ["asyncio"])]


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


Path = tuple[str | int, ...]

# What `with_value()` writes over.
PLACE = "the place of the value"


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where there is something in a body, from the outside in."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inside:
        yield (*path, name)
        yield from places(each, (*path, name))


def with_value(body: Any, path: Path, written: str) -> bytes:
    """The body as JSON, where this is written in that place."""
    copy = orjson.loads(orjson.dumps(body))
    part = copy
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = PLACE
    return orjson.dumps(copy).replace(orjson.dumps(PLACE), written.encode())


def client_for(operation: Operation, world: World) -> httpx.AsyncClient:
    return world.first_principal(operation) if schemes(operation) else world.user


async def look_at_everything(backend: httpx.AsyncClient) -> list[httpx.Response]:
    listings = ("users", "accounts", "dreams", "savehack-launches", "transactions", "events")
    return [await backend.get(f"/v1/{name}") for name in listings]


@every(where=has_body)
@pytest.mark.parametrize("store", ["sqlite"])
async def test_any_value_in_any_field_is_answered_and_can_be_lived_with(
    operation: Operation, world: World, clock: SimulatedClock, running: None, caplog: pytest.LogCaptureFixture
) -> None:
    await can_be_lived_with(operation, world, clock, caplog)


# Texts, numbers, moments and JSON: what PostgreSQL keeps in columns of its own.
BY_DAY = ("POST /v1/dreams", "PATCH /v1/users/{id}", "POST /v1/savehack-launches")


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param(each, marks=() if each.name in BY_DAY else pytest.mark.nightly, id=each.name)
        for each in CONTRACT.operations
        if has_body(each)
    ],
)
@pytest.mark.parametrize("store", [pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def test_any_value_that_postgresql_is_to_keep_can_be_lived_with(
    operation: Operation, world: World, clock: SimulatedClock, running: None, caplog: pytest.LogCaptureFixture
) -> None:
    await can_be_lived_with(operation, world, clock, caplog)


async def can_be_lived_with(
    operation: Operation, world: World, clock: SimulatedClock, caplog: pytest.LogCaptureFixture
) -> None:
    tried: set[Path] = set()
    answers = []
    for example in examples(operation):
        body = about(example, world.ids)
        for path in places(body):
            if path in tried:
                continue
            tried.add(path)
            for written in VALUES:
                answers.append(
                    await client_for(operation, world).request(
                        operation.method,
                        path_of(operation, world.ids),
                        content=with_value(body, path, written),
                        headers={"Content-Type": "application/json"},
                    )
                )
    await clock.advance(timedelta(days=40))
    await authorize(world.backend)
    shown = await look_at_everything(world.backend)

    assert not [answer.text for answer in answers if answer.status_code >= 500]
    assert [answer.status_code for answer in shown] == [200] * len(shown)
    assert not [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


async def test_any_value_in_any_parameter_is_answered(world: World) -> None:
    for operation in CONTRACT.operations:
        for name in [each["name"] for each in operation.parameters if each["in"] == "query"]:
            for written in IN_ADDRESSES:
                path = f"{path_of(operation, world.ids)}?{name}={written}"
                answer = await client_for(operation, world).request(operation.method, path)

                assert answer.status_code < 500, path


async def test_any_id_in_a_path_is_answered(world: World) -> None:
    for operation in CONTRACT.operations:
        body: dict[str, Any] = {"json": about(examples(operation)[0], world.ids)} if has_body(operation) else {}
        for written in IN_ADDRESSES if "{id}" in operation.path else ():
            path = operation.path.replace("{id}", written or "%20")
            answer = await client_for(operation, world).request(operation.method, path, **body)

            assert answer.status_code in (400, 404), path


@pytest.mark.parametrize("store", ["sqlite"])
async def test_any_header_is_answered(world: World) -> None:
    # What reads headers is the same for all operations of a method and a principal.
    kinds = {(operation.method, *schemes(operation)): operation for operation in CONTRACT.operations}
    for operation in kinds.values():
        for name in HEADERS:
            for value in IN_HEADERS:
                headers = [(name.encode(), value)]
                answer = await client_for(operation, world).request(
                    operation.method, path_of(operation, world.ids), headers=headers, content=b"{"
                )

                assert answer.status_code < 500, (operation.name, headers)


async def test_any_value_in_any_claim_of_a_token_is_answered(
    bank: Bank, stranger: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    claims = {**bank.claims("ada"), "nbf": 0, "azp": "x", "given_name": "Ada", "family_name": "L", "jti": "1"}
    for name in claims:
        for written in VALUES:
            payload = orjson.dumps({**claims, name: PLACE}).replace(orjson.dumps(PLACE), written.encode())
            answer = await stranger.post("/users/verify_token", json={"token": bank.sign_bytes(payload)})

            assert answer.status_code in (200, 400, 422), (name, written[:80], answer.text)
    assert (await backend.get("/v1/users")).status_code == 200
