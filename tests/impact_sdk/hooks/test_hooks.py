"""Hooks see each call, each attempt and each wait, and change nothing."""

import asyncio

import anyio
import httpx
import pytest
import respx

from impact_sdk import (
    APIError,
    AttemptEnded,
    AttemptStarted,
    CallEnded,
    CallStarted,
    Forbidden,
    HookEvent,
    WaitStarted,
)

from ..answers import DREAM
from ..conftest import BASE
from .watched import client

SECRETS = ("acc3ss-t0ken", "cl1ent-s3cret", "t3mporary-1d", "g4teway-key")


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
