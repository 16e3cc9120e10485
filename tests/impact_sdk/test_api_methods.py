"""What single methods of the API send, and how they read answers."""

import httpx
import orjson
import pytest
import respx

from impact_sdk import (
    ConfigurationError,
    Conflict,
    ImpactAPI,
)

from .answers import ACCOUNT, DREAM, TRANSACTION, errors


async def test_ensure_returns_the_account_that_is_there(api: ImpactAPI, des: respx.MockRouter) -> None:
    des.post("/v1/accounts").respond(409, json=errors(("account.externalId", "is taken")))
    listing = des.get("/v1/accounts").respond(200, json={"accounts": [ACCOUNT], "meta": {}})

    account = await api.accounts.ensure(user_id="u1", type="SharedSavings", external_id="dreams")

    assert account.id == "a1"
    assert dict(listing.calls.last.request.url.params)["externalId"] == "dreams"


async def test_ensure_does_not_hide_a_conflict_of_another_kind(api: ImpactAPI, des: respx.MockRouter) -> None:
    des.post("/v1/accounts").respond(409)
    des.get("/v1/accounts").respond(200, json={"accounts": [], "meta": {}})

    with pytest.raises(Conflict):
        await api.accounts.ensure(user_id="u1", type="SharedSavings", external_id="dreams")


async def test_a_listing_goes_through_all_pages(api: ImpactAPI, des: respx.MockRouter) -> None:
    route = des.get("/v1/dreams")
    route.side_effect = [
        httpx.Response(200, json={"dreams": [{**DREAM, "id": "d1"}], "meta": {"next_url": "/v1/dreams?page=2"}}),
        httpx.Response(200, json={"dreams": [{**DREAM, "id": "d2"}], "meta": {"next_url": None}}),
    ]

    assert [dream.id async for dream in api.dreams.list()] == ["d1", "d2"]
    assert [call.request.url.params["page"] for call in route.calls] == ["1", "2"]


async def test_a_listing_goes_on_without_numbers_where_it_is_led(api: ImpactAPI, des: respx.MockRouter) -> None:
    """DES does not number the pages of very many things."""
    led_on = ["/v1/dreams?state=active&after=7", "/v1/dreams?page=3", "/v1/dreams?items=20", None]
    route = des.get("/v1/dreams")
    route.side_effect = [
        httpx.Response(200, json={"dreams": [DREAM], "meta": {"next_url": next_url}}) for next_url in led_on
    ]

    assert len([dream async for dream in api.dreams.list()]) == len(led_on)
    asked = [[call.request.url.params.get(name) for name in ("page", "after")] for call in route.calls]
    assert asked == [["1", None], [None, "7"], ["3", None], ["4", None]]


async def test_draining_follows_the_cursor(api: ImpactAPI, des: respx.MockRouter) -> None:
    route = des.get("/v1/transactions")
    route.side_effect = [
        httpx.Response(200, json={"transactions": [{**TRANSACTION, "id": "t1"}], "meta": {"next_url": "more"}}),
        httpx.Response(200, json={"transactions": [{**TRANSACTION, "id": "t2"}], "meta": {"next_url": "more"}}),
        httpx.Response(200, json={"transactions": [], "meta": {"next_url": None}}),
    ]

    assert [transaction.id async for transaction in api.transactions.drain()] == ["t1", "t2"]
    assert [call.request.url.params["after_id"] for call in route.calls] == ["", "t1", "t2"]
    assert {call.request.url.params["state"] for call in route.calls} == {"requested"}


async def test_settling_and_failing_set_the_documented_members(api: ImpactAPI, des: respx.MockRouter) -> None:
    route = des.patch("/v1/transactions/t1").respond(200, json={"transaction": TRANSACTION})

    await api.transactions.settle("t1")
    await api.transactions.fail("t1", errors=["insufficient funds"])

    assert [orjson.loads(call.request.content) for call in route.calls] == [
        {"transaction": {"settledAt": "2027-01-04T08:00:00Z"}},
        {"transaction": {"failedAt": "2027-01-04T08:00:00Z", "errors": ["insufficient funds"]}},
    ]


async def test_none_clears_and_what_is_left_out_stays(api: ImpactAPI, des: respx.MockRouter) -> None:
    route = des.patch("/v1/users/u1").respond(204)

    await api.users.update("u1", provisioning_initiated_at=None)

    assert orjson.loads(route.calls.last.request.content) == {"user": {"provisioningInitiatedAt": None}}


async def test_an_id_is_one_segment_of_the_path_whatever_is_in_it(api: ImpactAPI, des: respx.MockRouter) -> None:
    route = des.get(path__regex=".*").respond(200, json={"dream": DREAM})

    await api.dreams.get("../users/u1?x=1#y")

    assert route.calls.last.request.url.raw_path == b"/sandbox/v1/dreams/..%2Fusers%2Fu1%3Fx%3D1%23y"


@pytest.mark.parametrize("nonsense", ["", ".", ".."])
async def test_what_is_no_id_is_refused_before_anything_is_sent(api: ImpactAPI, nonsense: str) -> None:
    with pytest.raises(ConfigurationError, match="is not an id"):
        await api.dreams.get(nonsense)
