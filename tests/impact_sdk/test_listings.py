"""Listings of a server that leads round in a circle: they say so, and end."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from impact_sdk import ImpactAPI, UnexpectedResponse
from impact_sdk.api.listing import Progress

from .answers import DREAM, TRANSACTION

MORE = {"meta": {"next_url": "more"}}


def dreams(*names: str) -> httpx.Response:
    return httpx.Response(200, json={"dreams": [{**DREAM, "id": name} for name in names], **MORE})


def transactions(*names: str) -> httpx.Response:
    return httpx.Response(200, json={"transactions": [{**TRANSACTION, "id": name} for name in names], **MORE})


async def until_the_error(items: AsyncIterator[Any]) -> list[str]:
    """The ids that were given until the listing said that it leads nowhere."""
    given: list[str] = []

    async def go_through() -> None:
        async for item in items:
            given.append(item.id)

    for _ in range(2):  # asked again it goes no further
        with pytest.raises(UnexpectedResponse, match="has come again, and more are said to follow"):
            await go_through()
    return given


@pytest.mark.parametrize(
    ("path", "page", "listed"),
    [
        ("/v1/transactions", transactions, lambda api: api.transactions.drain()),
        ("/v1/transactions", transactions, lambda api: api.transactions.list()),
        ("/v1/dreams", dreams, lambda api: api.dreams.list()),
    ],
    ids=["cursor", "transactions by number", "dreams by number"],
)
async def test_one_page_for_ever_is_given_once_and_then_an_error(
    api: ImpactAPI,
    des: respx.MockRouter,
    path: str,
    page: Callable[..., httpx.Response],
    listed: Callable[[ImpactAPI], AsyncIterator[Any]],
) -> None:
    route = des.get(path).mock(side_effect=lambda _request: page("i1", "i2"))

    assert await until_the_error(listed(api)) == ["i1", "i2"]
    assert route.call_count == 3


async def test_a_cursor_that_leads_back_is_an_error_whatever_is_around_it(
    api: ImpactAPI, des: respx.MockRouter
) -> None:
    des.get("/v1/transactions").side_effect = [transactions("t1", "t2"), *[transactions("t3", "t2")] * 2]

    assert await until_the_error(api.transactions.drain()) == ["t1", "t2"]


async def test_a_next_address_that_leads_back_is_an_error(api: ImpactAPI, des: respx.MockRouter) -> None:
    led = {"meta": {"next_url": "/v1/dreams?after_id=d1"}}
    des.get("/v1/dreams").mock(
        side_effect=lambda request: httpx.Response(200, json={"dreams": [{**DREAM, "id": str(request.url)}], **led})
    )

    assert len(await until_the_error(api.dreams.list())) == 1


@given(st.integers(0, 200), st.integers(1, 200))
def test_a_circle_of_any_length_is_noticed(before: int, length: int) -> None:
    progress = Progress()
    places = (place if place < before else before + (place - before) % length for place in range(5_000))

    noticed = next(number for number, place in enumerate(places) if progress.is_back(place))

    assert noticed >= before + length
    assert noticed <= 3 * (before + length) + 1


@given(st.sets(st.integers(), max_size=1_000))
def test_where_nothing_comes_again_nothing_is_noticed(places: set[int]) -> None:
    progress = Progress()

    assert not any(progress.is_back(place) for place in places)
