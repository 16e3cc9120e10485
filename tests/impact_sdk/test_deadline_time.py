"""How much time a deadline leaves, by the clock that counts."""

from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact_sdk import (
    APIError,
    ClientCredentials,
    ImpactAPI,
    SystemClock,
    TransportError,
)
from impact_sdk.clock import HostClock, steady
from impact_sdk.http.deadlines import Deadline, fits, standing_still

from .conftest import BASE
from .fixed_clock import FixedClock


@given(st.floats(0, 100), st.floats(0, 100), st.floats(-100, 100))
def test_an_attempt_fits_only_where_it_ends_before_the_deadline(wait: float, took: float, left: float) -> None:
    assert fits(wait=wait, took=took, left=left) == (wait + took < left)
    assert not fits(wait=wait, took=took, left=min(left, 0))


@given(
    st.floats(0.1, 1000),
    st.lists(st.tuples(st.sampled_from(["time", "stop", "go on"]), st.floats(0, 100)), max_size=20),
)
def test_time_counts_while_it_runs_and_at_no_other(seconds: float, steps: list[tuple[str, float]]) -> None:
    now, running, spent = 0.0, True, 0.0
    deadline = Deadline(seconds, lambda: now)

    for step, length in steps:
        now += length
        spent += length if running else 0
        if step == "stop":
            deadline.stop()
            running = False
        elif step == "go on":
            deadline.go_on()
            running = True
        assert deadline.left == pytest.approx(seconds - spent, abs=1e-6)


@given(
    deadline=st.floats(0.1, 60),
    took=st.lists(st.floats(0, 20), min_size=5, max_size=5),
    statuses=st.lists(st.sampled_from([429, 500, 503, None]), min_size=5, max_size=5),
)
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_whatever_happens_no_attempt_begins_after_the_deadline(
    deadline: float, took: list[float], statuses: list[int | None]
) -> None:
    clock = FixedClock()
    began = clock.moment
    started: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/oauth/token"):
            return httpx.Response(200, json={"access_token": "t"})
        number = len(started)
        started.append((clock.moment - began).total_seconds())
        clock.moment += timedelta(seconds=took[number])
        status = statuses[number]
        if status is None:
            raise httpx.ReadError("reset")
        return httpx.Response(status)

    api = ImpactAPI(BASE, auth=ClientCredentials("a", "b"), clock=clock, transport=httpx.MockTransport(answer))
    with pytest.raises((APIError, TransportError)):
        await api.dreams.get("d1", attempts=5, deadline=deadline)

    assert all(moment < deadline for moment in started)


def test_a_block_may_stand_still() -> None:
    now = 0.0
    deadline = Deadline(5, lambda: now)

    with standing_still(deadline):
        now = 100.0
    now = 101.0

    assert deadline.left == 4
    with standing_still(None):
        pass


def test_a_machines_clock_that_is_set_moves_no_deadline() -> None:
    clock = FixedClock()

    assert steady(SystemClock()) is steady(HostClock(SystemClock()))
    passed = steady(HostClock(clock))
    assert passed() == pytest.approx(0, abs=0.5)
    clock.moment += timedelta(seconds=3)
    assert passed() == 3
