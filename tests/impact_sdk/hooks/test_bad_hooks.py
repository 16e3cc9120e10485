"""Hooks that raise, hang, cancel or change things do no harm to a call."""

import logging
from typing import Any

import anyio
import httpx
import pytest
import respx

from impact_sdk import (
    AttemptStarted,
    CallStarted,
    ClientCredentials,
    ConfigurationError,
    Hook,
    HookEvent,
    ImpactAPI,
)
from impact_sdk.http.hooks import LONGEST_HOOK_SECONDS

from ..answers import DREAM
from ..conftest import BASE
from ..fixed_clock import FixedClock
from .watched import client


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


@pytest.mark.parametrize("wrong", [5, "abc", {"a": print}, [None], [5], [FixedClock], print])
def test_hooks_that_cannot_be_called_are_refused(wrong: Any) -> None:
    with pytest.raises(ConfigurationError, match="hooks is"):
        ImpactAPI(BASE, auth=ClientCredentials("a", "b"), hooks=wrong)
