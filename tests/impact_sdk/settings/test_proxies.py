"""Proxies of the host and of the environment: what went through, and what did not."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.abc
import attrs
import pytest

from impact_sdk import APIError, NotSent, OutcomeUnknown
from impact_sdk.http.clients import of

from ..fault_server import GONE, Arrived, Fault, closes_after, continues, serving
from ..test_fault_matrix import refused
from .posting import by_each_of_ours, listening, posted


@attrs.define
class ConnectProxy:
    """Lets requests through a tunnel, or does not."""

    answer: bytes = b"HTTP/1.1 200 Go on\r\n\r\n"
    asked: list[bytes] = attrs.field(factory=list)

    async def serve(self, stream: anyio.abc.SocketStream) -> None:
        async with stream:
            with contextlib.suppress(*GONE):
                head = b""
                while b"\r\n\r\n" not in head:
                    head += await stream.receive()
                self.asked.append(head)
                await stream.send(self.answer)
                if b" 200 " in self.answer:
                    host, port = head.split()[1].decode().split(":")
                    async with await anyio.connect_tcp(host, int(port)) as behind:
                        await both_ways(stream, behind)


async def both_ways(one: anyio.abc.SocketStream, other: anyio.abc.SocketStream) -> None:
    async def pumped(source: anyio.abc.SocketStream, sink: anyio.abc.SocketStream) -> None:
        with contextlib.suppress(*GONE):
            async for piece in source:
                await sink.send(piece)
        tasks.cancel_scope.cancel()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(pumped, one, other)
        tasks.start_soon(pumped, other, one)


@asynccontextmanager
async def behind_a_proxy(fault: Fault, proxy: ConnectProxy, arrived: Arrived) -> AsyncIterator[tuple[str, str]]:
    """The addresses of DES and of the proxy."""
    async with serving(fault, arrived, tls=True) as des, listening(proxy.serve) as port:
        yield f"https://127.0.0.1:{des}", f"http://ada:s3cret@127.0.0.1:{port}"


@by_each_of_ours
async def test_the_environments_proxy_is_used_also_with_an_authority_of_the_hosts(
    options: dict[str, Any], authority: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = ConnectProxy()

    async with behind_a_proxy(continues, proxy, Arrived()) as (des, address):
        monkeypatch.setenv("HTTPS_PROXY", address)
        monkeypatch.setenv("NO_PROXY", "")
        await posted(des, verify=authority, **options)
        assert [head.split()[0] for head in proxy.asked] == [b"CONNECT"]
        assert b"proxy-authorization: basic" in proxy.asked[0].lower()

        await posted(des, verify=authority, proxy=False, **options)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        await posted(des, verify=authority, **options)
        assert len(proxy.asked) == 1

        await posted(des, verify=authority, proxy=address, **options)
        assert len(proxy.asked) == 2


@by_each_of_ours
async def test_what_a_proxy_does_not_let_through_was_not_sent(options: dict[str, Any], authority: str) -> None:
    arrived = Arrived()
    proxy = ConnectProxy(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")

    async with behind_a_proxy(continues, proxy, arrived) as (des, address):
        with pytest.raises(NotSent) as caught:
            await posted(des, verify=authority, proxy=address, **options)

    assert arrived.connections == 0
    assert "s3cret" not in f"{caught.value!r} {caught.value.__cause__!r}"


@by_each_of_ours
async def test_what_went_through_a_proxy_may_have_happened(options: dict[str, Any], authority: str) -> None:
    arrived = Arrived()

    async with behind_a_proxy(closes_after, ConnectProxy(), arrived) as (des, address):
        with pytest.raises(OutcomeUnknown):
            await posted(des, verify=authority, proxy=address, **options)

    assert arrived.requests == 1


@by_each_of_ours
async def test_a_proxy_of_plain_requests_hears_who_asks(options: dict[str, Any]) -> None:
    proxy = ConnectProxy(b"HTTP/1.1 204 None\r\n\r\n")

    async with listening(proxy.serve) as port:
        reply = await posted("http://des.example/base", proxy=f"http://ada:s3cret@127.0.0.1:{port}", **options)

    assert reply.status == 204
    assert proxy.asked[0].startswith(b"POST http://des.example/base/v1/dreams HTTP/1.1\r\n")
    assert b"proxy-authorization: basic ywrhonmzy3jlda==" in proxy.asked[0].lower()


@by_each_of_ours
async def test_a_proxy_that_cannot_be_reached_is_named(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = refused(0)
    with_user = address.replace("//", "//ada:s3cret@")
    for name, given, said in [
        ("", {"proxy": with_user}, f"through the proxy {address} ("),
        ("HTTP_PROXY", {}, f"through the proxy {address} of HTTP_PROXY ("),
        ("ALL_PROXY", {}, f"through the proxy {address} of ALL_PROXY ("),
    ]:
        with monkeypatch.context() as environment:
            if name:
                environment.setenv(name, with_user)
            with pytest.raises(NotSent) as caught:
                await posted("http://des.example", **given, **options)
        assert f"POST /v1/dreams was not sent to http://des.example {said}" in str(caught.value)
        assert "s3cret" not in f"{caught.value!r} {caught.value.__cause__!r}"


@by_each_of_ours
async def test_a_proxy_that_hangs_up_is_named(options: dict[str, Any]) -> None:
    async with listening(ConnectProxy(b"").serve) as port:
        with pytest.raises(OutcomeUnknown, match=f"no answer from http://des.example through the proxy .*:{port} "):
            await posted("http://des.example", proxy=f"http://127.0.0.1:{port}", **options)


@by_each_of_ours
async def test_a_proxy_that_asks_who_asks_is_not_taken_for_des(options: dict[str, Any]) -> None:
    proxy = ConnectProxy(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")

    async with listening(proxy.serve) as port:
        with pytest.raises(
            APIError, match=r"POST /v1/dreams was refused with 407 by a proxy on the way.* HTTP_PROXY\)"
        ):
            await posted("http://des.example", proxy=f"http://127.0.0.1:{port}", **options)


def test_a_proxy_of_the_environment_that_is_a_slip_is_told_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "nonsense")

    assert of("http://127.0.0.1:8700").carrier.through == "the proxy http://nonsense:80 of HTTP_PROXY"
