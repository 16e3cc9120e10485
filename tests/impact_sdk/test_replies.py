"""The answers of DES as they came, next to what the calls of an SDK and of its sessions return."""

from collections.abc import AsyncIterator, Iterator

import anyio
import pytest
import respx

from impact_sdk import ImpactSDK, InvalidCredentials, NotFound, Session

from .answers import DREAM, SESSION, USER
from .conftest import BASE
from .fixed_clock import FixedClock


@pytest.fixture
def des() -> Iterator[respx.MockRouter]:
    begun = {"user": USER, "session": SESSION}
    with respx.mock(base_url=BASE, assert_all_called=False) as router:
        router.post("/users/verify_token").respond(200, json=begun, headers={"Set-Cookie": "impact_session=c00kie"})
        router.get("/v1/dreams").respond(200, json={"dreams": [DREAM]}, headers={"X-Request-Id": "r-1"})
        router.post("/v1/dreams").respond(201, json={"dream": DREAM})
        router.patch("/v1/dreams/d1").respond(404)
        router.delete("/v1/session").respond(204)
        yield router


@pytest.fixture
async def sdk(des: respx.MockRouter) -> AsyncIterator[ImpactSDK]:
    async with ImpactSDK(BASE, client_id="demo-bank", clock=FixedClock()) as sdk:
        yield sdk


@pytest.fixture
async def session(sdk: ImpactSDK) -> Session:
    return await sdk.launch("t0ken")


async def test_a_sessions_answers_are_there_as_they_came(session: Session) -> None:
    with session.replies() as replies:
        [_ async for _ in session.dreams()]
        dream = await session.create_dream("Bike")
        with pytest.raises(NotFound):
            await session.delete_dream("d1")
        await session.sign_out()

    assert [(reply.method, reply.path, reply.status) for reply in replies] == [
        ("GET", "/v1/dreams", 200),
        ("POST", "/v1/dreams", 201),
        ("PATCH", "/v1/dreams/d1", 404),
        ("DELETE", "/v1/session", 204),
    ]
    assert replies[0].request_id == "r-1"
    assert replies[1].json()["dream"]["id"] == dream.id


async def test_an_sdk_hears_launches_and_all_sessions(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    with sdk.replies() as replies:
        for token in ("t0ken", "t1ken"):
            session = await sdk.launch(token)
            [_ async for _ in session.dreams()]
        des.post("/users/verify_token").respond(422)
        with pytest.raises(InvalidCredentials):
            await sdk.launch("t2ken")

    launch, listing = ("POST", "/users/verify_token"), ("GET", "/v1/dreams")
    assert [(reply.method, reply.path) for reply in replies] == [launch, listing, launch, listing, launch]
    assert "c00kie" not in repr(replies)


async def test_a_session_does_not_hear_another_one(sdk: ImpactSDK, session: Session) -> None:
    other = await sdk.launch("t1ken")

    with session.replies() as replies, other.replies() as others:
        [_ async for _ in other.dreams()]

    assert (len(replies), len(others)) == (0, 1)


async def test_what_another_task_asks_is_not_heard(session: Session) -> None:
    async def ask() -> None:
        [_ async for _ in session.dreams()]

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask)
        with session.replies() as replies:
            await anyio.wait_all_tasks_blocked()

    assert replies == []
