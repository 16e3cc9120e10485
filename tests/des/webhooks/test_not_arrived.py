"""A batch that does not arrive comes again, and not for ever."""

import itertools
import random
from datetime import datetime, timedelta

import anyio
import httpx
import pytest

from bank_app_sim.des import DES
from bank_app_sim.des.events import deliveries
from bank_app_sim.server.attempts import why
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace

from ...conftest import DatabaseOf
from ..bank import TENANT
from ..conftest import START, authorize, client_of
from ..journey import create_dream
from ..receiver import URL, Receiver
from .conftest import DAY, HOUR, SECOND, dreams, endpoint, names, subscribe


async def test_a_batch_comes_again_as_it_was_until_it_arrives(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    receiver.answers = [500, None, 302, 404]
    await create_dream(ada, "Bike")
    await clock.advance(SECOND)
    await create_dream(ada, "Boat")

    await clock.advance(timedelta(hours=3))

    assert names(receiver) == [["Bike"], ["Bike"], ["Bike"], ["Bike"], ["Bike"], ["Boat"]]
    assert all(batch == receiver.batches[0] for batch in receiver.batches[:5])
    assert (await endpoint(backend))["state"] == "active"


async def test_waits_grow_as_the_table_says_and_end(
    ada: httpx.AsyncClient,
    backend: httpx.AsyncClient,
    subscribed: None,
    receiver: Receiver,
    clock: SimulatedClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    receiver.answers = [503] * 10
    await create_dream(ada, "Bike")
    await clock.advance(SECOND)
    await create_dream(ada, "Boat")

    await clock.advance(4 * DAY)

    moments = [int(request.headers["webhook-timestamp"]) for request in receiver.requests]
    waits = [later - earlier for earlier, later in itertools.pairwise(moments)]
    hours = [2, 5, 10, 14, 20, 24]
    assert waits == [5, 5 * 60, 30 * 60, *(h * 3600 for h in hours), 0]
    # The next one goes on where this one was given up; the events themselves can still be read.
    assert names(receiver) == [*10 * [["Bike"]], ["Boat"]]
    assert [record for record in caplog.records if "given up after 10 attempts" in record.message]
    await authorize(backend)
    assert len((await backend.get("/v1/events")).json()["events"]) == 4


async def test_that_a_batch_was_given_up_is_shown_until_the_next_arrives(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    receiver.answers = [503] * 10
    await create_dream(ada)
    await clock.advance(4 * DAY)

    shown = await endpoint(backend)
    assert shown["lastError"] == "a batch was given up after 10 attempts: the answer was 503"
    assert (shown["state"], shown["pendingCount"], shown["attempts"]) == ("active", 0, 0)


async def test_who_does_not_answer_in_time_has_not_got_it(
    clock: SimulatedClock, trace: Trace, database_of: DatabaseOf
) -> None:
    async def silent(_request: httpx.Request) -> httpx.Response:
        await anyio.sleep_forever()
        raise AssertionError

    des = DES(
        database_url=database_of("des"),
        tenants=[TENANT],
        clock=clock,
        trace=trace,
        ids=Ids(random.Random(7)),
        webhook_transport=httpx.MockTransport(silent),
    )
    async with anyio.create_task_group() as tasks, client_of(des) as backend:
        tasks.start_soon(des.run)
        await authorize(backend)
        await subscribe(backend)
        await backend.post("/v1/users", json={"user": {"externalId": "ada"}})
        await clock.advance(16 * SECOND)

        shown = await endpoint(backend)
        assert shown["lastError"] == "no answer within 15 seconds"
        assert shown["attempts"] == 1
        tasks.cancel_scope.cancel()
    des.close()


async def test_while_it_waits_the_endpoint_says_why(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    receiver.answers = [500, None]
    await dreams(ada, "Bike", "Boat")
    await clock.advance(5 * SECOND)

    assert await endpoint(backend) == {
        "url": URL,
        "transactionsUrl": None,
        "state": "active",
        "pendingCount": 2,
        "attempts": 2,
        "lastError": "ReadError: the connection broke",
        "unsubscribedAt": None,
    }


@pytest.mark.parametrize(
    ("status", "said"),
    [(299, "299 Successful"), (520, "520 Server Error"), (999, "999 Server Error")],
)
async def test_a_status_without_a_name_is_as_any_other_of_its_class(
    ada: httpx.AsyncClient,
    backend: httpx.AsyncClient,
    subscribed: None,
    receiver: Receiver,
    clock: SimulatedClock,
    trace: Trace,
    status: int,
    said: str,
) -> None:
    receiver.answers = [status]
    await create_dream(ada, "Bike")
    await clock.advance(timedelta())

    assert [message.label for message in trace if message.detail.get("status") == status] == [said]
    is_delivered = 200 <= status < 300
    assert (await endpoint(backend))["pendingCount"] == (0 if is_delivered else 1)
    await create_dream(ada, "Boat")
    await clock.advance(5 * SECOND)
    assert names(receiver)[-1] == ["Boat"]


@pytest.mark.parametrize(
    "error",
    [
        UnicodeError("label empty or too long"),
        httpx.InvalidURL("Invalid port"),
        httpx.RemoteProtocolError("illegal status line"),
        httpx.DecodingError("a gzip bomb"),
        ExceptionGroup("of a transport", [OSError("no buffer space")]),
        RuntimeError("\0 and half of a character: \ud800"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_whatever_goes_wrong_on_the_way_is_a_failed_attempt(
    clock: SimulatedClock, trace: Trace, database_of: DatabaseOf, error: Exception
) -> None:
    attempts: list[datetime] = []

    def fails_once(_request: httpx.Request) -> httpx.Response:
        attempts.append(clock.now())
        if len(attempts) == 1:
            raise error
        return httpx.Response(204)

    des = DES(
        database_url=database_of("des"),
        tenants=[TENANT],
        clock=clock,
        trace=trace,
        ids=Ids(random.Random(7)),
        webhook_transport=httpx.MockTransport(fails_once),
    )
    async with anyio.create_task_group() as tasks, client_of(des) as backend:
        tasks.start_soon(des.run)
        await authorize(backend)
        await subscribe(backend)
        await backend.post("/v1/users", json={"user": {"externalId": "ada"}})
        await clock.advance(timedelta())

        shown = await endpoint(backend)
        assert shown["lastError"] == why(error)
        assert (shown["attempts"], shown["pendingCount"]) == (1, 1)

        await clock.advance(HOUR)
        assert attempts == [START, START + deliveries.WAITS[0]]
        assert (await endpoint(backend))["pendingCount"] == 0
        tasks.cancel_scope.cancel()
    des.close()


async def test_410_unsubscribes(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    receiver.answers = [410]
    await create_dream(ada)
    await clock.advance(timedelta())
    await create_dream(ada)
    await clock.advance(4 * DAY)

    assert len(receiver.requests) == 1
    shown = await endpoint(backend)
    assert (shown["state"], shown["pendingCount"]) == ("unsubscribed", 0)
    assert shown["unsubscribedAt"] == "2026-12-02T10:00:00.000000Z"


async def test_who_subscribes_again_hears_of_what_happens_from_then_on(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    receiver.answers = [410]
    await create_dream(ada, "Bike")
    await clock.advance(timedelta())
    await create_dream(ada, "Boat")

    assert (await subscribe(backend)).json()["webhookEndpoint"]["state"] == "active"
    await create_dream(ada, "House")
    await clock.advance(timedelta())

    assert names(receiver) == [["Bike"], ["House"]]
