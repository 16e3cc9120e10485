"""What one participant asks of another: small requests, and answers that are read whole."""

import functools
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import attrs

if TYPE_CHECKING:
    import httpx

ADDRESSES_AT_HAND = 256
TIMEOUT_SECONDS = 5.0


@attrs.define(eq=False)
class Client:
    """Of `httpx.AsyncClient` what participants use of it.

    Over a transport of its own it does without httpx's client: there is no proxy, nothing is redirected, and no cookie
    kept. To find that out for each request took as long as all the rest of what happens to it within one process.

    Args:
        base_url: What the paths stand behind.
        transport: How the receiver is reached; None for the network, by whatever proxy the environment names.
    """

    base_url: str
    transport: "httpx.AsyncBaseTransport | None"
    _over_network: "httpx.AsyncClient | None" = attrs.field(default=None, init=False)

    async def request(
        self, method: str, path: str, *, json: Any = None, headers: Mapping[str, str] | None = None
    ) -> "httpx.Response":
        """The answer, of whatever status.

        Raises:
            httpx.TransportError: There is none; over a network, within five seconds.
        """
        import httpx  # not at the top: a server is to be up first

        if self.transport is None:
            if self._over_network is None:
                self._over_network = httpx.AsyncClient(timeout=TIMEOUT_SECONDS)
            return await self._over_network.request(method, f"{self.base_url}{path}", json=json, headers=headers)
        request = httpx.Request(
            method, _parsed(f"{self.base_url}{path}"), json=json, headers=headers, extensions={"timeout": _timeout()}
        )
        response = await self.transport.handle_async_request(request)
        response.request = request
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response

    async def aclose(self) -> None:
        if self._over_network is not None:
            await self._over_network.aclose()
        if self.transport is not None:
            await self.transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        await self.aclose()


@functools.lru_cache(ADDRESSES_AT_HAND)
def _parsed(address: str) -> "httpx.URL":
    import httpx

    return httpx.URL(address)


@functools.cache
def _timeout() -> Mapping[str, float | None]:
    import httpx

    return httpx.Timeout(TIMEOUT_SECONDS).as_dict()
