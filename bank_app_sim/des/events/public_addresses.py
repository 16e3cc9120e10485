"""Sends requests to addresses that banks give, and never into the network of this machine."""

import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import anyio
import attrs
import httpx

from .addresses import Address, what_is_wrong_with


@attrs.define(eq=False)
class PublicAddresses(httpx.AsyncBaseTransport):
    """Connects to public addresses and to loopback, and to nothing else.

    It resolves a name and connects to the address that it has checked. Otherwise the owner of the name could give a
    public address to the check and a private one to the connection.

    Attributes:
        resolve: As `anyio.getaddrinfo`.
    """

    resolve: Callable[..., Awaitable[Sequence[Any]]] = anyio.getaddrinfo
    _transport: httpx.AsyncHTTPTransport | None = attrs.field(default=None, init=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        transport = self._connected()
        refused: httpx.ConnectError | None = None
        for address in await self._addresses(request.url):
            if wrong := what_is_wrong_with(address):
                raise httpx.ConnectError(f"{request.url.host} {wrong}", request=request)
            try:
                return await transport.handle_async_request(_to(address, request))
            except httpx.ConnectError as error:  # nothing was sent: the next address may answer
                refused = error
        raise refused or httpx.ConnectError(f"{request.url.host} has no address", request=request)

    async def _addresses(self, url: httpx.URL) -> list[Address]:
        port = url.port or {"http": 80, "https": 443}[url.scheme]
        try:
            found = await self.resolve(_name_of(url), port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpx.ConnectError(f"{url.host} cannot be resolved: {error.strerror or error}") from error
        # "%" begins the zone of a link-local address, which is private anyway.
        return [ipaddress.ip_address(sockaddr[0].partition("%")[0]) for *_, sockaddr in found]

    def _connected(self) -> httpx.AsyncHTTPTransport:
        if self._transport is None:  # not in __init__, because reading the certificates takes a while
            # Keep no connection: the pool knows it by its address, and would use it for another name there.
            self._transport = httpx.AsyncHTTPTransport(
                trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
            )
        return self._transport

    async def aclose(self) -> None:
        if self._transport is not None:
            await self._transport.aclose()


def _name_of(url: httpx.URL) -> str:
    """The host name in ASCII, as on the wire: other editions of IDNA would read its letters as another name."""
    return url.raw_host.decode("ascii")


def _to(address: Address, request: httpx.Request) -> httpx.Request:
    """The same request to this address. Host header, TLS name and certificate stay those of the name."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": _name_of(request.url)},
    )
