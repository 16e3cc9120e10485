"""What one participant asks of another: small requests, and answers that are read whole."""

import functools
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import anyio
import attrs

if TYPE_CHECKING:
    import httpx

ADDRESSES_AT_HAND = 256
TIMEOUT_SECONDS = 5.0

# For all of an answer. Whoever sends a byte every four seconds is never late with the next one.
WHOLE_WITHIN_SECONDS = 10.0

# What participants ask of each other is some hundred bytes; a bank's list of keys may be some thousand.
LARGEST_ANSWER_BYTES = 1_048_576


@attrs.define(eq=False)
class Client:
    """Of `httpx.AsyncClient` what participants use of it.

    Over a transport of its own it does without httpx's client: there is no proxy, nothing is redirected, and no cookie
    kept. To find that out for each request took as long as all the rest of what happens to it within one process.

    Args:
        base_url: What the paths stand behind.
        transport: How the receiver is reached; None for the network, by whatever proxy the environment names.
        whole_within_seconds: How long an answer may take over the network, from the request to its last byte.
    """

    base_url: str
    transport: "httpx.AsyncBaseTransport | None"
    whole_within_seconds: float = attrs.field(default=WHOLE_WITHIN_SECONDS, kw_only=True)
    _over_network: "httpx.AsyncClient | None" = attrs.field(default=None, init=False)

    async def request(
        self, method: str, path: str, *, json: Any = None, headers: Mapping[str, str] | None = None
    ) -> "httpx.Response":
        """The answer, of whatever status.

        Raises:
            httpx.TransportError: There is none; or it is larger than a megabyte. Over a network, nothing comes for five
                seconds, or it is not whole within `whole_within_seconds`.
        """
        import httpx  # not at the top: a server is to be up first

        address = f"{self.base_url}{path}"
        # A small answer that is packed can be a large one.
        plain = {**(headers or {}), "Accept-Encoding": "identity"}
        if self.transport is None:
            if self._over_network is None:
                # Certificates take a while to read, and http has none.
                is_plain = self.base_url.startswith("http:")
                self._over_network = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, verify=not is_plain)
            request = self._over_network.build_request(method, address, json=json, headers=plain)
            try:
                with anyio.fail_after(self.whole_within_seconds):
                    return await _whole(await self._over_network.send(request, stream=True))
            except TimeoutError:
                sentence = f"the answer was not whole within {self.whole_within_seconds:g} seconds"
                raise httpx.ReadTimeout(sentence, request=request) from None
        request = httpx.Request(method, _parsed(address), json=json, headers=plain, extensions={"timeout": _timeout()})
        response = await self.transport.handle_async_request(request)
        response.request = request
        return await _whole(response)

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


async def _whole(response: "httpx.Response") -> "httpx.Response":
    """The answer with its body, which is read as far as it is announced, or to the limit."""
    import httpx

    try:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise httpx.RemoteProtocolError("the answer is packed, which was not asked for", request=response.request)
        if response.is_stream_consumed:  # it was made in this process, whole
            return response
        announced = response.headers.get("content-length", "")
        if announced.isascii() and announced.isdigit() and len(announced) < 20:
            if int(announced) > LARGEST_ANSWER_BYTES:
                raise _too_large(response.request)
            await response.aread()
            return response
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.aiter_raw():
            size += len(chunk)
            if size > LARGEST_ANSWER_BYTES:
                raise _too_large(response.request)
            chunks.append(chunk)
    finally:
        await response.aclose()
    without = {name: value for name, value in response.headers.items() if name != "transfer-encoding"}
    return httpx.Response(response.status_code, headers=without, content=b"".join(chunks), request=response.request)


def _too_large(request: "httpx.Request") -> "httpx.TransportError":
    import httpx

    return httpx.RemoteProtocolError(f"the answer is larger than {LARGEST_ANSWER_BYTES} bytes", request=request)


@functools.lru_cache(ADDRESSES_AT_HAND)
def _parsed(address: str) -> "httpx.URL":
    import httpx

    return httpx.URL(address)


@functools.cache
def _timeout() -> Mapping[str, float | None]:
    import httpx

    return httpx.Timeout(TIMEOUT_SECONDS).as_dict()
