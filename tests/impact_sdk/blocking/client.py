"""A client that a test can inspect, and calls that return at once or never."""

import threading
from collections.abc import AsyncIterator, Callable

import anyio
import anyio.lowlevel
import anyio.to_thread
import attrs

from impact_sdk import (
    ClientCredentials,
    ImpactAPI,
)

from ..conftest import BASE

PATIENCE_SECONDS = 30


def make_api() -> ImpactAPI:
    return ImpactAPI(BASE, auth=ClientCredentials("demo-bank", "s3cret"))


@attrs.define(eq=False)
class Client:
    """A client that records what happens to it."""

    happened: list[str] = attrs.field(factory=list)
    fails: list[BaseException] = attrs.field(factory=list)
    told: anyio.Event = attrs.field(factory=anyio.Event)

    async def __aenter__(self) -> "Client":
        self.happened.append("opening")
        if self.fails:
            raise self.fails.pop(0)
        self.happened.append("open")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.happened.append("closed")


async def nothing(_client: object) -> None:
    pass


async def wait_for_ever(_client: object, under_way: threading.Event, ended: Callable[[], object]) -> None:
    under_way.set()
    try:
        await anyio.sleep_forever()
    finally:
        ended()


async def listing_of_nothing(_client: object) -> AsyncIterator[None]:
    for each in list[None]():
        yield each
