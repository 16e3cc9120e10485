"""The network of webhooks connects to public addresses only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.des.events.addresses import what_is_wrong_with_url
from bank_app_sim.des.events.public_addresses import PublicAddresses


async def nowhere(host: str, _port: int, **_options: Any) -> list[Any]:
    """A resolver that looks at a name as the real one does before it asks anybody."""
    assert host.isascii()
    assert "\0" not in host
    host.encode("idna")
    raise OSError(-2, "Name or service not known")


TO_NOWHERE = PublicAddresses(resolve=nowhere)


@given(st.text("xn-a.:%[]1é_\\^/?#@ ", max_size=30) | st.text(max_size=20))
def test_an_address_is_refused_or_can_be_asked_for(host: str) -> None:
    """By the same parts that send: nothing is left to fail when an event is due but the network."""
    url = f"http://{host}/"
    if what_is_wrong_with_url(url) is not None:
        return

    with pytest.raises(httpx.ConnectError, match="cannot be resolved"):
        anyio.run(TO_NOWHERE.handle_async_request, httpx.Request("POST", url, content=b"{}"))


@asynccontextmanager
async def listener(host: str = "127.0.0.1") -> AsyncIterator[tuple[int, list[str]]]:
    """A port on which one answers everything with 204, and the requests' first lines and hosts."""
    heard: list[str] = []

    async def answer(stream: Any) -> None:
        async with stream:
            request = (await stream.receive()).decode()
            heard.append(request)
            await stream.send(b"HTTP/1.1 204 No Content\r\n\r\n")

    async with await anyio.create_tcp_listener(local_host=host, local_port=0) as listening:
        port = listening.extra(anyio.abc.SocketAttribute.local_port)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listening.serve, answer)
            yield port, heard
            tasks.cancel_scope.cancel()


async def test_a_name_is_resolved_and_stays_the_host() -> None:
    async with listener() as (port, heard), httpx.AsyncClient(transport=PublicAddresses()) as client:
        answer = await client.post(f"http://localhost:{port}/webhooks?x=1", content=b"{}")

    assert answer.status_code == 204
    assert heard[0].startswith("POST /webhooks?x=1 HTTP/1.1\r\n")
    assert f"\r\nHost: localhost:{port}\r\n" in heard[0]


def leading_to(*addresses: str, port: int = 80) -> Any:
    """A resolver to which every name leads there."""

    async def resolve(_host: str, _port: int, **_options: Any) -> list[Any]:
        return [(0, 0, 0, "", (address, port)) for address in addresses]

    return resolve


async def test_the_connection_goes_to_the_address_that_was_looked_at() -> None:
    """A name that leads somewhere else at the second look is asked for once only."""
    looks: list[str] = []

    async with listener() as (port, heard):

        async def rebinding(host: str, _port: int, **_options: Any) -> list[Any]:
            looks.append(host)
            address = "127.0.0.1" if len(looks) == 1 else "169.254.169.254"
            return [(0, 0, 0, "", (address, port))]

        async with httpx.AsyncClient(transport=PublicAddresses(resolve=rebinding)) as client:
            answer = await client.post(f"http://rebinding.example:{port}/", content=b"{}")

    assert answer.status_code == 204
    assert looks == ["rebinding.example"]
    assert len(heard) == 1


async def test_a_name_is_looked_up_as_it_is_written_in_the_address() -> None:
    """`straße.de` is another host than `strasse.de`, which older editions of IDNA make of it."""
    looks: list[str] = []

    async def resolve(host: str, port: int, **_options: Any) -> list[Any]:
        looks.append(host)
        return [(0, 0, 0, "", ("127.0.0.1", port))]

    async with listener() as (port, heard), httpx.AsyncClient(transport=PublicAddresses(resolve=resolve)) as client:
        await client.post(f"http://xn--strae-oqa.de:{port}/", content=b"{}")

    assert looks == ["xn--strae-oqa.de"]
    assert f"\r\nHost: xn--strae-oqa.de:{port}\r\n" in heard[0]


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["192.168.0.1", "127.0.0.1"], ["fe80::1%eth0"]])
async def test_a_name_that_leads_inside_is_not_connected_to(addresses: list[str]) -> None:
    async with httpx.AsyncClient(transport=PublicAddresses(resolve=leading_to(*addresses))) as client:
        with pytest.raises(httpx.ConnectError, match=r"inside\.example leads to .* an address set apart for"):
            await client.post("http://inside.example/", content=b"{}")


async def test_the_next_address_of_a_name_is_tried() -> None:
    async with listener() as (port, heard):
        both = PublicAddresses(resolve=leading_to("127.9.9.9", "127.0.0.1", port=port))
        async with httpx.AsyncClient(transport=both) as client:
            answer = await client.post(f"http://two.example:{port}/", content=b"{}")

    assert answer.status_code == 204
    assert len(heard) == 1


async def test_an_unknown_name_is_a_connection_that_fails() -> None:
    async def unknown(_host: str, _port: int, **_options: Any) -> list[Any]:
        raise OSError(-2, "Name or service not known")

    async with httpx.AsyncClient(transport=PublicAddresses(resolve=unknown)) as client:
        with pytest.raises(httpx.ConnectError, match=r"nowhere\.example cannot be resolved: Name or service"):
            await client.post("http://nowhere.example/", content=b"{}")
