"""That a client has lost nothing: no place among the calls under way, and no connection."""

from typing import Protocol

import anyio

from impact_sdk.http.carriers.aiohttp_client import AiohttpClient
from impact_sdk.http.carriers.places import Places
from impact_sdk.http.carriers.pool import Pool
from impact_sdk.http.exchange import HTTP

from .ways import until


def free_connections(http: HTTP) -> int:
    """How many a client has, none of which is in use, and none lost sight of."""
    places = http.carrier
    assert isinstance(places, Places)
    carrier, limiter = places.carrier, places._limiter
    if limiter is not None:
        assert (limiter.borrowed_tokens, limiter.statistics().tasks_waiting) == (0, 0)
    if isinstance(carrier, AiohttpClient):
        connector = None if carrier._session is None else carrier._session.connector
        if connector is None:
            return 0
        assert not connector._acquired
        return sum(len(each) for each in connector._conns.values())
    assert isinstance(carrier, Pool)
    free = {*carrier._free, *([] if carrier._shared is None else [carrier._shared])}
    assert carrier._all == free
    assert not any(connection.calls for connection in free)
    return len(free)


class Server(Protocol):
    @property
    def connections(self) -> set[object]: ...


async def is_intact(server: Server, step: int, *https: HTTP) -> None:
    await anyio.wait_all_tasks_blocked()
    free = sum(free_connections(http) for http in https)
    await until(
        lambda: len(server.connections) == free, f"step {step}: more connections are open than the {free} free ones"
    )
