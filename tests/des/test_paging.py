"""Listings come in pages with the documented `meta`."""

import httpx
import pytest
import sqlalchemy as sa

from bank_app_sim.des import DES, paging, store

from .bank import TENANT
from .journey import create_dream, errors_of

# How many there are, and what a page may be called, is decided alike for both.
IN_ONE_STORE = pytest.mark.parametrize("store", ["sqlite"])

MANY = (
    "INSERT INTO users (id, tenant_id, external_id) "
    "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {most}) "
    "SELECT '10000000-0000-4000-8000-' || (100000000000 + n), '{tenant}', 'x' || n "
    "FROM s"
)


def keep_users(des: DES, most: int) -> None:
    many = sa.text(MANY.format(most=most, tenant=TENANT.id))
    des._database.run_now(lambda connection: connection.execute(many, {}))


@pytest.fixture
async def five_dreams(ada: httpx.AsyncClient) -> httpx.AsyncClient:
    for n in range(1, 6):
        await create_dream(ada, f"Dream {n}")
    return ada


async def test_pages_follow_each_other_to_the_end(five_dreams: httpx.AsyncClient) -> None:
    pages = []
    url: str | None = "/v1/dreams?items=2&state=active"
    while url is not None:
        page = (await five_dreams.get(url)).json()
        pages.append([dream["name"] for dream in page["dreams"]])
        url = page["meta"]["next_url"]

    assert pages == [["Dream 1", "Dream 2"], ["Dream 3", "Dream 4"], ["Dream 5"]]


@pytest.mark.parametrize(
    ("query", "meta"),
    [
        ("", {"count": 5, "items": 5, "pages": 1, "from": 1, "to": 5, "next_url": None}),
        (
            "?items=2",
            {"count": 5, "items": 2, "pages": 3, "from": 1, "to": 2, "next_url": "/v1/dreams?items=2&page=2"},
        ),
        ("?page=3&items=2", {"count": 5, "items": 1, "pages": 3, "from": 5, "to": 5, "next_url": None}),
        ("?page=9", {"count": 5, "items": 0, "pages": 1, "from": 0, "to": 0, "next_url": None}),
        ("?items=5", {"count": 5, "items": 5, "pages": 1, "from": 1, "to": 5, "next_url": None}),
        (
            "?userId=x",
            {"count": 0, "items": 0, "pages": 1, "from": 0, "to": 0, "next_url": None},
        ),
    ],
)
async def test_meta_tells_where_a_page_stands(
    query: str, meta: dict[str, object], five_dreams: httpx.AsyncClient
) -> None:
    assert (await five_dreams.get(f"/v1/dreams{query}")).json()["meta"] == meta


@IN_ONE_STORE
@pytest.mark.parametrize("more", [0, 1])
async def test_more_than_are_counted_are_listed_without_their_number(
    more: int, backend: httpx.AsyncClient, des: DES
) -> None:
    """Counting them would take longer than listing them."""
    most = store.listings.MOST_COUNTED + more
    keep_users(des, most)

    first = (await backend.get("/v1/users")).json()
    last = (await backend.get("/v1/users", params={"page": (most + 19) // 20})).json()
    behind = (await backend.get("/v1/users", params={"page": 10**9})).json()

    counted = {} if more else {"count": most, "pages": most // 20}
    assert first["meta"] == {**counted, "items": 20, "from": 1, "to": 20, "next_url": "/v1/users?page=2"}
    assert (last["meta"]["to"], last["meta"]["next_url"]) == (most, None)
    assert (behind["users"], behind["meta"]["next_url"]) == ([], None)


async def test_what_comes_after_the_first_ten_thousand_is_reached_without_numbers(
    backend: httpx.AsyncClient, des: DES
) -> None:
    keep_users(des, paging.MOST_NUMBERED + 45)

    found = []
    url: str | None = "/v1/users?page=500"
    while url is not None:
        page = (await backend.get(url)).json()
        found.append((url.partition("=")[0], len(page["users"]), sorted(page["meta"])))
        first, url = page["users"][0], page["meta"]["next_url"]

    of_number, of_place = ["from", "items", "next_url", "to"], ["items", "next_url"]
    by_number, by_place = "/v1/users?page", "/v1/users?after"
    assert found == [
        (by_number, 20, of_number),
        (by_place, 20, of_place),
        (by_place, 20, of_place),
        (by_place, 5, of_place),
    ]
    assert first["externalId"] == f"x{paging.MOST_NUMBERED + 41}"


@IN_ONE_STORE
async def test_a_page_that_very_many_come_before_has_no_number(backend: httpx.AsyncClient, des: DES) -> None:
    keep_users(des, paging.DEEPEST + 1)

    last = await backend.get("/v1/users", params={"page": paging.DEEPEST // 20 + 1})
    deeper = await backend.get("/v1/users", params={"page": paging.DEEPEST // 20 + 2})

    assert [user["externalId"] for user in last.json()["users"]] == [f"x{paging.DEEPEST + 1}"]
    assert deeper.status_code == 400
    assert "follow next_url" in errors_of(deeper)["page"][0]


@IN_ONE_STORE
@pytest.mark.parametrize("name", ["page", "items", "after"])
@pytest.mark.parametrize("value", ["0", "-1", "x", "", "1.5", "٣", "9" * 5000])
async def test_pages_are_counted_from_one(name: str, value: str, ada: httpx.AsyncClient) -> None:
    answer = await ada.get("/v1/dreams", params={name: value})

    assert answer.status_code == 400
    assert list(errors_of(answer)) == [name]


@pytest.mark.parametrize(
    ("plural", "most"),
    [("dreams", 20), ("accounts", 20), ("savehack-launches", 20), ("users", 20), ("transactions", 100)],
)
async def test_a_page_has_a_largest_size(plural: str, most: int, backend: httpx.AsyncClient) -> None:
    largest = await backend.get(f"/v1/{plural}", params={"items": most})
    too_large = await backend.get(f"/v1/{plural}", params={"items": most + 1})

    assert largest.status_code == 200
    assert too_large.status_code == 400


async def test_savehacks_come_in_pages_as_well(ada: httpx.AsyncClient) -> None:
    whole = (await ada.get("/v1/savehacks")).json()["savehacks"]
    page = (await ada.get("/v1/savehacks?items=5&page=2")).json()

    assert page["savehacks"] == whole[5:10]
    assert (page["meta"]["count"], page["meta"]["next_url"]) == (len(whole), "/v1/savehacks?items=5&page=3")
