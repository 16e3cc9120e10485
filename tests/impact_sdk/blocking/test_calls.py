"""What a blocking call gets, what comes back, and what it sees of its thread."""

import contextlib
import re
import threading
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any, assert_type

import anyio
import anyio.lowlevel
import anyio.to_thread
import httpx
import pytest
import respx

from impact_sdk import (
    Blocking,
    ConfigurationError,
    ImpactAPI,
    NotFound,
    Reply,
    User,
)

from ..answers import USER
from .client import PATIENCE_SECONDS, Client, listing_of_nothing, make_api, nothing

# What reaches the call, and what comes back


def test_a_call_gives_what_the_client_gives_of_the_same_type(
    impact: Blocking[ImpactAPI], des: respx.MockRouter
) -> None:
    des.get("/v1/users/u1").respond(json={"user": USER})

    async def get(api: ImpactAPI, user_id: str) -> User:
        return await api.users.get(user_id)

    user = impact.call(lambda api: api.users.get("u1"))
    assert_type(user, User)
    same = impact.call(get, "u1")
    assert_type(same, User)

    assert (user.id, same) == ("u1", user)


def test_a_listing_is_fetched_a_page_at_a_time(impact: Blocking[ImpactAPI], des: respx.MockRouter) -> None:
    following = ["/v1/users?page=2", "/v1/users?page=3", None]
    pages = [{"users": [{**USER, "id": f"u{n}"}], "meta": {"next_url": url}} for n, url in enumerate(following, 1)]
    route = des.get("/v1/users").mock(side_effect=[httpx.Response(200, json=page) for page in pages])

    users = impact.each(lambda api: api.users.list())
    assert_type(users, Iterator[User])

    assert (next(users).id, route.call_count) == ("u1", 1)
    assert ([user.id for user in users], route.call_count) == (["u2", "u3"], 3)


def test_a_listing_may_be_asked_again_after_an_error(impact: Blocking[ImpactAPI], des: respx.MockRouter) -> None:
    page = httpx.Response(200, json={"users": [USER]})
    des.get("/v1/users").mock(side_effect=[httpx.Response(404), page])
    users = impact.each(lambda api: api.users.list())

    with pytest.raises(NotFound):
        next(users)

    assert [user.id for user in users] == ["u1"]


def test_a_generator_is_a_listing(impact: Blocking[ImpactAPI]) -> None:
    async def count(_api: ImpactAPI, last: int) -> AsyncIterator[int]:
        for number in range(last):
            yield number

    assert list(impact.each(count, 3)) == [0, 1, 2]


def test_one_call_may_record_raw_replies(impact: Blocking[ImpactAPI], des: respx.MockRouter) -> None:
    des.get("/v1/users/u1").respond(json={"user": USER}, headers={"x-request-id": "r1"})

    async def with_reply(api: ImpactAPI) -> tuple[User, Reply]:
        with api.replies() as replies:
            return await api.users.get("u1"), replies[-1]

    user, reply = impact.call(with_reply)

    assert (user.id, reply.request_id) == ("u1", "r1")


def test_a_call_sees_the_context_of_its_thread_and_no_other(impact: Blocking[ImpactAPI]) -> None:
    span: ContextVar[str] = ContextVar("span", default="none")

    async def seen(_api: ImpactAPI) -> str:
        return span.get()

    async def each_seen(_api: ImpactAPI) -> AsyncIterator[str]:
        while True:
            yield span.get()

    before = span.set("request 1")
    assert impact.call(seen) == "request 1"
    items = impact.each(each_seen)
    assert next(items) == "request 1"
    span.reset(before)
    assert (impact.call(seen), next(items)) == ("none", "none")


def test_tasks_of_the_client_see_no_context_of_a_caller() -> None:
    span: ContextVar[str] = ContextVar("span", default="none")

    @contextlib.asynccontextmanager
    async def make() -> AsyncIterator[str]:
        yield span.get()

    async def itself(client: str) -> str:
        return client

    span.set("request 1")
    with Blocking(make) as blocking:
        assert blocking.call(itself) == "none"


def test_an_error_comes_out_as_it_is_with_its_traceback_from_caller_to_client(
    impact: Blocking[ImpactAPI], des: respx.MockRouter
) -> None:
    des.get("/v1/users/u1").respond(404)

    def view() -> User:
        return impact.call(lambda api: api.users.get("u1"))

    with pytest.raises(NotFound) as caught:
        view()

    frames = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert frames.index("view") < frames.index("call") < frames.index("get")
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_many_threads_share_one_client() -> None:
    made: list[Client] = []

    def make() -> Client:
        made.append(Client())
        return made[-1]

    barrier = threading.Barrier(8)

    async def own(client: Client, number: int) -> tuple[Client, int]:
        await anyio.lowlevel.checkpoint()
        return client, number

    with Blocking(make) as blocking, ThreadPoolExecutor(8) as threads:

        def thread(number: int) -> list[tuple[Client, int]]:
            barrier.wait(PATIENCE_SECONDS)
            return [blocking.call(own, number) for _ in range(20)]

        answers = list(threads.map(thread, range(8)))

    assert answers == [[(made[0], number)] * 20 for number in range(8)]
    assert made[0].happened == ["opening", "open", "closed"]


def test_a_callback_that_cannot_await_runs_in_a_thread_and_may_call_as_well(impact: Blocking[ImpactAPI]) -> None:
    """The recipe of docs/hosts.md for ImpactSDK."""

    async def callback(request: str) -> str:
        return await anyio.to_thread.run_sync(plain, request, abandon_on_cancel=True)

    def plain(request: str) -> str:
        impact.call(nothing)
        return f"{request} in {threading.current_thread() is not threading.main_thread()}"

    assert impact.call(lambda _api: callback("opened")) == "opened in True"


def test_arguments_of_a_call_are_in_no_frame_of_ours(impact: Blocking[ImpactAPI]) -> None:
    """An error report shows local variables, and an argument may be a token."""

    async def fail(_api: ImpactAPI, token: str) -> None:
        raise KeyError

    def listing(_api: ImpactAPI, token: str) -> AsyncIterator[str]:
        raise KeyError

    for use in (impact.call, impact.each):
        with pytest.raises(KeyError) as caught:
            use(fail if use == impact.call else listing, "t0ken")  # type: ignore[arg-type]  # each has its own

        frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
        ours = [frame.f_locals for frame in frames if frame.f_code.co_filename != __file__]
        assert len(ours) > 3
        assert not [name for held in ours for name, value in held.items() if "t0ken" in repr(value)]


# Mistakes


async def test_in_an_event_loop_it_says_to_await_and_does_not_even_open() -> None:
    impact = Blocking(make_api)
    for use in (lambda: impact.call(nothing), lambda: impact.each(listing_of_nothing)):
        with pytest.raises(ConfigurationError, match=r"this thread runs an event loop, .*; await the client itself"):
            use()
    assert repr(impact) == "<Blocking not open yet>"


def test_in_a_call_it_says_to_await(impact: Blocking[ImpactAPI]) -> None:
    async def within(_api: ImpactAPI) -> None:
        impact.call(nothing)

    with pytest.raises(ConfigurationError, match="await the client itself"):
        impact.call(within)


async def test_in_a_thread_of_an_event_loop_it_works(impact: Blocking[ImpactAPI], des: respx.MockRouter) -> None:
    """As in Django views and FastAPI endpoints that are plain functions."""
    des.get("/v1/users/u1").respond(json={"user": USER})

    user = await anyio.to_thread.run_sync(impact.call, lambda api: api.users.get("u1"))

    assert user.id == "u1"


MISTAKES: dict[str, tuple[Callable[[Any], object], str]] = {
    "no function to call": (lambda impact: impact.call("users.get"), "do is 'users.get'; give a function"),
    "no function to list": (lambda impact: impact.each(5), "do is 5; give a function"),
    "nothing to await": (lambda impact: impact.call(lambda _: 5), "the function given to call() gave 5, which cannot"),
    "no listing": (lambda impact: impact.each(nothing), "the function given to each() gave <coroutine"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named(mistake: str, impact: Blocking[ImpactAPI]) -> None:
    make, said = MISTAKES[mistake]

    with pytest.raises(ConfigurationError, match=re.escape(said)):
        make(impact)


@pytest.mark.parametrize("made", [None, 5, ImpactAPI, object()], ids=lambda made: type(made).__name__)
def test_the_error_names_what_is_no_client(made: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"make gave .*, which is no client to open and close"):
        Blocking(lambda: made).open()


@pytest.mark.parametrize("ask", [lambda api: api.savehacks.list(), lambda api: api.events.follow()])
def test_a_listing_given_to_call_is_sent_to_each(impact: Blocking[ImpactAPI], ask: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"given to call\(\) gave .*, which is a listing; use each\(\) for it"):
        impact.call(ask)
