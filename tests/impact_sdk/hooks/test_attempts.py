"""What an error or a reply tells of each attempt."""

import itertools
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import respx

from impact_sdk import (
    APIError,
    Attempt,
    Forbidden,
    ImpactAPI,
    NotSent,
    OutcomeUnknown,
    ServerError,
)

from ..answers import DREAM
from ..fixed_clock import FixedClock


@pytest.fixture
def failing(des: respx.MockRouter) -> Callable[..., respx.Route]:
    def make(*answers: Any) -> respx.Route:
        route = des.get("/v1/dreams/d1")
        route.side_effect = list(answers)
        return route

    return make


@pytest.mark.parametrize(
    ("answers", "kind", "wanted"),
    [
        ([httpx.Response(403)], Forbidden, [(403, None)]),
        ([httpx.ConnectError("x")] * 3, NotSent, [(None, "NotSent")] * 3),
        (
            [httpx.Response(503), httpx.ReadError("x"), httpx.Response(500)],
            ServerError,
            [(503, None), (None, "OutcomeUnknown"), (500, None)],
        ),
        (
            [httpx.Response(503), httpx.Response(502), httpx.ReadError("x")],
            OutcomeUnknown,
            [(503, None), (502, None), (None, "OutcomeUnknown")],
        ),
        ([httpx.Response(401), httpx.Response(401)], APIError, [(401, None), (401, None)]),
    ],
)
async def test_an_error_has_the_attempts_one_by_one(
    failing: Callable[..., respx.Route], api: ImpactAPI, answers: list[Any], kind: type[APIError], wanted: list[Any]
) -> None:
    failing(*answers)

    with pytest.raises(kind) as caught:
        await api.dreams.get("d1")

    history = caught.value.history
    assert [(attempt.status, attempt.error) for attempt in history] == wanted
    assert [attempt.number for attempt in history] == list(range(1, len(history) + 1))
    assert {(attempt.method, attempt.path) for attempt in history} == {("GET", "/v1/dreams/d1")}
    assert caught.value.attempts == len(history)
    started = [attempt.started_at for attempt in history]
    waited = [attempt.seconds_waited_before for attempt in history]
    # By a clock that moves with the waits alone.
    assert [(later - sooner).total_seconds() for sooner, later in itertools.pairwise(started)] == pytest.approx(
        waited[1:], abs=1e-5
    )


async def test_a_reply_has_the_attempts_before_it(failing: Callable[..., respx.Route], api: ImpactAPI) -> None:
    failing(httpx.Response(503), httpx.Response(200, json={"dream": DREAM}, headers={"X-Request-Id": "r-2"}))

    with api.replies() as replies:
        await api.dreams.get("d1")

    assert [[attempt.status for attempt in reply.history] for reply in replies] == [[503], [503, 200]]
    assert replies[-1].history[-1].request_id == "r-2"


def test_an_attempt_cannot_be_changed() -> None:
    attempt = Attempt(number=1, method="GET", path="/", started_at=FixedClock().now(), seconds=0)

    with pytest.raises(AttributeError):
        attempt.number = 2  # type: ignore[misc]
