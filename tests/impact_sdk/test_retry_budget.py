"""Retries are taken from a store, so that an outage of DES is not multiplied by those who ask."""

import math
from typing import Any

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from impact_sdk import ClientCredentials, ConfigurationError, ImpactAPI, RetryBudget, ServerError
from impact_sdk.http.retry_budget import RetryStore, after_answer, after_retry

from .answers import DREAM
from .conftest import BASE
from .fixed_clock import FixedClock


def client(**budget: Any) -> ImpactAPI:
    return ImpactAPI(BASE, auth=ClientCredentials("a", "b"), clock=FixedClock(), retry_budget=RetryBudget(**budget))


async def test_in_an_outage_the_store_is_used_up_and_the_error_says_so(des: respx.MockRouter) -> None:
    route = des.get("/v1/dreams/d1").respond(503)

    async with client(size=3) as api:
        for _ in range(4):
            with pytest.raises(ServerError) as caught:
                await api.dreams.get("d1")

    assert route.call_count == 4 + 3
    assert str(caught.value).endswith(
        "; not tried again: this client has used up its retries for now (see retry_budget)"
    )


async def test_good_answers_bring_retries_back(des: respx.MockRouter) -> None:
    route = des.get("/v1/dreams/d1").respond(503)

    async with client(size=1, earned=0.5) as api:
        with pytest.raises(ServerError):
            await api.dreams.get("d1")
        route.respond(200, json={"dream": DREAM})
        await api.dreams.get("d1")
        await api.dreams.get("d1")
        route.side_effect = [httpx.Response(503), httpx.Response(200, json={"dream": DREAM})]
        await api.dreams.get("d1")


async def test_a_view_takes_from_the_same_store(des: respx.MockRouter) -> None:
    route = des.get("/v1/dreams/d1").respond(503)

    async with client(size=1) as api:
        for asking in (api.with_options(timeout=3), api):
            with pytest.raises(ServerError):
                await asking.dreams.get("d1", attempts=2)

    assert route.call_count == 3


async def test_without_retries_each_call_is_one_request(des: respx.MockRouter) -> None:
    route = des.get("/v1/dreams/d1").respond(503)

    async with client(size=0) as api:
        with pytest.raises(ServerError):
            await api.dreams.get("d1", attempts=9)

    assert route.call_count == 1


async def test_there_may_be_no_limit(des: respx.MockRouter) -> None:
    route = des.get("/v1/dreams/d1").respond(503)

    async with client(size=math.inf) as api:
        with pytest.raises(ServerError):
            await api.dreams.get("d1", attempts=300)

    assert route.call_count == 300


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"size": -1}, "retry_budget.size is -1; give 0 or more retries"),
        ({"size": math.nan}, "retry_budget.size is nan"),
        ({"size": True}, "retry_budget.size is True"),
        ({"size": "5"}, "retry_budget.size is '5'"),
        ({"earned": -0.1}, "retry_budget.earned is -0.1; give a part of a retry, 0 to 1"),
        ({"earned": 1.1}, "retry_budget.earned is 1.1"),
        ({"earned": math.nan}, "retry_budget.earned is nan"),
    ],
)
def test_a_budget_that_cannot_be_is_refused(wrong: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        RetryBudget(**wrong)


@given(st.floats(0, 50), st.floats(0, 1), st.lists(st.booleans(), max_size=200))
def test_there_are_never_more_retries_than_the_size_and_what_was_earned(
    size: float, earned: float, answered: list[bool]
) -> None:
    store = RetryStore(RetryBudget(size=size, earned=earned))
    taken = 0

    for is_answer in answered:
        if is_answer:
            store.answered()
        else:
            taken += store.take()
        assert 0 <= store.left <= size
        assert taken <= size + earned * sum(answered) + 1e-6


@given(st.floats(0, 1000))
def test_a_retry_costs_one_and_there_is_none_for_less(left: float) -> None:
    assert after_retry(left) == (left - 1 if left >= 1 else None)
    assert after_answer(left, RetryBudget(size=left)) == left
