"""An error speaks of all attempts: what is true of the last one need not be true of one before it."""

import re
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest
import respx

from impact_sdk import ClientCredentials, Forbidden, ImpactAPI, NotSent, OutcomeUnknown, RateLimited

from .answers import DREAM
from .fixed_clock import FixedClock

BASE = "https://des.example"
HONOURED = {"Idempotency-Key-Lifetime": "86400"}


@pytest.fixture
async def api() -> ImpactAPI:
    return ImpactAPI(BASE, auth=ClientCredentials("demo-bank", "a-secret-of-16-c"), clock=FixedClock(), attempts=2)


@pytest.fixture
def des() -> respx.MockRouter:
    router = respx.MockRouter(assert_all_called=False)
    router.post(f"{BASE}/oauth/token").respond(json={"access_token": "t"})
    router.get(f"{BASE}/v1/dreams/d1").respond(json={"dream": DREAM}, headers=HONOURED)
    return router


CALLS: dict[str, Callable[[ImpactAPI], Coroutine[Any, Any, object]]] = {
    "POST": lambda api: api.dreams.create(user_id="u1", idempotency_key="k1"),
    "PATCH": lambda api: api.dreams.update("d1", name="Boat"),
}
MAY_HAVE = {
    "no answer": httpx.ReadError("reset"),
    "502": httpx.Response(502),
    # Proxies say so, too, where DES takes its time.
    "408": httpx.Response(408),
    # Another attempt with this key is under way.
    "409, come again": httpx.Response(409, headers={"Retry-After": "1"}),
}


@pytest.mark.parametrize("first", MAY_HAVE.values(), ids=list(MAY_HAVE))
@pytest.mark.parametrize("method", ["PATCH", "POST"])
async def test_what_may_have_happened_at_first_is_never_said_not_to_have(
    method: str, first: Exception | httpx.Response, api: ImpactAPI, des: respx.MockRouter
) -> None:
    with des:
        await api.dreams.get("d1")
        des.route(method=method, path__startswith="/v1/dreams").side_effect = [first, httpx.ConnectError("refused")]
        with pytest.raises(OutcomeUnknown, match=f"^{method} /v1/dreams.* may have happened[,:] ") as caught:
            await CALLS[method](api)

    assert re.search(r"was not sent to .*; 2 attempts in [0-9.]+ s in all$", str(caught.value))
    assert "nothing has happened" not in str(caught.value)
    assert caught.value.attempts == 2
    assert [attempt.number for attempt in caught.value.history] == [1, 2]
    assert caught.value.idempotency_key == ("k1" if method == "POST" else None)


@pytest.mark.parametrize(("status", "error"), [(429, RateLimited), (403, Forbidden)])
async def test_a_refusal_after_it_says_so_too(
    status: int, error: type[Exception], api: ImpactAPI, des: respx.MockRouter
) -> None:
    with des:
        des.patch(f"{BASE}/v1/dreams/d1").side_effect = [httpx.ReadError("reset"), httpx.Response(status)]
        with pytest.raises(error, match="an earlier attempt may have happened"):
            await api.dreams.update("d1", name="Boat")


async def test_of_a_get_nothing_can_have_happened(api: ImpactAPI, des: respx.MockRouter) -> None:
    with des:
        des.get(f"{BASE}/v1/dreams/d2").side_effect = [httpx.ReadError("reset"), httpx.ConnectError("refused")]
        with pytest.raises(NotSent, match=r"nothing has happened; 2 attempts in [0-9.]+ s in all$"):
            await api.dreams.get("d2")


async def test_two_attempts_that_were_not_sent_have_not_happened(api: ImpactAPI, des: respx.MockRouter) -> None:
    with des:
        des.patch(f"{BASE}/v1/dreams/d1").side_effect = httpx.ConnectError("refused")
        with pytest.raises(NotSent, match=r"nothing has happened; 2 attempts in [0-9.]+ s in all$") as caught:
            await api.dreams.update("d1", name="Boat")

    assert caught.value.attempts == 2


async def test_the_time_in_all_has_the_waits_too(des: respx.MockRouter) -> None:
    clock = FixedClock()
    api = ImpactAPI(BASE, auth=ClientCredentials("demo-bank", "a-secret-of-16-c"), clock=clock, attempts=3)
    with des:
        des.get(f"{BASE}/v1/dreams/d2").side_effect = [
            httpx.Response(503, headers={"Retry-After": "60"}),
            httpx.Response(503, headers={"Retry-After": "60"}),
            httpx.ReadError("reset"),
        ]
        with pytest.raises(OutcomeUnknown, match=r"; 3 attempts in 12[0-9] s in all$"):
            await api.dreams.get("d2")


async def test_one_attempt_is_not_counted(des: respx.MockRouter) -> None:
    api = ImpactAPI(BASE, auth=ClientCredentials("demo-bank", "a-secret-of-16-c"), clock=FixedClock(), attempts=1)
    with des:
        des.get(f"{BASE}/v1/dreams/d2").side_effect = httpx.ReadError("reset")
        with pytest.raises(OutcomeUnknown) as caught:
            await api.dreams.get("d2")

    assert " in all" not in str(caught.value)
