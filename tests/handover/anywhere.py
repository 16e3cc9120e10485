"""An SDK that is opened in one task and used in others."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import anyio
import attrs

from impact_sdk import ImpactSDK

from .faults import Faults
from .host import Host

T = TypeVar("T")


async def in_its_own_task(call: Callable[[], Awaitable[T]]) -> T:
    """The result of a call in a task of its own, which has ended when this returns."""
    answers: list[T] = []

    async def run() -> None:
        answers.append(await call())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run)
    return answers[0]


@attrs.define
class Closing(Faults):
    """Knows whether it is closed."""

    is_closed: bool = False

    async def aclose(self) -> None:
        await anyio.lowlevel.checkpoint()
        self.is_closed = True


@asynccontextmanager
async def opened(network: Faults, host: Host | None = None) -> AsyncIterator[ImpactSDK]:
    sdk = network.sdk()
    sdk.register(account_provisioning_requested=host or Host())
    await in_its_own_task(sdk.__aenter__)
    yield sdk
    await sdk.aclose()
