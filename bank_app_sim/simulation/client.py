"""A quick HTTP client for requests within a world."""

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

import attrs

from ..server.http.fetching import TIMEOUT_SECONDS, UNPACKED, WHOLE_WITHIN_SECONDS, client, fetch, whole
from .network import Transport

if TYPE_CHECKING:
    import httpx

ADDRESSES_AT_HAND = 256


@attrs.define(eq=False)
class Client:
    """The part of `httpx.AsyncClient` that participants use of each other.

    Over a transport it goes without httpx's own client: there are no proxies, redirects or cookies. To check for them
    took as long as everything else that happens to a request within one process.

    Args:
        base_url: Comes before every path.
        transport: How the receiver is reached; None for the network, through the proxy that the environment names.
        whole_within_seconds: How long an answer may take over the network, from the request to its last byte.
    """

    base_url: str
    transport: Transport | None
    whole_within_seconds: float = attrs.field(default=WHOLE_WITHIN_SECONDS, kw_only=True)
    _over_network: "httpx.AsyncClient | None" = attrs.field(default=None, init=False)

    async def request(
        self, method: str, path: str, /, *, json: object = None, headers: Mapping[str, str] | None = None
    ) -> "httpx.Response":
        """The answer, whatever its status.

        Raises:
            httpx.TransportError: There is none, or it is larger than a megabyte. Over a network: nothing came for five
                seconds, or the answer was not whole within `whole_within_seconds`.
        """
        import httpx  # not at the top: a server has to start quickly

        address = f"{self.base_url}{path}"
        unpacked = {**(headers or {}), **UNPACKED}
        if self.transport is None:
            if self._over_network is None:
                self._over_network = client(self.base_url)
            request = self._over_network.build_request(method, address, json=json, headers=unpacked)
            return await fetch(self._over_network, request, within_seconds=self.whole_within_seconds)
        request = httpx.Request(
            method, _parsed(address), json=json, headers=unpacked, extensions={"timeout": _timeout()}
        )
        response = await self.transport.handle_async_request(request)
        response.request = request
        return await whole(response)

    async def aclose(self) -> None:
        if self._over_network is not None:
            await self._over_network.aclose()
        if self.transport is not None:
            await self.transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()


@functools.lru_cache(ADDRESSES_AT_HAND)
def _parsed(address: str) -> "httpx.URL":
    import httpx

    return httpx.URL(address)


@functools.cache
def _timeout() -> Mapping[str, float | None]:
    import httpx

    return httpx.Timeout(TIMEOUT_SECONDS).as_dict()
