"""The calls that are cancelled at each step, and what carries them."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.lowlevel
import attrs
import pytest

from impact_sdk import (
    AccountProvisioningRequest,
    ClientCredentials,
    ImpactAPI,
    ImpactSDK,
    Session,
    Weekly,
)

from .loopback_des import LoopbackDES, trusted
from .ways import WAYS

WEEKLY = Weekly(amount_cents=5_000, weekday=0)

each_way = pytest.mark.parametrize("way", WAYS)


@attrs.define
class Host:
    """A bank's app, and how often it was asked for each account."""

    asked: Counter[str] = attrs.field(factory=Counter)

    async def open_account(self, request: AccountProvisioningRequest) -> None:
        self.asked[request.request_id] += 1
        for _ in range(3):
            await anyio.lowlevel.checkpoint()


@attrs.frozen
class Call:
    """One call of the SDK.

    Args:
        before: What comes before it, and is not cancelled; the call gets what comes of it.
        ask: The call itself.
        is_last: Whether nothing can be called after it.
    """

    name: str
    before: Callable[[ImpactSDK, ImpactAPI], Awaitable[Any]]
    ask: Callable[[Any], Coroutine[Any, Any, Any]]
    is_last: bool = False

    def __str__(self) -> str:
        return self.name


async def an_sdk(sdk: ImpactSDK, _: ImpactAPI) -> ImpactSDK:
    return sdk


async def an_api(_: ImpactSDK, api: ImpactAPI) -> ImpactAPI:
    return api


async def a_session(sdk: ImpactSDK, _: ImpactAPI) -> Session:
    return await sdk.launch("a token")


async def listed(session: Session) -> list[str]:
    return [dream.id async for dream in session.dreams()]


PREPARE = Call("prepare", an_api, lambda api: api.prepare())
CALLS = [
    Call("launch", an_sdk, lambda sdk: sdk.launch("a token")),
    Call("create_dream", a_session, lambda session: session.create_dream("Bike")),
    Call("launch_savehack", a_session, lambda session: session.launch_savehack("d1", WEEKLY)),
    Call("listing", a_session, listed),
    Call("token", an_api, lambda api: api.dreams.get("d1")),
    PREPARE,
    Call("sign_out", a_session, lambda session: session.sign_out(), is_last=True),
    Call("close", a_session, lambda session: session.close(), is_last=True),
]
each_call = pytest.mark.parametrize("call", CALLS, ids=str)


@attrs.frozen
class Carriage:
    """What carries the calls."""

    name: str
    tls: bool = False
    proxy: bool = False
    options: dict[str, Any] = attrs.field(factory=dict)

    def __str__(self) -> str:
        return self.name


PLAIN = Carriage("plain")

AIOHTTP = Carriage("aiohttp", options={"transport": "aiohttp"})


def over(*carriages: Carriage) -> pytest.MarkDecorator:
    """Each way over each of them; aiohttp knows no trio."""
    return pytest.mark.parametrize(
        ("carriage", "way"),
        [
            pytest.param(carriage, *each.values, id=f"{carriage}-{each.id}", marks=each.marks)
            for carriage in carriages
            for each in WAYS
            if carriage.options.get("transport") != "aiohttp" or "trio" not in str(each.id)
        ],
    )


@asynccontextmanager
async def clients(des: LoopbackDES, host: Host, carriage: Carriage) -> AsyncIterator[tuple[ImpactSDK, ImpactAPI]]:
    options = {"attempts": 1, **carriage.options}  # nobody waits until the next one
    if carriage.tls:
        options["verify"] = trusted()
    if carriage.proxy:
        options["proxy"] = des.proxy
    async with (
        ImpactSDK(des.url, client_id="demo-bank", **options) as sdk,
        ImpactAPI(des.url, auth=ClientCredentials("demo-bank", "secret"), **options) as api,
    ):
        sdk.register(account_provisioning_requested=host.open_account)
        yield sdk, api


def nothing_twice(des: LoopbackDES, host: Host, step: int) -> None:
    keys = Counter(des.keys())
    assert all(times == 1 for times in keys.values()), f"step {step}: {keys}"
    assert all(times == 1 for times in host.asked.values()), f"step {step}: {host.asked}"
