"""What the bank's app sends, and what it gets."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace


def labels(trace: Trace) -> list[str]:
    return [message.label for message in trace]


async def test_a_new_customer_has_the_opening_balance(app: httpx.AsyncClient) -> None:
    answer = await app.get("/accounts")

    assert answer.json() == {"accounts": [{"name": "current:ada", "balance_cents": 1_000_000}]}


@pytest.mark.parametrize("path", ["/ledger", "/accounts", "/.well-known/jwks.json", "/impact-events"])
async def test_the_bank_knows_no_parameters_in_a_query(path: str, app: httpx.AsyncClient) -> None:
    answer = await app.get(path, params={"page": 1})

    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"field": "page", "errors": ["is not known here; there is none"]}]


@pytest.mark.parametrize(("amount", "status"), [(5.0, 201), (-5e2, 201), (5.5, 400), (1e300, 400), (True, 400)])
async def test_an_amount_is_an_integer_as_json_schema_has_it(
    amount: float, status: int, app: httpx.AsyncClient
) -> None:
    movement = {"account": "current:ada", "amount_cents": amount, "reference": "m-1"}

    answer = await app.post("/ledger/movements", json=movement)

    is_understood = "amount_cents" not in [error["field"] for error in answer.json().get("errors", ())]
    assert is_understood is (status == 201)


async def test_signing_in_again_gives_no_second_opening_balance(app: httpx.AsyncClient) -> None:
    await app.post("/sign-in", json={"customer": "ada"})

    books = (await app.get("/ledger")).json()

    assert books["accounts"] == [
        {"name": "bank:funding", "balance_cents": -1_000_000},
        {"name": "current:ada", "balance_cents": 1_000_000},
    ]
    assert [posting["reference"] for posting in books["postings"]] == ["opening:ada"]
    assert books["sum_cents"] == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "customer"),
        ({"customer": ""}, "customer"),
        ({"customer": "Ada"}, "customer"),
        ({"customer": "ada lovelace"}, "customer"),
        ({"customer": "ada\n"}, "customer"),
        ({"customer": "a" * 65}, "customer"),
        ({"customer": 5}, "customer"),
        ({"customer": None}, "customer"),
        ({"customer": "ada", "pin": "1234"}, "pin"),
    ],
)
async def test_signing_in_needs_a_name_that_is_allowed(
    http: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    answer = await http.post("/sign-in", json=body)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert (await http.get("/ledger")).json()["postings"] == []


@pytest.mark.parametrize("name", ["a", "ada.lovelace@bank-1.test", "a_b", "0" * 64])
async def test_names_have_letters_digits_and_a_few_signs(http: httpx.AsyncClient, name: str) -> None:
    assert (await http.post("/sign-in", json={"customer": name})).status_code == 200


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer wrong", "Basic YWRhOg==", "wrong"])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/provisioning-orders"), ("GET", "/provisioning-orders/1"), ("GET", "/accounts")]
)
async def test_a_customer_needs_their_token(
    http: httpx.AsyncClient, method: str, path: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}

    answer = await http.request(method, path, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "sign in" in answer.json()["errors"][0]["errors"][0]


async def test_an_order_is_accepted_and_not_yet_done(app: httpx.AsyncClient) -> None:
    body = {"request_id": "r-1", "user_id": "u-1", "account_external_id": "dreams"}

    accepted = await app.post("/provisioning-orders", json=body)

    assert accepted.status_code == 202
    order = accepted.json()["order"]
    assert order == {
        "id": order["id"],
        "customer": "ada",
        **body,
        "dream_id": None,
        "product": "SharedSavings",
        "savings_account": "savings:ada",
        "account_id": None,
        "state": "ORDERED",
        "ordered_at": "2027-01-04T09:00:00.000000Z",
        "attempts": 0,
        "last_error": None,
    }
    looked_up = await app.get(f"/provisioning-orders/{order['id']}")
    assert (looked_up.status_code, looked_up.json()["order"]) == (202, order)


async def test_an_order_says_when_to_look_again(app: httpx.AsyncClient, clock: SimulatedClock) -> None:
    ordered = (await app.post("/provisioning-orders", json={})).json()["order"]
    await clock.advance(timedelta(minutes=30, milliseconds=1))

    looked_up = await app.get(f"/provisioning-orders/{ordered['id']}")

    assert looked_up.headers["Retry-After"] == str(47 * 3600 + 30 * 60)


@pytest.mark.parametrize("again", [{"request_id": "r-1", "user_id": "u-1"}, {"request_id": "r-2"}, {}])
async def test_ordering_again_gives_the_same_order(app: httpx.AsyncClient, again: dict[str, str]) -> None:
    first = await app.post("/provisioning-orders", json={"request_id": "r-1", "user_id": "u-1"})

    second = await app.post("/provisioning-orders", json=again)

    assert (second.status_code, second.json()) == (200, first.json())


@pytest.mark.parametrize("field", ["request_id", "user_id", "dream_id", "account_external_id"])
@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("", "can't be blank"),
        ("x" * 101, "is too long: at most 100 characters"),
        ("a\0b", "can't contain the character NUL"),
        *((value, "must be text") for value in (7, True, ["a"], {"a": 1})),
    ],
)
async def test_an_order_with_a_wrong_field_is_not_accepted(
    app: httpx.AsyncClient, field: str, value: object, sentence: str
) -> None:
    answer = await app.post("/provisioning-orders", json={field: value})

    assert answer.status_code == 400
    assert answer.json() == {"errors": [{"field": field, "errors": [sentence]}]}


async def test_an_order_with_an_unknown_field_is_not_accepted(app: httpx.AsyncClient) -> None:
    answer = await app.post("/provisioning-orders", json={"userId": "u-1"})

    assert answer.status_code == 400
    assert answer.json() == {"errors": [{"field": "userId", "errors": ["is not known here; did you mean user_id?"]}]}


async def test_another_customers_order_is_not_found(http: httpx.AsyncClient, app: httpx.AsyncClient) -> None:
    order = (await app.post("/provisioning-orders", json={})).json()["order"]
    bob = (await http.post("/sign-in", json={"customer": "bob"})).json()

    answer = await http.get(
        f"/provisioning-orders/{order['id']}", headers={"Authorization": f"Bearer {bob['access_token']}"}
    )

    assert answer.status_code == 404


async def test_two_customers_may_answer_the_same_request_id(http: httpx.AsyncClient, app: httpx.AsyncClient) -> None:
    """Request ids come from outside: they cannot make one customer's order stand in another's way."""
    await app.post("/provisioning-orders", json={"request_id": "r-1"})
    bob = (await http.post("/sign-in", json={"customer": "bob"})).json()

    answer = await http.post(
        "/provisioning-orders",
        json={"request_id": "r-1"},
        headers={"Authorization": f"Bearer {bob['access_token']}"},
    )

    assert (answer.status_code, answer.json()["order"]["customer"]) == (202, "bob")


async def test_the_trace_speaks_as_the_diagrams_do(app: httpx.AsyncClient, trace: Trace, clock: SimulatedClock) -> None:
    await app.post("/provisioning-orders", json={"user_id": "u-1"})
    await app.get("/.well-known/jwks.json")

    assert labels(trace) == [
        "POST /sign-in",
        "200 OK",
        "Initiate account provisioning",
        "202 Accepted",
        "GET /.well-known/jwks.json",
        "200 OK",
    ]
    assert [message.sender for message in trace] == [
        "bank_app",
        "bank_backend",
        "bank_app",
        "bank_backend",
        "des",
        "bank_backend",
    ]


@pytest.mark.parametrize("path", ["/webhooks/events", "/webhooks/transactions"])
async def test_a_bank_that_reads_no_webhooks_unsubscribes(path: str, http: httpx.AsyncClient) -> None:
    assert (await http.post(path, json={})).status_code == 410
