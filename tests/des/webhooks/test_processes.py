"""Several processes of DES on one database send each batch once."""

import anyio
import httpx

from bank_app_sim.timeline.clock import SimulatedClock

from ...conftest import DatabaseOf
from ..bank import Bank
from ..conftest import START, authorize, client_of
from ..receiver import Receiver
from .conftest import DAY, SECOND, process, subscribe


async def test_a_process_that_dies_while_it_sends_leaves_the_batch_to_the_next(
    store: str, lasting_database_of: DatabaseOf, clock: SimulatedClock
) -> None:
    """The same batch; at once where there is no other process, else after the lease."""
    receivers = [Receiver(), Receiver()]
    sent = anyio.Event()

    async def last_words(request: httpx.Request) -> httpx.Response:
        receivers[0].transport().handler(request)
        sent.set()
        await anyio.sleep_forever()
        raise AssertionError

    first = process(lasting_database_of("des"), clock, httpx.MockTransport(last_words))
    async with anyio.create_task_group() as tasks, client_of(first) as backend:
        tasks.start_soon(first.run)
        await authorize(backend)
        await subscribe(backend)
        await backend.post("/v1/users", json={"user": {"externalId": "ada"}})
        with anyio.fail_after(10):
            await sent.wait()
        tasks.cancel_scope.cancel()
    first.close()

    await clock.advance(59 * SECOND)
    second = process(lasting_database_of("des"), clock, receivers[1].transport(), seed=2)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(second.run)
        await clock.advance(SECOND)
        tasks.cancel_scope.cancel()
    second.close()

    assert receivers[1].batches == receivers[0].batches
    sent_again = int(receivers[1].requests[0].headers["webhook-timestamp"]) - START.timestamp()
    assert sent_again == (59 if store == "sqlite" else 60)


async def test_a_batch_of_a_clock_that_was_wrong_does_not_wait_for_it(
    lasting_database_of: DatabaseOf, clock: SimulatedClock
) -> None:
    """A process is a year ahead; the next one on the same database is right."""
    receivers = [Receiver(answers=[500]), Receiver()]

    ahead = SimulatedClock(START + 400 * DAY)
    wrong = process(lasting_database_of("des"), ahead, receivers[0].transport())
    async with anyio.create_task_group() as tasks, client_of(wrong) as backend:
        tasks.start_soon(wrong.run)
        await authorize(backend)
        await subscribe(backend)
        await backend.post("/v1/users", json={"user": {"externalId": "ada"}})
        await ahead.advance(SECOND)
        tasks.cancel_scope.cancel()
    wrong.close()
    assert len(receivers[0].batches) == 1

    right = process(lasting_database_of("des"), clock, receivers[1].transport(), seed=2)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(right.run)
        await clock.advance(SECOND)
        tasks.cancel_scope.cancel()
    right.close()

    assert receivers[1].batches == receivers[0].batches


async def test_two_processes_never_send_a_batch_at_once(
    lasting_database_of: DatabaseOf, bank: Bank, clock: SimulatedClock
) -> None:
    receiver, at_once = Receiver(), 0

    async def slow(request: httpx.Request) -> httpx.Response:
        nonlocal at_once
        at_once += 1
        assert at_once == 1
        for _ in range(20):
            await anyio.lowlevel.checkpoint()
        at_once -= 1
        answer = receiver.transport().handler(request)
        assert isinstance(answer, httpx.Response)
        return answer

    processes = [process(lasting_database_of("des"), clock, httpx.MockTransport(slow), seed) for seed in range(2)]
    async with anyio.create_task_group() as tasks, client_of(processes[0]) as backend:
        for each in processes:
            tasks.start_soon(each.run)
        await authorize(backend)
        await subscribe(backend)
        with anyio.fail_after(10):
            for n in range(20):
                await backend.post("/v1/users", json={"user": {"externalId": f"user-{n}"}})
                for each in processes:
                    each._webhooks.wake()
            while len(receiver.types) < 20:
                await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()
    for each in processes:
        each.close()

    assert [event["data"]["externalId"] for batch in receiver.batches for event in batch["events"]] == [
        f"user-{n}" for n in range(20)
    ]
