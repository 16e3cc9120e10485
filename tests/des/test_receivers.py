"""Whatever bytes a webhook's receiver answers with, over TCP: the events arrive when it answers as it should."""

import random
from typing import Any

import anyio
import anyio.abc
import pytest

from bank_app_sim.des import DES
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.machine_clock import MachineClock
from bank_app_sim.timeline.trace import Trace

from ..quick_clock import QuickClock
from ..simulation.standing import eventually
from .bank import TENANT
from .conftest import authorize, client_of
from .receiver import secret

ENDPOINT = "/sandbox/webhook-endpoint"

ANSWERS = {
    "nothing": b"",
    "no HTTP": b"garbage\r\n\r\n",
    "no status": b"HTTP/1.1 abc\r\n\r\n",
    "a status without a name": b"HTTP/1.1 520 \r\nContent-Length: 0\r\n\r\n",
    "half a head": b"HTTP/1.1 500 Internal",
    "a redirect to itself": b"HTTP/1.1 307 Again\r\nLocation: /webhooks\r\nContent-Length: 0\r\n\r\n",
    "headers without end": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1_000_000,
    "continues without end": b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000,
    "lengths that cannot be": b"HTTP/1.1 500 No\r\nContent-Length: -5\r\nContent-Length: x\r\n\r\n",
    "headers that cannot be": b"HTTP/1.1 500 No\r\n\0: \xff\r\nTransfer-Encoding: chunked, gzip\r\n\r\nZZ",
}


@pytest.mark.thorough
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
async def test_any_answer_is_an_attempt_and_the_next_one_arrives(answer: bytes) -> None:
    clock, requests = QuickClock(times=50), 0

    async def receive(stream: anyio.abc.SocketStream) -> None:
        nonlocal requests
        requests += 1
        async with stream:
            await stream.receive()
            with anyio.move_on_after(5):
                try:
                    await stream.send(answer if requests == 1 else b"HTTP/1.1 204 No Content\r\n\r\n")
                except anyio.BrokenResourceError:  # who asked has heard enough
                    return

    des = DES(
        database_url="sqlite://",
        tenants=[TENANT],
        clock=MachineClock(clock),
        trace=Trace(clock, keep=10),
        ids=Ids(random.Random(7)),
    )
    listening = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
    port: Any = listening.extra(anyio.abc.SocketAttribute.local_port)
    async with listening, anyio.create_task_group() as tasks, client_of(des) as backend:
        tasks.start_soon(listening.serve, receive)
        tasks.start_soon(des.run)
        await authorize(backend)
        endpoint = {"url": f"http://127.0.0.1:{port}/webhooks", "secret": secret("a")}
        await backend.put(ENDPOINT, json={"webhookEndpoint": endpoint})
        await backend.post("/v1/users", json={"user": {"externalId": "ada"}})

        async def has_arrived() -> bool:
            pending: int = (await backend.get(ENDPOINT)).json()["webhookEndpoint"]["pendingCount"]
            return pending == 0

        await eventually(has_arrived)
        assert requests == 2
        tasks.cancel_scope.cancel()
    des.close()
