"""Each operation of the API: what is sent, by method, path, query and body, and what its answer becomes."""

import inspect
from collections.abc import AsyncIterator, Awaitable
from functools import cached_property
from typing import Any

import orjson
import pytest
import respx

from impact_sdk import (
    ClientCredentials,
    ConfigurationError,
    Daily,
    ImpactAPI,
    TransactionUpdate,
)
from impact_sdk.api.sessions import Sessions

from .answers import ACCOUNT
from .operations import A_LAUNCH, ELSEWHERE, OPERATIONS, THEN


@pytest.mark.parametrize("name", OPERATIONS)
async def test_an_operation_is_sent_as_documented_and_its_answer_is_typed(
    api: ImpactAPI, des: respx.MockRouter, name: str
) -> None:
    operation = OPERATIONS[name]
    route = des.route(method=operation.method, path=operation.path)
    route.respond(operation.status, json=operation.answer)

    value = await _result(operation.call(api))
    request = route.calls.last.request

    assert route.call_count == 1
    assert dict(request.url.params) == operation.query
    assert (orjson.loads(request.content) if request.content else None) == operation.body
    assert ("Idempotency-Key" in request.headers) is (operation.method == "POST")
    assert (value is None) if operation.kind is None else (type(value) is operation.kind)


async def _result(asked: Awaitable[Any] | AsyncIterator[Any]) -> Any:
    if isinstance(asked, AsyncIterator):
        (value,) = [each async for each in asked]
        return value
    return await asked


def test_no_operation_is_left_out_of_the_table() -> None:
    api = ImpactAPI("https://des.example", auth=ClientCredentials("demo-bank", "s3cret"))
    groups = {name: getattr(api, name) for name, kind in vars(ImpactAPI).items() if isinstance(kind, cached_property)}
    groups["sessions"] = Sessions(api._transport)
    methods = {
        f"{name}.{method}"
        for name, group in groups.items()
        for method, _ in inspect.getmembers(type(group), inspect.isfunction)
        if not method.startswith("_")
    }

    assert methods == set(OPERATIONS) | ELSEWHERE


@pytest.mark.parametrize("status", [200, 201])
async def test_a_creation_may_answer_200_or_201(api: ImpactAPI, des: respx.MockRouter, status: int) -> None:
    """The reference has the one, the journeys the other (docs/des.md 8.2)."""
    des.post("/v1/accounts").respond(status, json={"account": ACCOUNT})

    assert (await api.accounts.create(user_id="u1", type="SharedSavings", external_id="x")).id == "a1"


@pytest.mark.parametrize(("status", "content"), [(204, b""), (200, b""), (200, b'{"user": {"id": "u1"}}')])
async def test_changing_a_user_may_answer_with_or_without_the_user(
    api: ImpactAPI, des: respx.MockRouter, status: int, content: bytes
) -> None:
    """The reference has 204, a journey 200 (docs/des.md 8.2)."""
    route = des.patch("/v1/users/u1").respond(status, content=content)

    await api.users.update("u1", given_name="Ada")

    assert orjson.loads(route.calls.last.request.content) == {"user": {"givenName": "Ada"}}


async def test_an_empty_deep_update_says_nothing_of_accounts_and_transactions(
    api: ImpactAPI, des: respx.MockRouter
) -> None:
    route = des.patch("/v1/users/u1").respond(204)

    await api.users.update("u1", accounts=[], transactions=[])

    assert orjson.loads(route.calls.last.request.content) == {"user": {}}


async def test_signing_out_twice_is_what_was_wanted(api: ImpactAPI, des: respx.MockRouter) -> None:
    route = des.delete("/v1/session").respond(401)

    await Sessions(api._transport).sign_out()

    assert route.called


async def test_a_launch_keeps_its_type(api: ImpactAPI) -> None:
    with pytest.raises(ConfigurationError, match="not terms of WeeklyLaunch l1; a launch keeps its type"):
        await api.savehack_launches.update(A_LAUNCH, Daily(amount_cents=1))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "give settled_at or failed_at"),
        ({"settled_at": THEN, "failed_at": THEN}, "give settled_at or failed_at"),
        ({"settled_at": THEN, "errors": ["no"]}, "has errors and no failed_at"),
    ],
)
def test_a_transaction_ends_in_one_way(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        TransactionUpdate(id="t1", **given)


async def test_one_text_is_no_list_of_errors(api: ImpactAPI) -> None:
    with pytest.raises(ConfigurationError, match="give a list of texts"):
        TransactionUpdate(id="t1", failed_at=THEN, errors="no money")
    with pytest.raises(ConfigurationError, match="give a list of texts"):
        await api.transactions.fail("t1", errors="no money")
