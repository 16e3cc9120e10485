"""ImpactAPI against answers written by hand, through respx."""

import base64
from typing import Any

import httpx
import orjson
import pytest
import respx

from impact_sdk import (
    APIError,
    BadRequest,
    ConfigurationError,
    Conflict,
    FieldError,
    Forbidden,
    ImpactAPI,
    NotFound,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    ServerError,
    StillRunning,
    Unauthorized,
    UnexpectedResponse,
)

from .answers import ACCOUNT, DREAM, EVENT, TRANSACTION
from .conftest import BASE
from .fixed_clock import FixedClock

HONOURS_KEYS = {"Idempotency-Key-Lifetime": "86400"}


def errors(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"errors": [{"field": field, "errors": [text]} for field, text in pairs]}


async def test_a_path_in_the_base_url_is_kept_and_a_slash_does_not_double(
    api: ImpactAPI, des: respx.MockRouter
) -> None:
    route = des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM})

    assert (await api.dreams.get("d1")).name == "Bike"
    assert str(route.calls.last.request.url) == f"{BASE}/v1/dreams/d1"


async def test_the_token_is_fetched_once_with_the_banks_credentials_and_sent(
    api: ImpactAPI, des: respx.MockRouter
) -> None:
    dream = des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM})

    await api.dreams.get("d1")
    await api.dreams.get("d1")

    (call,) = des.routes[0].calls
    basic = base64.b64decode(call.request.headers["Authorization"].removeprefix("Basic ")).decode()
    assert basic == "demo-bank:s3cret%26%3D"
    assert call.request.content == b"grant_type=client_credentials"
    assert [call.request.headers["Authorization"] for call in dream.calls] == ["Bearer t-1"] * 2


async def test_the_token_is_renewed_before_it_ends(api: ImpactAPI, des: respx.MockRouter, clock: FixedClock) -> None:
    des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM})
    await api.dreams.get("d1")

    await clock.sleep(3569)
    await api.dreams.get("d1")
    assert des.routes[0].call_count == 1
    await clock.sleep(2)
    await api.dreams.get("d1")

    assert des.routes[0].call_count == 2


async def test_a_token_that_is_refused_is_fetched_again_once(api: ImpactAPI, des: respx.MockRouter) -> None:
    route = des.get("/v1/dreams/d1")
    route.side_effect = [httpx.Response(401), httpx.Response(200, json={"dream": DREAM})]

    await api.dreams.get("d1")

    assert (route.call_count, des.routes[0].call_count) == (2, 2)


async def test_a_bank_without_rights_is_unauthorized_and_does_not_ask_for_ever(
    api: ImpactAPI, des: respx.MockRouter
) -> None:
    route = des.get("/v1/dreams/d1").respond(401)

    with pytest.raises(Unauthorized):
        await api.dreams.get("d1")
    assert route.call_count == 2


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, BadRequest),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (413, BadRequest),
        (415, BadRequest),
        (418, APIError),
        (422, BadRequest),
        (429, RateLimited),
        (500, ServerError),
        (599, ServerError),
    ],
)
async def test_each_status_has_its_error(
    api: ImpactAPI, des: respx.MockRouter, status: int, error: type[APIError]
) -> None:
    headers = {"X-Request-Id": "r-1"}
    des.post("/v1/dreams").respond(status, json=errors(("dream.targetCents", "can't be negative")), headers=headers)

    with pytest.raises(
        error, match=f"POST /v1/dreams was refused with {status}.*dream.targetCents can't be neg.*r-1"
    ) as caught:
        await api.dreams.create(user_id="u1", name="Bike", target_cents=-1)

    assert type(caught.value) is error
    assert (caught.value.status, caught.value.request_id) == (status, "r-1")
    assert caught.value.errors == (FieldError("dream.targetCents", ("can't be negative",)),)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"errors": 5}', b'{"errors": [{"field": 1}]}'])
async def test_an_error_without_the_documented_body_is_still_an_error(
    api: ImpactAPI, des: respx.MockRouter, body: bytes
) -> None:
    des.get("/v1/dreams/d1").respond(404, content=body)

    with pytest.raises(NotFound, match="without a reason"):
        await api.dreams.get("d1")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"dream": {"id": 5}}'])
async def test_an_answer_that_cannot_be_read_names_the_place(
    api: ImpactAPI, des: respx.MockRouter, body: bytes
) -> None:
    des.get("/v1/dreams/d1").respond(200, content=body)

    with pytest.raises(UnexpectedResponse, match="cannot be read"):
        await api.dreams.get("d1")


async def test_a_post_has_one_key_for_all_its_attempts(api: ImpactAPI, des: respx.MockRouter) -> None:
    route = des.post("/v1/dreams")
    route.side_effect = [httpx.Response(429), httpx.Response(429), httpx.Response(201, json={"dream": DREAM})]

    await api.dreams.create(user_id="u1", name="Bike", target_cents=1)
    keys = [call.request.headers["Idempotency-Key"] for call in route.calls]

    assert len(keys) == 3
    assert len(set(keys)) == 1


async def test_two_posts_have_two_keys(api: ImpactAPI, des: respx.MockRouter) -> None:
    route = des.post("/v1/dreams").respond(201, json={"dream": DREAM})

    for _ in range(2):
        await api.dreams.create(user_id="u1", name="Bike", target_cents=1)

    assert len({call.request.headers["Idempotency-Key"] for call in route.calls}) == 2


async def test_a_post_is_not_repeated_when_it_may_have_happened(api: ImpactAPI, des: respx.MockRouter) -> None:
    route = des.post("/v1/dreams").mock(side_effect=httpx.ReadTimeout("too slow"))

    with pytest.raises(OutcomeUnknown, match="may have happened: look before you repeat it") as caught:
        await api.dreams.create(user_id="u1", name="Bike", target_cents=1)

    assert route.call_count == 1
    assert caught.value.idempotency_key == route.calls.last.request.headers["Idempotency-Key"]


async def test_a_post_is_repeated_where_des_honours_keys(api: ImpactAPI, des: respx.MockRouter) -> None:
    des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM}, headers=HONOURS_KEYS)
    await api.dreams.get("d1")
    route = des.post("/v1/dreams")
    route.side_effect = [httpx.ReadError("reset"), httpx.Response(500), httpx.Response(201, json={"dream": DREAM})]

    await api.dreams.create(user_id="u1", name="Bike", target_cents=1)

    assert route.call_count == 3


async def test_the_callers_own_key_is_sent(api: ImpactAPI, des: respx.MockRouter) -> None:
    route = des.post("/v1/dreams").respond(201, json={"dream": DREAM})

    await api.dreams.create(user_id="u1", name="Bike", target_cents=1, idempotency_key="mine")

    assert route.calls.last.request.headers["Idempotency-Key"] == "mine"


async def test_what_was_not_sent_is_tried_again_and_then_known_not_to_have_happened(
    api: ImpactAPI, des: respx.MockRouter, clock: FixedClock
) -> None:
    route = des.post("/v1/dreams").mock(side_effect=httpx.ConnectError("refused"))

    with pytest.raises(NotSent, match="nothing has happened") as caught:
        await api.dreams.create(user_id="u1", name="Bike", target_cents=1)

    assert (route.call_count, caught.value.attempts, len(clock.slept)) == (3, 3, 2)


async def test_a_get_is_repeated_after_a_lost_answer(api: ImpactAPI, des: respx.MockRouter) -> None:
    route = des.get("/v1/dreams/d1")
    route.side_effect = [httpx.ReadError("reset"), httpx.Response(200, json={"dream": DREAM})]

    assert (await api.dreams.get("d1")).id == "d1"


@pytest.mark.parametrize("status", [520, 522, 524, 529, 999])
async def test_a_status_without_a_name_is_tried_again_by_its_class(
    api: ImpactAPI, des: respx.MockRouter, status: int
) -> None:
    route = des.get("/v1/dreams/d1")
    route.side_effect = [httpx.Response(status), httpx.Response(200, json={"dream": DREAM})]
    post = des.post("/v1/dreams")
    post.side_effect = [httpx.Response(status, headers=HONOURS_KEYS), httpx.Response(201, json={"dream": DREAM})]

    await api.dreams.get("d1")
    await api.dreams.create(user_id="u1", name="Bike", target_cents=1)

    assert len({call.request.headers["Idempotency-Key"] for call in post.calls}) == 1


async def test_a_key_whose_first_request_is_under_way_is_told_from_what_is_taken(
    api: ImpactAPI, des: respx.MockRouter
) -> None:
    running = errors(("Idempotency-Key", "is being worked on; send the request again later for the answer"))
    des.post("/v1/accounts").respond(409, json=running)
    listing = des.get("/v1/accounts").respond(200, json={"accounts": [ACCOUNT], "meta": {}})

    with pytest.raises(StillRunning, match="is being worked on"):
        await api.accounts.ensure(user_id="u1", type="SharedSavings", external_id="dreams", idempotency_key="k")
    assert not listing.called  # it may be there in a moment, and then with other facts

    des.post("/v1/accounts").respond(409, json=errors(("account.externalId", "is taken")))
    with pytest.raises(Conflict) as caught:
        await api.accounts.create(user_id="u1", type="SharedSavings", external_id="dreams")
    assert not isinstance(caught.value, StillRunning)


@pytest.mark.parametrize("sign", ["\x1b[31m", "\x9b2J", "\r\n", "\0", "\x7f", "\u202e", "\u2028"])
async def test_what_des_says_reaches_a_message_so_that_it_does_nothing(
    api: ImpactAPI, des: respx.MockRouter, sign: str, caplog: pytest.LogCaptureFixture
) -> None:
    said = {"errors": [{"field": f"dream{sign}", "errors": [f"is {sign} wrong"]}]}
    des.get("/v1/dreams/d1").respond(400, json=said)
    des.get("/v1/dreams/d2").respond(200, json={"dream": {**DREAM, "expiresAt": sign}})
    des.get("/v1/events").side_effect = [httpx.Response(503, json=said), httpx.Response(200, json={"events": [EVENT]})]

    for dream, error in (("d1", BadRequest), ("d2", UnexpectedResponse)):
        with pytest.raises(error) as caught:
            await api.dreams.get(dream)
        assert str(caught.value).isprintable()
        assert all(str(each).isprintable() for each in caught.value.errors)
    with caplog.at_level("WARNING", "impact_sdk"):
        await anext(api.events.follow(attempts=1))
    [record] = [record for record in caplog.records if record.name == "impact_sdk"]
    assert record.getMessage().isprintable()


async def test_a_long_word_of_des_is_cut_in_the_message_and_kept_beside_it(
    api: ImpactAPI, des: respx.MockRouter
) -> None:
    des.get("/v1/dreams/d1").respond(400, json=errors(("dream.name", "long" * 100_000)))

    with pytest.raises(BadRequest) as caught:
        await api.dreams.get("d1")

    assert len(str(caught.value)) < 2_000
    assert len(caught.value.errors[0].errors[0]) == 400_000


@pytest.mark.parametrize("text", ["[" * 100_000, '{"errors":' * 100_000, '"\\ud800"', "9" * 5_000])
@pytest.mark.parametrize("status", [200, 404, 500])
async def test_json_that_breaks_readers_is_an_error_of_the_sdk(
    api: ImpactAPI, des: respx.MockRouter, status: int, text: str
) -> None:
    des.get("/v1/dreams/d1").respond(status, content=text.encode())
    kind = {200: UnexpectedResponse, 404: NotFound, 500: ServerError}[status]

    with pytest.raises(kind):
        await api.dreams.get("d1", attempts=1)


async def test_retry_after_is_honoured(api: ImpactAPI, des: respx.MockRouter, clock: FixedClock) -> None:
    route = des.get("/v1/dreams/d1")
    route.side_effect = [
        httpx.Response(429, headers={"Retry-After": "7"}),
        httpx.Response(200, json={"dream": DREAM}),
    ]

    await api.dreams.get("d1")

    assert clock.slept == [7.0]


async def test_a_rate_limit_says_how_long(api: ImpactAPI, des: respx.MockRouter) -> None:
    des.get("/v1/dreams/d1").respond(429, headers={"Retry-After": "120"})

    with pytest.raises(RateLimited) as caught:
        await api.dreams.get("d1")

    assert caught.value.retry_after == 120


async def test_no_token_means_that_the_request_was_not_sent(api: ImpactAPI, des: respx.MockRouter) -> None:
    des.routes[0].side_effect = httpx.ReadTimeout("too slow")

    with pytest.raises(NotSent, match="POST /v1/dreams was not sent: there is no access token"):
        await api.dreams.create(user_id="u1", name="Bike", target_cents=1)


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
    with pytest.raises(ConfigurationError, match="is no id"):
        await api.dreams.get(nonsense)
