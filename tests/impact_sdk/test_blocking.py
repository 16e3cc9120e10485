"""A client for threads that wait: what reaches the call, what comes back, and how it ends."""

import asyncio
import contextlib
import gc
import re
import signal
import threading
import time
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any, assert_type

import anyio
import anyio.lowlevel
import anyio.to_thread
import attrs
import httpx
import pytest
import respx

from impact_sdk import (
    Blocking,
    ClientCredentials,
    ConfigurationError,
    ImpactAPI,
    NotFound,
    OutcomeUnknown,
    Reply,
    User,
)

from .answers import USER
from .conftest import BASE

PATIENCE_SECONDS = 30


def make_api() -> ImpactAPI:
    return ImpactAPI(BASE, auth=ClientCredentials("demo-bank", "s3cret"))


@pytest.fixture
def impact(des: respx.MockRouter) -> Iterator[Blocking[ImpactAPI]]:
    with Blocking(make_api) as impact:
        yield impact


@attrs.define(eq=False)
class Client:
    """A client that says what becomes of it."""

    happened: list[str] = attrs.field(factory=list)
    fails: list[BaseException] = attrs.field(factory=list)
    told: anyio.Event = attrs.field(factory=anyio.Event)

    async def __aenter__(self) -> "Client":
        self.happened.append("opening")
        if self.fails:
            raise self.fails.pop(0)
        self.happened.append("open")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.happened.append("closed")


async def nothing(_client: object) -> None:
    pass


async def wait_for_ever(_client: object, under_way: threading.Event, ended: Callable[[], object]) -> None:
    under_way.set()
    try:
        await anyio.sleep_forever()
    finally:
        ended()


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


def test_a_generator_of_ones_own_is_a_listing(impact: Blocking[ImpactAPI]) -> None:
    async def count(_api: ImpactAPI, last: int) -> AsyncIterator[int]:
        for number in range(last):
            yield number

    assert list(impact.each(count, 3)) == [0, 1, 2]


def test_raw_replies_are_had_in_one_call(impact: Blocking[ImpactAPI], des: respx.MockRouter) -> None:
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


def test_what_the_client_does_by_itself_sees_no_callers_context() -> None:
    span: ContextVar[str] = ContextVar("span", default="none")

    @contextlib.asynccontextmanager
    async def make() -> AsyncIterator[str]:
        yield span.get()

    async def itself(client: str) -> str:
        return client

    span.set("request 1")
    with Blocking(make) as blocking:
        assert blocking.call(itself) == "none"


def test_an_error_comes_out_as_it_is_with_the_way_from_the_caller_to_the_client(
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


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, GeneratorExit, StopAsyncIteration])
def test_whatever_a_call_raises_is_the_callers_and_others_go_on(
    impact: Blocking[ImpactAPI], kind: type[BaseException]
) -> None:
    raised = kind()

    async def fail(_api: ImpactAPI) -> None:
        raise raised

    with ThreadPoolExecutor() as threads:
        under_way, ended = threading.Event(), threading.Event()
        other = threads.submit(impact.call, wait_for_ever, under_way, ended.set)
        assert under_way.wait(PATIENCE_SECONDS)
        with pytest.raises(kind) as caught:
            impact.call(fail)
        assert caught.value is raised
        assert not other.done()
        impact.call(nothing)
        impact.close()


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


def test_what_is_handed_to_a_call_stands_in_no_frame_of_ours(impact: Blocking[ImpactAPI]) -> None:
    """A report of errors shows the local variables of each, and it may be a token."""

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


# A thread that does not wait any longer


class Interrupted(BaseException):
    pass


def test_a_thread_that_is_interrupted_cancels_its_call_and_nobody_elses(impact: Blocking[ImpactAPI]) -> None:
    """As KeyboardInterrupt does, and what Celery raises at its soft time limit."""

    def interrupt(*_: object) -> None:
        raise Interrupted

    under_way, ended = threading.Event(), threading.Event()
    main = threading.get_ident()

    async def interrupted(_api: ImpactAPI) -> None:
        signal.pthread_kill(main, signal.SIGUSR1)
        await wait_for_ever(_api, under_way, ended.set)

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with pytest.raises(Interrupted):
            impact.call(interrupted)
    finally:
        signal.signal(signal.SIGUSR1, before)

    assert ended.wait(PATIENCE_SECONDS)
    impact.call(nothing)


def test_closing_cancels_what_others_wait_for_and_says_that_it_may_have_happened(
    impact: Blocking[ImpactAPI],
) -> None:
    under_way, ended = threading.Event(), threading.Event()
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(impact.call, wait_for_ever, under_way, ended.set)
        assert under_way.wait(PATIENCE_SECONDS)

        impact.close()

        assert ended.is_set()
        with pytest.raises(OutcomeUnknown, match="closed while the call was under way; it may have happened"):
            waiting.result(PATIENCE_SECONDS)


def test_a_call_that_cancels_itself_raises_and_ends_nothing_else(impact: Blocking[ImpactAPI]) -> None:
    async def cancelled(_api: ImpactAPI) -> None:
        raise asyncio.CancelledError

    with pytest.raises(Exception) as caught:  # noqa: PT011  # concurrent.futures' own, which says nothing
        impact.call(cancelled)

    assert type(caught.value).__name__ == "CancelledError"
    impact.call(nothing)


# Opening and closing


def test_it_opens_at_its_first_call_and_says_how_it_is() -> None:
    client = Client()
    blocking = Blocking(lambda: client)
    assert (repr(blocking), client.happened) == ("<Blocking not open yet>", [])

    blocking.call(nothing)
    assert (repr(blocking), client.happened) == ("<Blocking open>", ["opening", "open"])

    blocking.close()
    assert (repr(blocking), client.happened) == ("<Blocking closed>", ["opening", "open", "closed"])


def test_opening_or_closing_a_second_time_does_nothing() -> None:
    client = Client()
    blocking = Blocking(lambda: client)

    blocking.open()
    blocking.open()
    blocking.close()
    blocking.close()

    assert client.happened == ["opening", "open", "closed"]


@pytest.mark.parametrize("was_open", [True, False])
def test_after_closing_it_says_that_it_is_closed(was_open: bool) -> None:
    blocking = Blocking(Client)
    if was_open:
        blocking.open()
    blocking.close()

    for use in (blocking.open, lambda: blocking.call(nothing), lambda: blocking.each(listing_of_nothing)):
        with pytest.raises(ConfigurationError, match="this Blocking is closed; make another one"):
            use()


async def listing_of_nothing(_client: object) -> AsyncIterator[None]:
    for nothing in list[None]():
        yield nothing


def test_a_listing_that_was_begun_says_after_closing_that_it_is_closed(impact: Blocking[ImpactAPI]) -> None:
    listing = impact.each(listing_of_nothing)
    impact.close()

    with pytest.raises(ConfigurationError, match="this Blocking is closed"):
        next(listing)


def test_an_error_at_its_opening_comes_out_and_the_next_call_tries_again() -> None:
    client = Client(fails=[KeyError("no"), SystemExit("no")])
    blocking = Blocking(lambda: client)

    with pytest.raises(KeyError):
        blocking.call(nothing)
    with pytest.raises(SystemExit):
        blocking.open()
    blocking.call(nothing)
    blocking.close()

    assert client.happened == ["opening", "opening", "opening", "open", "closed"]


def test_closing_ends_an_opening_that_never_ends() -> None:
    under_way = threading.Event()

    class Stuck(Client):
        async def __aenter__(self) -> Client:
            under_way.set()
            await anyio.sleep_forever()
            raise AssertionError

    blocking = Blocking(Stuck)
    with ThreadPoolExecutor() as threads:
        opening = threads.submit(blocking.open)
        assert under_way.wait(PATIENCE_SECONDS)

        blocking.close()

        with pytest.raises(ConfigurationError, match="closed"):
            opening.result(PATIENCE_SECONDS)


def test_what_fails_at_its_closing_comes_out_of_close() -> None:
    class Failing(Client):
        async def __aexit__(self, *_: object) -> None:
            raise KeyError("the last words")

    blocking = Blocking(Failing)
    blocking.open()

    with pytest.raises(KeyError, match="the last words"):
        blocking.close()
    blocking.close()


@pytest.mark.parametrize("kind", [ValueError, SystemExit])
def test_a_client_that_fails_by_itself_is_replaced_at_the_next_call(
    kind: type[BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    """What its own tasks raise is nobody's answer; SystemExit ends an event loop as well."""
    made: list[Client] = []

    @contextlib.asynccontextmanager
    async def make() -> AsyncIterator[Client]:
        async with anyio.create_task_group() as tasks:
            made.append(Client())
            tasks.start_soon(fail_when_told, made[-1])
            yield made[-1]
            tasks.cancel_scope.cancel()

    async def fail_when_told(client: Client) -> None:
        await client.told.wait()
        raise kind("of the client's own task")

    async def tell(client: Client) -> None:
        client.told.set()
        await anyio.sleep_forever()

    blocking = Blocking(make)
    with pytest.raises(OutcomeUnknown):
        blocking.call(tell)
    wait_until(lambda: "has failed" in caplog.text)

    blocking.call(nothing)
    blocking.close()

    assert len(made) == 2


def test_one_that_nobody_holds_any_more_closes() -> None:
    client = Client()
    blocking = Blocking(lambda: client)
    blocking.open()

    del blocking
    gc.collect()

    wait_until(lambda: client.happened[-1] == "closed")


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_a_call_may_close_the_client_that_it_is_given(impact: Blocking[ImpactAPI]) -> None:
    async def close(_api: ImpactAPI) -> None:
        impact.close()

    impact.call(close)

    with pytest.raises(ConfigurationError):
        impact.call(nothing)


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
    """As views of Django and endpoints of FastAPI that are no coroutines."""
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
def test_what_is_no_client_is_named(made: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"make gave .*, which is no client to open and close"):
        Blocking(lambda: made).open()


@pytest.mark.parametrize("ask", [lambda api: api.savehacks.list(), lambda api: api.events.follow()])
def test_a_listing_given_to_call_is_sent_to_each(impact: Blocking[ImpactAPI], ask: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"given to call\(\) gave .*, which is a listing; use each\(\) for it"):
        impact.call(ask)
