"""Several workers on one database: one of them takes each step, and another if that one dies."""

import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, closing

import anyio
import httpx
import pytest

from bank_app_sim.backend import Bank, BankBackend
from bank_app_sim.backend.store.claims import LEASE
from bank_app_sim.des import DES
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace
from impact_sdk import ClientCredentials, ImpactAPI

from ..conftest import DatabaseOf
from .network import Network, own_answer
from .saver import Saver, saver

Start = Callable[[ImpactAPI], BankBackend]


class Killed(BaseException):
    """Kills the process like `kill -9`: no code handles it."""


class Slow(httpx.AsyncBaseTransport):
    """A connection on which every message waits until it is released."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.reached, self.go_on = anyio.Event(), anyio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.reached.set()
        await self.go_on.wait()
        return await self._network.handle_async_request(request)


@pytest.fixture
def start(lasting_database_of: DatabaseOf, settings: Bank, clock: SimulatedClock, network: Network) -> Iterator[Start]:
    """Start another process of the bank, on the same database."""
    with ExitStack() as stack:

        def start(impact: ImpactAPI) -> BankBackend:
            backend = BankBackend(
                database_url=lasting_database_of("backend"),
                bank=settings,
                impact=impact,
                clock=clock,
                trace=Trace(clock),
                ids=Ids(random.Random(7)),
            )
            network.hosts["bank"] = backend.app
            return stack.enter_context(closing(backend))

        yield start


@pytest.fixture
async def ada(network: Network, clock: SimulatedClock, des: DES) -> AsyncIterator[Saver]:
    async with saver("ada", network, clock) as ada:
        yield ada


async def when_decided(ada: Saver, backend: BankBackend, clock: SimulatedClock) -> None:
    """Ada's order for an account, and the moment at which the bank begins with it."""
    await ada.saves(5_000)
    await ada.orders_account()
    due_at = await backend.work_off()
    assert due_at is not None
    await clock.advance_to(due_at)


async def test_a_step_that_is_claimed_is_taken_by_no_other_worker(
    start: Start, impact: ImpactAPI, ada: Saver, network: Network, clock: SimulatedClock
) -> None:
    line = Slow(network)
    credentials = ClientCredentials("demo-bank", "a-planted-secret")
    async with ImpactAPI("http://des", auth=credentials, transport=line, clock=clock) as slow:
        first, second = start(slow), start(impact)
        await when_decided(ada, second, clock)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(first.work_off)
            await line.reached.wait()
            sent = len(network.requests)

            next_look = await second.work_off()

            assert next_look == clock.now() + LEASE
            assert len(network.requests) == sent
            line.go_on.set()
    assert len(await ada.accounts_at_des()) == 1


async def killed_in_the_middle(worker: BankBackend, network: Network) -> None:
    def kill(_request: object) -> None:
        raise Killed

    network.answer = kill
    with pytest.raises(Killed):
        await worker.work_off()
    network.answer = own_answer


async def test_a_killed_workers_step_is_taken_when_its_claim_expires(
    start: Start, impact: ImpactAPI, ada: Saver, network: Network, clock: SimulatedClock
) -> None:
    first, second = start(impact), start(impact)
    await when_decided(ada, second, clock)
    await killed_in_the_middle(first, network)

    next_look = await second.work_off()
    assert next_look == clock.now() + LEASE
    assert await ada.accounts_at_des() == []

    await clock.advance_to(next_look)
    await second.work_off()
    assert len(await ada.accounts_at_des()) == 1
    assert await ada.deposits() == [(5_000, "settled", [])]


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_killed_workers_step_is_taken_at_once_in_a_file(
    start: Start, impact: ImpactAPI, ada: Saver, network: Network, clock: SimulatedClock
) -> None:
    """The worker that had claimed the step was the process before."""
    first = start(impact)
    await when_decided(ada, first, clock)
    await killed_in_the_middle(first, network)
    first.close()

    await start(impact).work_off()

    assert len(await ada.accounts_at_des()) == 1
