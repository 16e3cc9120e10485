"""The endpoint: where events go, changed, shown and deleted."""

import random
from datetime import timedelta
from typing import Any

import anyio
import httpx
import pytest

from bank_app_sim.des import DES
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace

from ...conftest import DatabaseOf
from ..bank import TENANT
from ..conftest import authorize, client_of
from ..journey import create_dream, errors_of
from ..receiver import TRANSACTIONS_URL, URL, Receiver, signers
from .conftest import DAY, ENDPOINT, HOUR, SECOND, endpoint, subscribe


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
