"""The bank reaches the same end whatever happens to webhooks: it looks for the events that are lost."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import anyio
import attrs
import httpx
import pytest

from bank_app_sim.backend import EVENT_CRASH_POINTS, Bank, BankBackend
from bank_app_sim.des import DES
from bank_app_sim.simulation.faults import FaultKind
from bank_app_sim.timeline.clock import SimulatedClock
from impact_sdk import ImpactAPI

from .conftest import Start
from .dying import Crashed, DyingAt
from .network import Network, own_answer
from .saver import Saver, saver
from .webhooks import secret
from .week import DAY, EXPECTED, MINUTE, a_week, end_state

LOOK = timedelta(hours=6)

WEBHOOKS = ("/webhooks/events", "/webhooks/transactions")
# More messages than a week has.
MANY = 200


@pytest.fixture
def settings(settings: Bank) -> Bank:
    return attrs.evolve(settings, webhook_secrets=(secret("a"),), look_for_events_every=LOOK, settle_every=LOOK)


@pytest.fixture
async def bo(backend: BankBackend, des: DES, network: Network, clock: SimulatedClock) -> AsyncIterator[Saver]:
    async with saver("bo", network, clock) as bo:
        yield bo


async def subscribe(impact: ImpactAPI) -> None:
    await impact.sandbox.set_webhook_endpoint(
        url=f"http://bank{WEBHOOKS[0]}", transactions_url=f"http://bank{WEBHOOKS[1]}", secret=secret("a")
    )


async def ways(ada: Saver) -> set[str]:
    """How events came to the bank."""
    told = (await ada.bank.get("/impact-events")).json()["events"]
    return {event["came_by"] for event in told}


async def test_looking_alone_finds_everything(
    ada: Saver, bo: Saver, impact: ImpactAPI, des: DES, backend: BankBackend, clock: SimulatedClock
) -> None:
    await a_week(ada, bo, impact, des, backend, clock)

    assert await end_state(ada, bo, impact) == EXPECTED
    assert await ways(ada) == {"looking"}


Mishap = Callable[[Network, SimulatedClock], Awaitable[None]]


async def nothing_happens(network: Network, clock: SimulatedClock) -> None:
    """Webhooks arrive."""


async def all_are_lost(network: Network, clock: SimulatedClock) -> None:
    for webhook in WEBHOOKS:
        network.fail(FaultKind.LOST, what=f"POST {webhook}")


async def all_are_swallowed(network: Network, clock: SimulatedClock) -> None:
    """Something on the way says that it was delivered."""
    for webhook in WEBHOOKS:
        network.fail(what=f"POST {webhook}", status=204)


async def every_second_is_lost(network: Network, clock: SimulatedClock) -> None:
    luck = random.Random(3)

    def lose(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(502) if request.url.path in WEBHOOKS and luck.random() < 0.5 else None

    network.answer = lose


async def every_answer_is_lost(network: Network, clock: SimulatedClock) -> None:
    """The bank takes it in, DES does not hear of it, and sends it again and again."""
    for webhook in WEBHOOKS:
        network.fail(FaultKind.ANSWER_LOST, what=f"POST {webhook}")


async def all_come_twice(network: Network, clock: SimulatedClock) -> None:
    for webhook in WEBHOOKS:
        network.fail(FaultKind.DOUBLED, what=f"POST {webhook}")


async def each_comes_after_the_next(network: Network, clock: SimulatedClock) -> None:
    for pairs in range(MANY):
        network.fail(FaultKind.HELD_BACK, what=f"POST {WEBHOOKS[0]}", times=1, after=pairs)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "mishap",
    [
        nothing_happens,
        all_are_lost,
        all_are_swallowed,
        every_second_is_lost,
        every_answer_is_lost,
        all_come_twice,
        each_comes_after_the_next,
    ],
    ids=lambda mishap: mishap.__name__,
)
async def test_the_end_is_the_same(
    mishap: Mishap,
    ada: Saver,
    bo: Saver,
    impact: ImpactAPI,
    des: DES,
    backend: BankBackend,
    network: Network,
    clock: SimulatedClock,
) -> None:
    await subscribe(impact)
    await mishap(network, clock)

    await a_week(ada, bo, impact, des, backend, clock)

    assert await end_state(ada, bo, impact) == EXPECTED
    if mishap in (all_are_lost, all_are_swallowed):
        assert await ways(ada) == {"looking"}
    else:
        assert "webhook" in await ways(ada)


async def test_webhooks_that_come_days_later_are_refused_and_change_nothing(
    ada: Saver,
    bo: Saver,
    impact: ImpactAPI,
    des: DES,
    backend: BankBackend,
    network: Network,
    clock: SimulatedClock,
) -> None:
    held: list[httpx.Request] = []

    def hold(request: httpx.Request) -> httpx.Response | None:
        if request.url.path not in WEBHOOKS:
            return None
        held.append(request)
        return httpx.Response(204)

    await subscribe(impact)
    network.answer = hold
    await a_week(ada, bo, impact, des, backend, clock)
    await clock.advance(6 * MINUTE)
    network.answer = own_answer

    late = [await network.handle_async_request(request) for request in held]

    assert {answer.status_code for answer in late} == {400}
    assert await end_state(ada, bo, impact) == EXPECTED


async def test_a_deposit_is_settled_the_moment_it_is_requested(
    ada: Saver, impact: ImpactAPI, des: DES, backend: BankBackend, clock: SimulatedClock
) -> None:
    await subscribe(impact)
    async with anyio.create_task_group() as working:
        working.start_soon(des.run)
        working.start_soon(backend.run)
        await ada.orders_account()
        await clock.advance(3 * DAY + 10 * MINUTE)

        await ada.saves(5_000)
        await clock.advance(timedelta())

        assert await ada.deposits() == [(5_000, "settled", [])]
        working.cancel_scope.cancel()


@pytest.mark.parametrize("point", EVENT_CRASH_POINTS)
async def test_a_crash_while_looking_misses_nothing_and_does_nothing_twice(
    point: str, start: Start, des: DES, impact: ImpactAPI, network: Network, clock: SimulatedClock
) -> None:
    crash = DyingAt({point})
    first = start(crash)
    async with saver("ada", network, clock) as ada:
        await ada.saves(5_000)
        with pytest.raises(Crashed):
            await first.work_off()
        first.close()

        second = start(crash)
        await clock.advance(MINUTE)
        await second.work_off()
        await second.work_off()

        told = (await ada.bank.get("/impact-events")).json()["events"]
        every = [event.id async for event in impact.events.list()]
        assert [event["id"] for event in told] == every
        second.close()


async def test_looking_goes_on_where_it_ended(
    ada: Saver, backend: BankBackend, network: Network, clock: SimulatedClock
) -> None:
    asked: list[str | None] = []

    def note(request: httpx.Request) -> None:
        if request.url.path == "/v1/events":
            asked.append(request.url.params.get("createdAfter"))

    network.answer = note
    for _ in range(25):
        await ada.saves(1)
    await backend.work_off()
    await clock.advance(LOOK)
    await backend.work_off()

    told = (await ada.bank.get("/impact-events")).json()["events"]
    # A page at a time, and the last look from the last event on.
    assert asked[0] is None
    assert len(asked) == len(told) // 20 + 2
    assert asked[-1] is not None
    assert asked[-1][:26] == told[-1]["created_at"][:26]


async def test_during_an_outage_des_is_asked_less_and_less_often(
    ada: Saver, backend: BankBackend, network: Network, clock: SimulatedClock
) -> None:
    network.fail(what="GET /events", status=500)
    await ada.saves(5_000)

    first = await backend.work_off()
    assert first is not None
    first_wait = first - clock.now()
    await clock.advance_to(first)
    second = await backend.work_off()
    assert second is not None

    assert second - clock.now() > first_wait > timedelta()
    network.heal()
    await clock.advance_to(second)
    await backend.work_off()
    assert (await ada.bank.get("/impact-events")).json()["events"]
