"""One limit over everything that a call does. The clock moves with waits, and where a test moves it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import anyio
import httpx
import pytest
import respx

from impact_sdk import (
    ClientCredentials,
    ConfigurationError,
    ImpactAPI,
    NotSent,
    OutcomeUnknown,
    ServerError,
)

from .answers import DREAM, EVENT
from .conftest import BASE
from .fixed_clock import FixedClock

GOOD = httpx.Response(200, json={"dream": DREAM})


def taking(clock: FixedClock, seconds: float, answer: Any) -> Callable[[httpx.Request], httpx.Response]:
    """An answer that takes some time, by the client's clock."""

    def handle(request: httpx.Request) -> httpx.Response:
        clock.moment += timedelta(seconds=seconds)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer) if isinstance(answer, int) else answer

    return handle


async def test_an_attempt_has_what_is_left_of_the_deadline(
    api: ImpactAPI, des: respx.MockRouter, clock: FixedClock
) -> None:
    des.post("/oauth/token").mock(side_effect=taking(clock, 1.5, httpx.Response(200, json={"access_token": "t"})))
    route = des.get("/v1/dreams/d1").mock(return_value=GOOD)

    await api.dreams.get("d1", deadline=2)
    await api.dreams.get("d1", deadline=timedelta(seconds=60), timeout=10)
    await api.dreams.get("d1")

    connecting = [call.request.extensions["timeout"]["connect"] for call in route.calls]
    assert connecting == pytest.approx([0.5, 5, 5], abs=0.1)


async def test_a_client_has_a_deadline_for_calls_that_say_nothing(des: respx.MockRouter, clock: FixedClock) -> None:
    route = des.get("/v1/dreams/d1").mock(return_value=GOOD)

    async with ImpactAPI(BASE, auth=ClientCredentials("a", "b"), deadline=2, clock=clock) as api:
        await api.dreams.get("d1")
        await api.dreams.get("d1", deadline=0.5)
        await api.with_options(deadline=0.25).dreams.get("d1")

    assert [call.request.extensions["timeout"]["connect"] for call in route.calls] == pytest.approx(
        [2, 0.5, 0.25], abs=0.1
    )


async def test_no_attempt_is_begun_that_cannot_end_in_time(
    api: ImpactAPI, des: respx.MockRouter, clock: FixedClock
) -> None:
    """The last answer says why, and that there was no time to ask again."""
    route = des.get("/v1/dreams/d1").mock(side_effect=taking(clock, 1, 503))

    with pytest.raises(
        ServerError, match=r"503.*; not tried again in 0\.\d+ s: of the deadline of 1.1 s 0\.\d+ s are left"
    ):
        await api.dreams.get("d1", deadline=1.1)

    assert route.call_count == 1
    assert clock.slept == []


async def test_what_was_to_be_sent_when_the_deadline_was_reached_is_known_not_to_be(
    api: ImpactAPI, des: respx.MockRouter, clock: FixedClock
) -> None:
    des.post("/oauth/token").mock(side_effect=taking(clock, 3, httpx.Response(200, json={"access_token": "t"})))
    route = des.post("/v1/users").respond(200)

    with pytest.raises(NotSent, match="POST /v1/users was not sent, as the deadline of 2 s was reached before"):
        await api.users.create(external_id="ada", deadline=2)

    assert not route.called


async def test_a_token_that_cannot_be_had_in_time_is_said_to_be_the_reason(
    api: ImpactAPI, des: respx.MockRouter, clock: FixedClock
) -> None:
    token = des.post("/oauth/token").mock(side_effect=taking(clock, 3, httpx.ReadTimeout("slow")))

    with pytest.raises(
        NotSent, match=r"GET /v1/dreams/d1 was not sent: there is no access token .*the deadline of 2 s"
    ):
        await api.dreams.get("d1", deadline=2)

    assert token.call_count == 1


async def test_a_post_that_the_deadline_cuts_short_may_have_happened(
    api: ImpactAPI, des: respx.MockRouter, clock: FixedClock
) -> None:
    des.post("/v1/users").mock(side_effect=taking(clock, 2.5, httpx.ReadTimeout("slow")))

    with pytest.raises(
        OutcomeUnknown, match=r"POST /v1/users got no answer.*the deadline of 2 s was reached"
    ) as caught:
        await api.users.create(external_id="ada", deadline=2)

    assert caught.value.attempts == len(caught.value.history) == 1


async def test_an_answer_that_never_comes_is_waited_for_until_the_deadline(des: respx.MockRouter) -> None:
    async def never(request: httpx.Request) -> httpx.Response:
        await anyio.sleep_forever()
        raise AssertionError

    des.get("/v1/dreams/d1").mock(side_effect=never)

    async with ImpactAPI(BASE, auth=ClientCredentials("a", "b")) as api:
        with anyio.fail_after(5):
            with pytest.raises(OutcomeUnknown, match=r"the deadline of 0\.05 s was reached"):
                await api.dreams.get("d1", deadline=0.05)


async def test_a_token_that_never_comes_is_waited_for_until_the_deadline(des: respx.MockRouter) -> None:
    """Also where somebody else is fetching it."""

    async def never(request: httpx.Request) -> httpx.Response:
        await anyio.sleep_forever()
        raise AssertionError

    des.post("/oauth/token").mock(side_effect=never)
    errors: list[Exception] = []

    async def ask(deadline: float | None) -> None:
        try:
            await api.dreams.get("d1", deadline=deadline)
        except NotSent as error:
            errors.append(error)

    async with ImpactAPI(BASE, auth=ClientCredentials("a", "b")) as api:
        with anyio.fail_after(5):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(ask, None)
                await anyio.wait_all_tasks_blocked()
                await ask(0.05)
                tasks.cancel_scope.cancel()

    assert len(errors) == 1
    assert "as the deadline of 0.05 s was reached" in str(errors[0])


async def test_a_place_among_the_connections_is_waited_for_until_the_deadline(des: respx.MockRouter) -> None:
    under_way = anyio.Event()

    async def never(request: httpx.Request) -> httpx.Response:
        under_way.set()
        await anyio.sleep_forever()
        raise AssertionError

    des.get("/v1/dreams/d1").mock(side_effect=never)
    des.get("/v1/dreams/d2").mock(return_value=GOOD)

    async with ImpactAPI(BASE, auth=ClientCredentials("a", "b"), max_connections=1) as api:
        await api.dreams.get("d2")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(api.dreams.get, "d1")
            await under_way.wait()
            with anyio.fail_after(5), pytest.raises(NotSent, match=r"the deadline of 0\.05 s was reached") as caught:
                await api.dreams.get("d2", deadline=0.05)
            tasks.cancel_scope.cancel()

    [attempt] = caught.value.history
    assert attempt.error == "NotSent"
    assert 0.05 <= attempt.seconds_waited_for_connection <= attempt.seconds


async def test_the_deadline_is_for_all_pages_and_not_for_what_is_done_between_them(
    api: ImpactAPI, des: respx.MockRouter, clock: FixedClock
) -> None:
    page = httpx.Response(200, json={"dreams": [DREAM, DREAM], "meta": {"next_url": "more"}})
    other = httpx.Response(200, json={"dreams": [{**DREAM, "id": "d2"}], "meta": {"next_url": "more"}})
    route = des.get("/v1/dreams")
    answers = iter([page, other])
    route.mock(side_effect=lambda request: taking(clock, 0.9, next(answers))(request))
    seen = 0

    async def read() -> None:
        nonlocal seen
        async for _ in api.dreams.list(deadline=1.5):
            seen += 1
            clock.moment += timedelta(hours=1)

    with pytest.raises(NotSent, match=r"as the deadline of 1\.5 s was reached"):
        await read()

    assert seen == 3
    assert [call.request.extensions["timeout"]["connect"] for call in route.calls] == pytest.approx([1.5, 0.6], abs=0.1)


async def test_events_are_followed_with_a_deadline_for_each_page(
    api: ImpactAPI, des: respx.MockRouter, clock: FixedClock
) -> None:
    event = iter([EVENT, {**EVENT, "id": "e2"}, {**EVENT, "id": "e3"}])
    route = des.get("/v1/events")
    route.mock(
        side_effect=lambda request: taking(clock, 1, httpx.Response(200, json={"events": [next(event)]}))(request)
    )
    following = api.events.follow(deadline=1.5)

    assert [(await anext(following)).id for _ in range(3)] == ["e1", "e2", "e3"]
    assert [call.request.extensions["timeout"]["connect"] for call in route.calls] == pytest.approx([1.5] * 3, abs=0.1)


@pytest.mark.parametrize("nonsense", [0, -1, float("nan"), float("inf"), "5", True, timedelta()])
async def test_a_deadline_that_cannot_be_is_refused(api: ImpactAPI, nonsense: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"deadline is .*; give a timedelta or seconds, more than 0"):
        await api.dreams.get("d1", deadline=nonsense)
