"""Events reach the bank by webhook: signed, in order, again until they arrive, and not for ever."""

import itertools
import logging
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import anyio
import httpx
import pytest

from bank_app_sim.des import DES, deliveries
from bank_app_sim.server.attempts import why
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace

from ..conftest import DatabaseOf
from .bank import TENANT, Bank
from .conftest import START, authorize, client_of
from .journey import create_dream, errors_of, id_of, initiate, launch_daily
from .receiver import TRANSACTIONS_URL, URL, Receiver, secret, signers

ENDPOINT = "/sandbox/webhook-endpoint"
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def des(clock: SimulatedClock, trace: Trace, bank: Bank, receiver: Receiver, database_of: DatabaseOf) -> Iterator[DES]:
    des = DES(
        database_url=database_of("des"),
        tenants=[TENANT],
        clock=clock,
        trace=trace,
        ids=Ids(random.Random(7)),
        transport=bank.transport(),
        webhook_transport=receiver.transport(),
    )
    yield des
    des.close()


@pytest.fixture
async def subscribed(ada: httpx.AsyncClient, backend: httpx.AsyncClient, running: None) -> None:
    """Ada is known already; what happens from now on is sent."""
    assert (await subscribe(backend)).status_code == 200


async def subscribe(backend: httpx.AsyncClient, letter: str = "a", **changed: Any) -> httpx.Response:
    body = {"webhookEndpoint": {"url": URL, "secret": secret(letter), **changed}}
    return await backend.put(ENDPOINT, json=body)


async def endpoint(backend: httpx.AsyncClient) -> dict[str, Any]:
    await authorize(backend)
    answer = await backend.get(ENDPOINT)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()["webhookEndpoint"]
    return shown


async def dreams(user: httpx.AsyncClient, *names: str) -> None:
    for name in names:
        await create_dream(user, name)


def names(receiver: Receiver) -> list[list[str]]:
    """The Dreams that each batch tells of, attempt by attempt."""
    return [[event["data"]["name"] for event in batch["events"]] for batch in receiver.batches]


# What is sent


async def test_an_event_arrives_at_once_in_the_documented_envelope(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    await create_dream(ada)
    await clock.advance(timedelta())

    (batch,) = receiver.batches
    listed = (await backend.get("/v1/events", params={"items": 20})).json()["events"]
    assert batch == {
        "batch_id": batch["batch_id"],
        "timestamp": "2026-12-02T10:00:00.000000Z",
        "count": 1,
        "events": listed[-1:],
    }
    assert batch["events"][0]["type"] == "DreamCreated"
    (request,) = receiver.requests
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == batch["batch_id"]


async def test_it_is_signed_at_the_moment_of_sending(
    ada: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    receiver.answers = [500]
    await create_dream(ada, "Båt")
    await clock.advance(5 * SECOND)

    first, second = receiver.requests
    assert signers(first, "a", "b") == signers(second, "a", "b") == ["a"]
    sent = int(START.timestamp())
    assert [request.headers["webhook-timestamp"] for request in receiver.requests] == [str(sent), str(sent + 5)]


async def test_what_happened_before_is_not_sent(
    ada: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    await clock.advance(HOUR)

    assert receiver.requests == []


async def test_events_that_wait_go_together_a_hundred_at_most(
    ada: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    receiver.answers = [500]
    await create_dream(ada, "Dream 0")
    await clock.advance(timedelta())
    await dreams(ada, *(f"Dream {n}" for n in range(1, 220)))

    await clock.advance(5 * SECOND)

    assert [batch["count"] for batch in receiver.batches] == [1, 1, 100, 100, 19]
    every = [name for batch in names(receiver)[1:] for name in batch]
    assert every == [f"Dream {n}" for n in range(220)]


async def test_a_launch_and_what_falls_due_are_sent_too(
    ada: httpx.AsyncClient,
    subscribed: None,
    stranger: httpx.AsyncClient,
    bank: Bank,
    receiver: Receiver,
    clock: SimulatedClock,
) -> None:
    await stranger.post("/users/verify_token", json={"token": bank.id_token("bo")})
    await clock.advance(timedelta())
    assert receiver.types == ["UserCreated", "PageView"]
    await initiate(ada, id_of(ada))
    await launch_daily(ada, await create_dream(ada))
    receiver.requests.clear()

    await clock.advance(2 * DAY)

    assert receiver.types[-2:] == ["DepositRequested", "DepositRequested"]


async def test_an_old_and_a_new_secret_sign_for_a_day(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    await subscribe(backend, "b")
    await create_dream(ada)
    await clock.advance(DAY - SECOND)
    await create_dream(ada)
    await clock.advance(SECOND)
    await create_dream(ada)
    await clock.advance(timedelta())

    assert [signers(request, "a", "b") for request in receiver.requests] == [["a", "b"], ["a", "b"], ["b"]]


# When it does not arrive


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

    def process(transport: httpx.AsyncBaseTransport, seed: int) -> DES:
        return DES(
            database_url=lasting_database_of("des"),
            tenants=[TENANT],
            clock=clock,
            trace=Trace(clock),
            ids=Ids(random.Random(seed)),
            webhook_transport=transport,
        )

    first = process(httpx.MockTransport(last_words), 1)
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
    second = process(receivers[1].transport(), 2)
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

    def process(n: int, at: SimulatedClock) -> DES:
        return DES(
            database_url=lasting_database_of("des"),
            tenants=[TENANT],
            clock=at,
            trace=Trace(at),
            ids=Ids(random.Random(n)),
            webhook_transport=receivers[n].transport(),
        )

    ahead = SimulatedClock(START + 400 * DAY)
    wrong = process(0, ahead)
    async with anyio.create_task_group() as tasks, client_of(wrong) as backend:
        tasks.start_soon(wrong.run)
        await authorize(backend)
        await subscribe(backend)
        await backend.post("/v1/users", json={"user": {"externalId": "ada"}})
        await ahead.advance(SECOND)
        tasks.cancel_scope.cancel()
    wrong.close()
    assert len(receivers[0].batches) == 1

    right = process(1, clock)
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

    processes = [
        DES(
            database_url=lasting_database_of("des"),
            tenants=[TENANT],
            clock=clock,
            trace=Trace(clock),
            ids=Ids(random.Random(seed)),
            webhook_transport=httpx.MockTransport(slow),
        )
        for seed in range(2)
    ]
    async with anyio.create_task_group() as tasks, client_of(processes[0]) as backend:
        for process in processes:
            tasks.start_soon(process.run)
        await authorize(backend)
        await subscribe(backend)
        with anyio.fail_after(10):
            for n in range(20):
                await backend.post("/v1/users", json={"user": {"externalId": f"user-{n}"}})
                for process in processes:
                    process._webhooks.wake()
            while len(receiver.types) < 20:
                await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()
    for process in processes:
        process.close()

    assert [event["data"]["externalId"] for batch in receiver.batches for event in batch["events"]] == [
        f"user-{n}" for n in range(20)
    ]


# The hint


async def test_a_requested_transaction_is_hinted_at_once_with_a_signature_and_nothing_else(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    await subscribe(backend, transactionsUrl=TRANSACTIONS_URL)
    await initiate(ada, id_of(ada))
    await create_dream(ada)
    await clock.advance(HOUR)
    assert receiver.hints == []

    await launch_daily(ada, await create_dream(ada))
    await clock.advance(HOUR)

    (hint,) = receiver.hints
    assert hint.content == b"{}"
    assert signers(hint, "a") == ["a"]


async def test_a_hint_that_is_lost_is_not_repeated(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    await subscribe(backend, transactionsUrl=TRANSACTIONS_URL)
    await initiate(ada, id_of(ada))
    dream = await create_dream(ada)
    await clock.advance(timedelta())
    receiver.answers = [500] * 4
    await launch_daily(ada, dream)

    await clock.advance(HOUR)

    assert len(receiver.hints) == 1
    assert "DepositRequested" in receiver.types


# The endpoint


@pytest.mark.parametrize(("length", "status"), [(2_000, 200), (2_001, 400)])
async def test_an_address_is_as_long_as_the_document_says(length: int, status: int, backend: httpx.AsyncClient) -> None:
    url = "http://bank.example/".ljust(length, "x")

    assert (await subscribe(backend, url=url, transactionsUrl=url)).status_code == status


async def test_the_same_again_sends_what_waits_at_once(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    receiver.answers = [500] * 4
    await create_dream(ada)
    await clock.advance(HOUR)
    assert len(receiver.requests) == 4

    again = (await subscribe(backend)).json()["webhookEndpoint"]
    await clock.advance(timedelta())

    assert (again["attempts"], again["pendingCount"]) == (0, 1)
    assert len(receiver.requests) == 5
    assert receiver.batches[-1] == receiver.batches[0]
    assert signers(receiver.requests[-1], "a") == ["a"]
    assert (await endpoint(backend))["pendingCount"] == 0


async def test_the_same_again_changes_nothing_where_nothing_waits(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    await create_dream(ada)
    await clock.advance(SECOND)
    before = await endpoint(backend)

    assert (await subscribe(backend)).json()["webhookEndpoint"] == before
    await clock.advance(SECOND)
    assert len(receiver.requests) == 1


async def test_of_three_secrets_within_a_day_the_first_signs_no_more(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    await subscribe(backend, "b")
    await clock.advance(HOUR)
    await subscribe(backend, "c")
    await create_dream(ada)
    await clock.advance(SECOND)

    assert signers(receiver.requests[-1], "a", "b", "c") == ["b", "c"]


async def test_a_change_sends_what_waits_at_once(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    receiver.answers = [500] * 4
    await create_dream(ada)
    await clock.advance(HOUR)

    await subscribe(backend, "b")
    await clock.advance(timedelta())

    assert len(receiver.requests) == 5
    assert receiver.batches[-1] == receiver.batches[0]
    assert signers(receiver.requests[-1], "a", "b") == ["a", "b"]
    assert (await endpoint(backend))["pendingCount"] == 0


async def test_what_came_of_an_attempt_at_the_former_address_puts_nothing_off(
    clock: SimulatedClock, trace: Trace, database_of: DatabaseOf
) -> None:
    """The bank moves while a batch is on its way to where it was."""
    former, present = URL, TRANSACTIONS_URL
    asked: list[str] = []

    async def moving(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        if len(asked) == 1:
            await subscribe(backend, url=present)
        return httpx.Response(500 if str(request.url) == former else 204)

    des = DES(
        database_url=database_of("des"),
        tenants=[TENANT],
        clock=clock,
        trace=trace,
        ids=Ids(random.Random(7)),
        webhook_transport=httpx.MockTransport(moving),
    )
    async with anyio.create_task_group() as tasks, client_of(des) as backend:
        tasks.start_soon(des.run)
        await authorize(backend)
        await subscribe(backend)
        await backend.post("/v1/users", json={"user": {"externalId": "ada"}})
        await clock.advance(timedelta())

        assert asked == [former, present]
        shown = await endpoint(backend)
        assert (shown["url"], shown["pendingCount"], shown["lastError"]) == (present, 0, None)
        tasks.cancel_scope.cancel()
    des.close()


async def test_deleted_nothing_is_sent_any_more(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    receiver.answers = [500]
    await create_dream(ada)
    await clock.advance(timedelta())

    assert (await backend.delete(ENDPOINT)).status_code == 204
    await create_dream(ada)
    await clock.advance(DAY)

    await authorize(backend)
    assert len(receiver.requests) == 1
    assert (await backend.get(ENDPOINT)).status_code == 404
    assert (await backend.delete(ENDPOINT)).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", None),
        ("url", ""),
        ("url", "ftp://bank.example/"),
        ("url", "bank.example/webhooks"),
        ("url", "https:///webhooks"),
        ("url", "https://bank.example:99999/"),
        ("url", "https://bank.example/\nx"),
        ("url", "https://user:pl4nted@bank.example/"),
        ("url", "https://bank.example/#x"),
        ("url", "http://10.0.0.1/webhooks"),
        ("url", "http://[::ffff:192.168.0.1]/webhooks"),
        ("transactionsUrl", "http://169.254.169.254/latest/meta-data"),
        ("transactionsUrl", 5),
        ("secret", None),
        ("secret", "pl4nted"),
        ("secret", "whsec_pl4nted!"),
        ("secret", "whsec_" + "YWFh" * 7),  # 21 bytes
        ("secret", "whsec_" + "YWFh" * 22),  # 66 bytes
        ("secret", "YWFh" * 8),
        ("color", "red"),
    ],
)
async def test_what_is_no_endpoint_is_refused_by_the_field(field: str, value: Any, backend: httpx.AsyncClient) -> None:
    answer = await subscribe(backend, **{field: value})

    assert answer.status_code == 400
    assert list(errors_of(answer)) == [f"webhookEndpoint.{field}"]
    assert "pl4nted" not in answer.text
    assert (await backend.get(ENDPOINT)).status_code == 404


async def test_users_do_not_reach_it(ada: httpx.AsyncClient) -> None:
    assert (await subscribe(ada)).status_code == 403
    assert (await ada.get(ENDPOINT)).status_code == 403


# What is seen of it


async def test_the_trace_shows_messages_to_the_bank_and_no_secret(
    ada: httpx.AsyncClient,
    backend: httpx.AsyncClient,
    subscribed: None,
    receiver: Receiver,
    clock: SimulatedClock,
    trace: Trace,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.answers = [500, None]
    await subscribe(backend, "b", transactionsUrl=TRANSACTIONS_URL)
    await create_dream(ada)
    await clock.advance(HOUR)

    messages = [message for message in trace if {"des", "bank_backend"} == {message.sender, message.receiver}]
    sent = [message for message in messages if message.sender == "des" and message.kind == "request"]
    answered = [message.label for message in messages if message.receiver == "des" and message.kind == "response"]
    assert [message.label for message in sent] == ["POST /webhooks/events"] * 3
    assert sent[0].detail["body"] == receiver.batches[0]
    assert answered == ["500 Internal Server Error", "no answer", "204 No Content"]
    heard = f"{trace.as_json()}{[*map(repr, trace)]}{caplog.text}"
    for hidden in (secret("a"), secret("b"), secret("a")[6:], receiver.requests[0].headers["webhook-signature"]):
        assert hidden not in heard
