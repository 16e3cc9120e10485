"""Hooks see each call, each attempt and each wait, and change nothing."""

import asyncio
import itertools
import logging
from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest
import respx

from impact_sdk import (
    APIError,
    Attempt,
    AttemptEnded,
    AttemptStarted,
    CallEnded,
    CallStarted,
    ClientCredentials,
    ConfigurationError,
    Forbidden,
    Hook,
    HookEvent,
    ImpactAPI,
    NotSent,
    OutcomeUnknown,
    ServerError,
    WaitStarted,
)
from impact_sdk.http.hooks import LONGEST_HOOK_SECONDS

from .answers import DREAM
from .conftest import BASE
from .fixed_clock import FixedClock

SECRETS = ("acc3ss-t0ken", "cl1ent-s3cret", "t3mporary-1d", "g4teway-key")


@pytest.fixture(autouse=True)
def token(des: respx.MockRouter) -> None:
    des.post("/oauth/token").respond(200, json={"access_token": "acc3ss-t0ken"})


def client(*hooks: Hook, **options: Any) -> ImpactAPI:
    credentials = ClientCredentials("demo-bank", "cl1ent-s3cret")
    return ImpactAPI(BASE, auth=credentials, hooks=hooks, clock=FixedClock(), **options)


def told(events: list[HookEvent]) -> list[str]:
    """The events, a line each."""
    return [line(event) for event in events]


def line(event: HookEvent) -> str:
    match event:
        case CallStarted():
            return f"begin {event.name}"
        case CallEnded():
            return f"end {event.call.name} {event.error} after {event.attempts}"
        case AttemptStarted():
            return f"{event.number}: {event.method} {event.route}"
        case AttemptEnded():
            return f"{event.attempt.number}: {event.attempt.status or event.attempt.error}"
        case WaitStarted():
            return f"wait after {event.after.status or event.after.error}"
    raise AssertionError(event)


async def test_a_call_is_told_with_its_attempts_and_waits(des: respx.MockRouter) -> None:
    route = des.get("/v1/dreams/d1")
    route.side_effect = [httpx.Response(503), httpx.ConnectError("x"), httpx.Response(200, json={"dream": DREAM})]
    events: list[HookEvent] = []

    async with client(events.append) as api:
        await api.dreams.get("d1")

    assert told(events) == [
        "begin dreams.get",
        "1: POST /oauth/token",
        "1: 200",
        "1: GET /v1/dreams/{id}",
        "1: 503",
        "wait after 503",
        "2: GET /v1/dreams/{id}",
        "2: NotSent",
        "wait after NotSent",
        "3: GET /v1/dreams/{id}",
        "3: 200",
        "end dreams.get None after 4",
    ]
    waits = [event.seconds for event in events if isinstance(event, WaitStarted)]
    ended = [event.attempt for event in events if isinstance(event, AttemptEnded)]
    assert [attempt.seconds_waited_before for attempt in ended] == [0, 0, *waits]


async def test_a_refusal_is_told_in_the_errors_own_words(des: respx.MockRouter) -> None:
    des.get("/v1/dreams/d1").respond(403, headers={"X-Request-Id": "r-1"})
    events: list[HookEvent] = []

    async with client(events.append) as api:
        with pytest.raises(Forbidden) as caught:
            await api.dreams.get("d1")

    *_, attempt, end = events
    assert isinstance(attempt, AttemptEnded)
    assert isinstance(end, CallEnded)
    assert attempt.attempt.request_id == "r-1"
    assert (end.error, end.message) == ("Forbidden", str(caught.value))


async def test_each_page_of_a_listing_is_a_call(des: respx.MockRouter) -> None:
    des.get("/v1/dreams").side_effect = [
        httpx.Response(200, json={"dreams": [DREAM], "meta": {"next_url": "more"}}),
        httpx.Response(200, json={"dreams": [DREAM]}),
    ]
    events: list[HookEvent] = []

    async with client(events.append) as api:
        async for dream in api.dreams.list(timeout=3):
            events.append(dream)  # type: ignore[arg-type]

    calls = [
        event.name if isinstance(event, CallStarted) else "end" if isinstance(event, CallEnded) else "item"
        for event in events
        if not isinstance(event, (AttemptStarted, AttemptEnded))
    ]
    assert calls == ["dreams.list", "end", "item", "dreams.list", "end", "item"]


async def test_a_method_that_asks_twice_is_one_call(des: respx.MockRouter) -> None:
    des.post("/v1/accounts").respond(409)
    des.get("/v1/accounts").respond(200, json={"accounts": [ACCOUNT]})
    events: list[HookEvent] = []

    async with client(events.append) as api:
        await api.accounts.ensure(user_id="u1", type="SharedSavings", external_id="dreams")

    assert [event.name for event in events if isinstance(event, CallStarted)] == ["accounts.ensure"]
    assert [event.route for event in events if isinstance(event, AttemptStarted)][1:] == ["/v1/accounts"] * 2


ACCOUNT = {"id": "a1", "type": "SharedSavings", "externalId": "dreams", "user": {"type": "User", "id": "u1"}}


async def test_calls_at_once_are_told_apart(des: respx.MockRouter) -> None:
    des.get(path__regex="/v1/dreams/.*").respond(200, json={"dream": DREAM})
    events: list[HookEvent] = []

    async with client(events.append) as api, anyio.create_task_group() as tasks:
        for number in range(5):
            tasks.start_soon(api.dreams.get, f"d{number}")

    started = [event.id for event in events if isinstance(event, CallStarted)]
    asked = {event.call.id: event.path for event in events if isinstance(event, AttemptStarted)}
    ended = {event.call.id: event.attempts for event in events if isinstance(event, CallEnded)}
    assert sorted(started) == sorted(asked) == sorted(ended)
    assert sorted(asked.values()) == [f"/v1/dreams/d{number}" for number in range(5)]
    assert sorted(ended.values()) == [1, 1, 1, 1, 2]


async def test_a_call_that_is_cancelled_is_told_to_have_ended(des: respx.MockRouter) -> None:
    async def never(request: httpx.Request) -> httpx.Response:
        scope.cancel()
        await anyio.sleep_forever()
        raise AssertionError

    des.get("/v1/dreams/d1").mock(side_effect=never)
    events: list[HookEvent] = []

    async def slow(event: HookEvent) -> None:
        await anyio.lowlevel.checkpoint()
        events.append(event)

    async with client(slow) as api:
        with anyio.CancelScope() as scope:
            await api.dreams.get("d1")

    *_, attempt, end = events
    assert isinstance(attempt, AttemptEnded)
    assert isinstance(end, CallEnded)
    assert attempt.attempt.error == end.error == anyio_cancelled()
    assert end.message is None


def anyio_cancelled() -> str:
    return anyio.get_cancelled_exc_class().__name__


async def test_no_event_holds_a_secret(des: respx.MockRouter) -> None:
    said = {"errors": [{"field": "base", "errors": ["acc3ss-t0ken t3mporary-1d is used up"]}]}
    des.get("/v1/transfer-consents").respond(404, json=said, headers={"X-Request-Id": "acc3ss-t0ken"})
    des.get("/v1/dreams").respond(200, json={"dreams": [DREAM], "meta": {"next_url": "?after_id=x"}})
    events: list[HookEvent] = []

    async with client(events.append, default_headers={"X-Gateway": "g4teway-key"}) as api:
        with pytest.raises(APIError):
            await api.transfer_consents.get("t3mporary-1d")
        await anext(aiter(api.dreams.list(user_id="s0mebody")))

    [url] = {event.url for event in events if isinstance(event, AttemptStarted) if "consents" in event.url}
    [listed] = {event.url for event in events if isinstance(event, AttemptStarted) if "dreams" in event.url}
    headers = [event.headers for event in events if isinstance(event, AttemptStarted)]
    assert url == f"{BASE}/v1/transfer-consents?temporaryId=REDACTED"
    assert listed == f"{BASE}/v1/dreams?page=1&userId=REDACTED&items=20"
    assert {each["Authorization"] for each in headers} == {"[redacted]"}
    assert {each["X-Gateway"] for each in headers} == {"[redacted]"}
    shown = repr(events)
    assert [secret for secret in (*SECRETS, "s0mebody") if secret in shown.replace("t3mporary-1d is used up", "")] == []


async def test_a_hook_may_add_a_header(des: respx.MockRouter) -> None:
    route = des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM})

    def trace(event: HookEvent) -> None:
        if isinstance(event, AttemptStarted):
            event.add_header("traceparent", "00-1")
            event.add_header("TraceParent", f"00-{event.number}-{event.method}")

    async with client(trace) as api:
        await api.dreams.get("d1")

    assert route.calls[0].request.headers.get_list("traceparent") == ["00-1-GET"]


@pytest.mark.parametrize(
    "name", ["Authorization", "cookie", "Host", "User-Agent", "X-Gateway", "Idempotency-Key", "a b"]
)
async def test_a_hook_may_not_replace_a_header(
    des: respx.MockRouter, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    route = des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM})

    def replace(event: HookEvent) -> None:
        if isinstance(event, AttemptStarted):
            event.add_header(name, "mine")

    async with client(replace, default_headers={"X-Gateway": "g4teway-key"}) as api:
        await api.dreams.get("d1")

    assert "mine" not in route.calls[0].request.headers.values()
    assert "add_header has" in caplog.text


# Whatever a hook does


class Odd(BaseException):
    """What test frameworks raise."""


async def raises_later(event: HookEvent) -> None:
    await anyio.lowlevel.checkpoint()
    raise ValueError("later")


async def cancels_itself(event: HookEvent) -> None:
    raise anyio.get_cancelled_exc_class()()


def raising(error: BaseException) -> Hook:
    def hook(event: HookEvent) -> None:
        raise error

    return hook


def destroys(event: HookEvent) -> None:
    """What cannot be changed is not."""
    for name in ("number", "headers", "call", "attempt", "name"):
        if hasattr(event, name):
            with pytest.raises(AttributeError):
                setattr(event, name, None)
    if isinstance(event, AttemptStarted):
        event.headers.clear()  # type: ignore[attr-defined]


BAD: dict[str, Hook] = {
    "raises": raising(ValueError("at once")),
    "raises what is no Exception": raising(Odd()),
    "raises later": raises_later,
    "takes no argument": lambda: None,  # type: ignore[dict-item]
    "returns nonsense": lambda event: 5,
    "destroys": destroys,
}


@pytest.mark.parametrize("bad", BAD)
async def test_no_hook_changes_what_becomes_of_a_call(
    des: respx.MockRouter, caplog: pytest.LogCaptureFixture, bad: str
) -> None:
    des.get("/v1/dreams/d1").side_effect = [httpx.Response(503), httpx.Response(200, json={"dream": DREAM})]
    after: list[HookEvent] = []

    async with client(BAD[bad], after.append) as api:
        dream = await api.dreams.get("d1")

    assert dream.id == "d1"
    assert len(after) == 9
    complaints = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(complaints) == (0 if bad in ("returns nonsense", "destroys") else 1)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_hook_that_is_cancelled_by_itself_does_not_cancel_the_call(des: respx.MockRouter) -> None:
    des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM})

    async with client(cancels_itself) as api:
        assert (await api.dreams.get("d1")).id == "d1"


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_who_ends_the_program_ends_it_from_a_hook_too(des: respx.MockRouter, kind: type[BaseException]) -> None:
    des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM})

    async with client(raising(kind())) as api:
        with pytest.raises(kind):
            await api.dreams.get("d1")


async def test_a_hook_that_hangs_holds_a_call_up_for_a_second_at_most(
    des: respx.MockRouter, caplog: pytest.LogCaptureFixture
) -> None:
    des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM})

    async def hangs(event: HookEvent) -> None:
        if isinstance(event, CallStarted):
            await anyio.sleep_forever()

    began = anyio.current_time()
    async with client(hangs) as api:
        await api.dreams.get("d1")

    assert LONGEST_HOOK_SECONDS <= anyio.current_time() - began < LONGEST_HOOK_SECONDS + 5
    assert "TimeoutError: it did not return within 1 s" in caplog.text


# Attempts as values


@pytest.fixture
def failing(des: respx.MockRouter) -> Callable[..., respx.Route]:
    def make(*answers: Any) -> respx.Route:
        route = des.get("/v1/dreams/d1")
        route.side_effect = list(answers)
        return route

    return make


@pytest.mark.parametrize(
    ("answers", "kind", "wanted"),
    [
        ([httpx.Response(403)], Forbidden, [(403, None)]),
        ([httpx.ConnectError("x")] * 3, NotSent, [(None, "NotSent")] * 3),
        (
            [httpx.Response(503), httpx.ReadError("x"), httpx.Response(500)],
            ServerError,
            [(503, None), (None, "OutcomeUnknown"), (500, None)],
        ),
        (
            [httpx.Response(503), httpx.Response(502), httpx.ReadError("x")],
            OutcomeUnknown,
            [(503, None), (502, None), (None, "OutcomeUnknown")],
        ),
        ([httpx.Response(401), httpx.Response(401)], APIError, [(401, None), (401, None)]),
    ],
)
async def test_an_error_has_the_attempts_one_by_one(
    failing: Callable[..., respx.Route], api: ImpactAPI, answers: list[Any], kind: type[APIError], wanted: list[Any]
) -> None:
    failing(*answers)

    with pytest.raises(kind) as caught:
        await api.dreams.get("d1")

    history = caught.value.history
    assert [(attempt.status, attempt.error) for attempt in history] == wanted
    assert [attempt.number for attempt in history] == list(range(1, len(history) + 1))
    assert {(attempt.method, attempt.path) for attempt in history} == {("GET", "/v1/dreams/d1")}
    assert caught.value.attempts == len(history)
    started = [attempt.started_at for attempt in history]
    waited = [attempt.seconds_waited_before for attempt in history]
    # By a clock that moves with the waits alone.
    assert [(later - sooner).total_seconds() for sooner, later in itertools.pairwise(started)] == pytest.approx(
        waited[1:], abs=1e-5
    )


async def test_a_reply_has_the_attempts_before_it(failing: Callable[..., respx.Route], api: ImpactAPI) -> None:
    failing(httpx.Response(503), httpx.Response(200, json={"dream": DREAM}, headers={"X-Request-Id": "r-2"}))

    with api.replies() as replies:
        await api.dreams.get("d1")

    assert [[attempt.status for attempt in reply.history] for reply in replies] == [[503], [503, 200]]
    assert replies[-1].history[-1].request_id == "r-2"


def test_an_attempt_cannot_be_changed() -> None:
    attempt = Attempt(number=1, method="GET", path="/", started_at=FixedClock().now(), seconds=0)

    with pytest.raises(AttributeError):
        attempt.number = 2  # type: ignore[misc]


@pytest.mark.parametrize("wrong", [5, "abc", {"a": print}, [None], [5], [FixedClock], print])
def test_hooks_that_cannot_be_called_are_refused(wrong: Any) -> None:
    with pytest.raises(ConfigurationError, match="hooks is"):
        ImpactAPI(BASE, auth=ClientCredentials("a", "b"), hooks=wrong)


class Stepping:
    """Hears of everything, and takes a step of the event loop each time."""

    def __init__(self) -> None:
        self.heard: list[HookEvent] = []

    async def __call__(self, event: HookEvent) -> None:
        self.heard.append(event)
        await anyio.lowlevel.checkpoint()

    def begun(self) -> tuple[int, int]:
        return self._count(CallStarted), self._count(AttemptStarted)

    def ended(self) -> tuple[int, int]:
        return self._count(CallEnded), self._count(AttemptEnded)

    def _count(self, kind: type[HookEvent]) -> int:
        return sum(isinstance(event, kind) for event in self.heard)


async def stepping(des: respx.MockRouter) -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        await anyio.lowlevel.checkpoint()
        return httpx.Response(200, json={"dream": DREAM})

    des.get("/v1/dreams/d1").mock(side_effect=answer)


async def test_whatever_was_told_to_begin_is_told_to_end_wherever_it_is_cancelled(des: respx.MockRouter) -> None:
    await stepping(des)
    hook = Stepping()
    async with client(hook) as api:
        for steps in range(40):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(api.dreams.get, "d1")
                for _ in range(steps):
                    await anyio.lowlevel.checkpoint()
                tasks.cancel_scope.cancel()

    assert hook.begun() == hook.ended()
    assert hook.begun()[0] > 20


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_so_it_is_where_asyncio_itself_cancels(des: respx.MockRouter) -> None:
    """Which breaks through what shields from anyio."""
    await stepping(des)
    hook, other = Stepping(), Stepping()
    async with client(hook, other.heard.append) as api:
        for steps in range(40):
            task = asyncio.create_task(api.dreams.get("d1"))
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])

    assert hook.begun() == hook.ended()
    assert hook.begun()[0] > 20
