"""Stores, transports, random sources and task groups of a host that are wrong: errors name them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import anyio
import anyio.abc
import anyio.lowlevel
import attrs
import httpx
import pytest

from impact_sdk import (
    ConfigurationError,
    ImpactSDK,
    SessionClosed,
    UnexpectedResponse,
    WebhookVerifier,
    Weekly,
)

from .handed_over import BASE, HostClock, Odd, answers, api, nothing, on_one_loop
from .webhooks.batches import BODY, SECRET, signed


@attrs.define
class HostStore:
    given_seen: Any = False
    is_sync: bool = False
    is_sync_forgetting: bool = False

    def seen(self, webhook_id: str, until: datetime) -> Any:
        return self.given_seen if self.is_sync else self._later(self.given_seen)

    def forget(self, webhook_id: str) -> Any:
        return None if self.is_sync_forgetting else self._later(None)

    async def _later(self, value: Any) -> Any:
        return value


@on_one_loop
@pytest.mark.parametrize("given", [True, False, None, Odd()], ids=lambda given: type(given).__name__)
async def test_a_store_that_cannot_be_awaited_is_named(given: Any) -> None:
    verifier = WebhookVerifier(SECRET, replays=HostStore(given, is_sync=True), clock=HostClock())

    with pytest.raises(ConfigurationError, match=r"replays.seen\(\) gave .*, which cannot be awaited"):
        await verifier.verify(BODY, signed(BODY))


@on_one_loop
@pytest.mark.parametrize("given", [None, 0, 1, "False", Odd()], ids=lambda given: type(given).__name__)
async def test_a_store_that_says_neither_yes_nor_no_is_named(given: Any) -> None:
    verifier = WebhookVerifier(SECRET, replays=HostStore(given), clock=HostClock())

    with pytest.raises(ConfigurationError, match=r"replays.seen\(\) is .*; give True where"):
        await verifier.verify(BODY, signed(BODY))


@on_one_loop
async def test_the_error_names_a_store_that_does_not_forget_and_keeps_the_receivers_own_error() -> None:
    verifier = WebhookVerifier(SECRET, replays=HostStore(is_sync_forgetting=True), clock=HostClock())

    with pytest.raises(ConfigurationError, match=r"replays.forget\(\) gave None") as caught:
        async with verifier.receiving(BODY, signed(BODY)):
            raise KeyError("the receiver's own")

    assert isinstance(caught.value.__context__, KeyError)


class SyncBody(httpx.SyncByteStream):
    pass


class Pieces(httpx.AsyncByteStream):
    def __init__(self, *pieces: Any) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[Any]:
        for piece in self._pieces:
            yield piece


@attrs.define
class HostTransport:
    given: Any
    is_sync: bool = False
    given_aclose: Any = anyio.lowlevel.checkpoint

    def handle_async_request(self, request: Any) -> Any:
        return self.given if self.is_sync else self._later()

    async def _later(self) -> Any:
        return self.given

    def aclose(self) -> Any:
        return self.given_aclose()


@on_one_loop
@pytest.mark.parametrize(
    ("transport", "said"),
    [
        (
            HostTransport(httpx.Response(200), is_sync=True),
            r"handle_async_request\(\) gave .*, which cannot be awaited",
        ),
        (HostTransport(None), r"handle_async_request\(\) is None; give an httpx.Response"),
        (HostTransport(Odd()), r"handle_async_request\(\) is <.*Odd.*; give an httpx.Response"),
        (HostTransport((200, {}, b"")), r"handle_async_request\(\) is \(200.*; give an httpx.Response"),
        (HostTransport(httpx.Response(200, stream=SyncBody())), ".* an asynchronous stream"),
        (HostTransport(httpx.Response("200")), ".* a whole number as status"),  # type: ignore[arg-type]
    ],
)
async def test_a_transport_that_gives_no_response_is_named(transport: Any, said: str) -> None:
    async with api(transport=transport) as client:
        with pytest.raises(ConfigurationError, match=f"transport.{said}"):
            await client.dreams.get("d1")


@pytest.mark.parametrize("piece", ["text", None, 5, [b"x"], Odd()], ids=lambda piece: type(piece).__name__)
async def test_a_body_in_other_pieces_than_bytes_cannot_be_read(piece: Any) -> None:
    transport = HostTransport(httpx.Response(200, stream=Pieces(b"{", piece)))

    async with api(transport=transport) as client:
        with pytest.raises(UnexpectedResponse, match=f"it comes as {type(piece).__name__}, and not as bytes"):
            await client.dreams.get("d1")


@on_one_loop
async def test_a_transport_that_cannot_be_closed_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"transport.aclose\(\) gave None"):
        async with api(transport=HostTransport(None, given_aclose=nothing)):
            pass


@attrs.define
class HostSource:
    given: Any

    def random(self) -> Any:
        return self.given

    def getrandbits(self, k: int) -> Any:
        return self.given


@on_one_loop
@pytest.mark.parametrize("given", [None, "0.5", -1, 1.5, float("nan"), 2**200, Odd()])
async def test_the_error_names_a_source_that_gives_no_random_number(given: Any) -> None:
    async with api(source=HostSource(given)) as client:
        with pytest.raises(ConfigurationError, match=r"source.getrandbits\(128\) is .*; give a whole number"):
            await client.dreams.create(user_id="u1", name="Bike", attempts=1)
    async with api(source=HostSource(given), clock=HostClock()) as client:
        with pytest.raises(ConfigurationError, match=r"source\.(random|getrandbits).* is .*; give a"):
            await client.dreams.get("busy")


async def test_a_task_group_that_is_not_open_is_named() -> None:
    sdk = ImpactSDK(BASE, client_id="a", transport=httpx.MockTransport(answers), task_group=anyio.create_task_group())

    with pytest.raises(ConfigurationError, match=r"task_group takes no task .*; enter it before the SDK"):
        await sdk.launch("t0ken")
    await sdk.aclose()


@pytest.mark.parametrize("client", [httpx.AsyncClient, httpx.Client])
def test_a_client_is_no_transport_and_is_told_what_to_give(client: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"give a transport and no client.*httpx\.AsyncHTTPTransport"):
        ImpactSDK(BASE, client_id="a", transport=client())


@on_one_loop
async def test_another_kind_of_task_group_is_refused_at_once_with_the_way_out() -> None:
    async with asyncio.TaskGroup() as tasks:
        group: Any = tasks
        with pytest.raises(ConfigurationError, match=r"give one of anyio\.create_task_group\(\).*or leave it out"):
            ImpactSDK(BASE, client_id="a", task_group=group)


@on_one_loop
async def test_after_its_task_group_has_ended_every_call_fails_and_none_waits_forever() -> None:
    async with anyio.create_task_group() as tasks:
        sdk = ImpactSDK(BASE, client_id="a", transport=httpx.MockTransport(answers), task_group=tasks)
        session = await sdk.launch("t0ken")
        tasks.cancel_scope.cancel()

    for _ in range(2):
        with pytest.raises((ConfigurationError, SessionClosed)), anyio.fail_after(10):
            await session.launch_savehack("d1", Weekly(amount_cents=5, weekday=0))
    await sdk.aclose()


@on_one_loop
async def test_an_api_within_a_block_and_a_second_block_are_refused() -> None:
    async with api() as client:
        with pytest.raises(ConfigurationError, match="open already"):
            await client.__aenter__()
        await client.dreams.get("d1")
    with pytest.raises(ConfigurationError, match="closed"):
        await client.__aenter__()
