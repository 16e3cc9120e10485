"""When a call of the API is repeated, and with which key."""

import httpx
import pytest
import respx

from impact_sdk import (
    Conflict,
    ImpactAPI,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    StillRunning,
)

from .answers import ACCOUNT, DREAM, errors
from .fixed_clock import FixedClock

HONOURS_KEYS = {"Idempotency-Key-Lifetime": "86400"}


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
