"""The form of requests and answers, and what the trace says of them."""

import logging
import random
from datetime import timedelta
from typing import Any

import anyio
import httpx
import pytest

from bank_app_sim.des import DES
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace

from ..conftest import NewDatabase
from .bank import TENANT, Bank, new_key
from .conftest import START, authorize, client_of
from .journey import create_dream, errors_of, id_of, initiate, launch_daily, post_account


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"dream": NaN}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"name=Bike", "application/x-www-form-urlencoded", 415),
        (b"{}", "", 415),
        (b" " * 1_048_577, "application/json", 413),
    ],
)
async def test_what_cannot_be_read_is_refused(
    content: bytes, content_type: str, status: int, ada: httpx.AsyncClient
) -> None:
    answer = await ada.post("/v1/dreams", content=content, headers={"Content-Type": content_type})

    assert answer.status_code == status
    assert list(errors_of(answer)) == ["base"]
    assert (await ada.get("/v1/dreams")).json()["dreams"] == []


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/v1/dreams/a%00b", 404, "id"),
        ("/v1/transactions?after_id=a%00b", 400, "after_id"),
        ("/v1/users?externalId=a%00b", 400, "externalId"),
    ],
)
async def test_nothing_is_called_by_a_text_with_nul(
    path: str, status: int, field: str, backend: httpx.AsyncClient
) -> None:
    """PostgreSQL cannot keep such texts, nor be asked for them."""
    answer = await backend.get(path)

    assert (answer.status_code, list(errors_of(answer))) == (status, [field])


async def test_every_answer_has_a_request_id(ada: httpx.AsyncClient) -> None:
    made = await ada.get("/v1/dreams")
    kept = await ada.get("/v1/dreams", headers={"X-Request-Id": "mine-1"})

    assert made.headers["x-request-id"]
    assert kept.headers["x-request-id"] == "mine-1"


async def test_the_trace_speaks_the_words_of_the_diagrams(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, trace: Trace
) -> None:
    before = len(trace)

    dream = await create_dream(ada)
    await initiate(ada, id_of(ada))
    await launch_daily(ada, dream)
    await post_account(backend, id_of(ada))
    await create_dream(backend, userId=id_of(ada))
    await backend.get(f"/v1/dreams/{dream['id']}")
    await ada.post("/v1/dreams", json={"dream": {"targetCents": -1}})

    assert [(m.sender, m.receiver, m.label) for m in list(trace)[before:]] == [
        ("sdk", "des", "Create Dream"),
        ("des", "sdk", "Dream Created"),
        ("sdk", "des", "Account provisioning initiated"),
        ("des", "sdk", "Paused savehack launches started"),
        ("sdk", "des", "GET /savehacks"),
        ("des", "sdk", "200 OK"),
        ("sdk", "des", "Launch Savehack"),
        ("des", "sdk", "Savehack Launched"),
        ("bank_backend", "des", "POST /accounts"),
        ("des", "bank_backend", "201 Created"),
        ("bank_backend", "des", "POST /dreams"),
        ("des", "bank_backend", "201 Created"),
        ("bank_backend", "des", "GET /dreams/{id}"),
        ("des", "bank_backend", "200 OK"),
        ("sdk", "des", "Create Dream"),
        ("des", "sdk", "400 Bad Request"),
    ]


async def test_one_seed_gives_one_trace(new_database: NewDatabase) -> None:
    key = new_key("key-1")

    async def journey(seed: int, url: str) -> list[dict[str, Any]]:
        clock = SimulatedClock(START)
        trace = Trace(clock)
        bank = Bank(clock, [key])
        des = DES(
            database_url=url,
            tenants=[TENANT],
            clock=clock,
            trace=trace,
            ids=Ids(random.Random(seed)),
            transport=bank.transport(),
        )
        async with anyio.create_task_group() as tasks, client_of(des) as user, client_of(des) as backend:
            tasks.start_soon(des.run)
            answer = await user.post("/users/verify_token", json={"token": bank.id_token("ada")})
            user.headers["X-User"] = answer.json()["user"]["id"]
            await launch_daily(user, await create_dream(user))
            await initiate(user, id_of(user))
            await clock.advance(timedelta(days=3))
            await authorize(backend)
            await post_account(backend, id_of(user))
            await backend.get("/v1/transactions")
            tasks.cancel_scope.cancel()
        des.close()
        return trace.as_json()

    traces = []
    for seed in (7, 7, 8):
        with new_database("des") as url:
            traces.append(await journey(seed, url))
    assert traces[0] == traces[1] != traces[2]


async def test_no_token_is_logged(
    ada: httpx.AsyncClient, bank: Bank, stranger: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = bank.id_token("bob")

    await stranger.post("/users/verify_token", json={"token": token})
    await stranger.post("/users/verify_token", json={"token": token[:-5]})

    assert token[:-5] not in caplog.text


@pytest.mark.parametrize("count", [100_000, 3])
async def test_fields_that_nobody_knows_are_told_in_short(count: int, ada: httpx.AsyncClient) -> None:
    length = 900_000 // count - 20
    strangers = {f"f{n}{'x' * max(length, 0)}": 1 for n in range(count)}
    dream = {"name": "Bike", **strangers}

    inside, beside = [
        await ada.post("/v1/dreams", json=body) for body in ({"dream": dream}, {"dream": {"name": "Bike"}, **strangers})
    ]

    for answer in (inside, beside):
        assert answer.status_code in (400, 413)
        assert len(answer.content) < 20_000
