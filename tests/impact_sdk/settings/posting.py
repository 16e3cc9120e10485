"""A request with the host's own settings, by each carrier."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.abc
import pytest

from impact_sdk.auth import NoAuth
from impact_sdk.http.clients import of
from impact_sdk.http.replies import Reply
from impact_sdk.http.transport import Transport

from ..fixed_clock import FixedClock

OURS: list[dict[str, Any]] = [{}, {"transport": "httpx2"}, {"transport": "aiohttp"}]
by_each_of_ours = pytest.mark.parametrize(
    ("anyio_backend", "options"),
    [
        *(pytest.param("asyncio", each, id=f"{each.get('transport', 'our pool')}-asyncio") for each in OURS),
        *(pytest.param("trio", each, id=f"{each.get('transport', 'our pool')}-trio") for each in OURS[:2]),
    ],
)


async def posted(url: str, **options: Any) -> Reply:
    http = of(url, clock=FixedClock(), **options)
    try:
        transport = Transport(http=http, auth=NoAuth())
        return await transport.request("POST", "/v1/dreams", body={"dream": {}}, timeout=5, attempts=2)
    finally:
        await http.aclose()


@asynccontextmanager
async def listening(serve: Any) -> AsyncIterator[int]:
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        yield listener.extra(anyio.abc.SocketAttribute.local_port)
        tasks.cancel_scope.cancel()
