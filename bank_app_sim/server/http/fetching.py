"""Small requests over the network, and answers that are read whole within limits of size and time."""

from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 5.0

# A peer that sends one byte every four seconds never exceeds the timeout, so the whole answer has a limit too.
WHOLE_WITHIN_SECONDS = 10.0

# Participants ask each other for some hundred bytes. A bank's list of keys may have some thousand.
LARGEST_ANSWER_BYTES = 1_048_576

# A small answer that is packed can become a large one.
UNPACKED = {"Accept-Encoding": "identity"}


def client(url: str, transport: "httpx.AsyncBaseTransport | None" = None) -> "httpx.AsyncClient":
    """A client for requests to `url`.

    Args:
        transport: How the receiver is reached; None for the network, through the proxy that the environment names.
    """
    import httpx  # not at the top: a server has to start quickly

    # Certificates take a while to read, and http has none.
    return httpx.AsyncClient(transport=transport, timeout=TIMEOUT_SECONDS, verify=not url.startswith("http:"))


async def fetch(
    http: "httpx.AsyncClient", request: "httpx.Request", *, within_seconds: float | None = WHOLE_WITHIN_SECONDS
) -> "httpx.Response":
    """The whole answer, whatever its status.

    Args:
        within_seconds: How long the answer may take, from the request to its last byte; None for no limit.

    Raises:
        httpx.TransportError: No answer came in time, or it is packed or larger than a megabyte.
    """
    import httpx

    try:
        with anyio.fail_after(within_seconds):
            return await whole(await http.send(request, stream=True))
    except TimeoutError:
        raise httpx.ReadTimeout(
            f"the answer was not whole within {within_seconds:g} seconds", request=request
        ) from None


async def whole(response: "httpx.Response") -> "httpx.Response":
    """The answer with its body, which is read to its announced length or to the limit.

    Raises:
        httpx.TransportError: The body is packed or larger than a megabyte.
    """
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
        body = await _body(response)
    finally:
        await response.aclose()
    headers = {name: value for name, value in response.headers.items() if name != "transfer-encoding"}
    return httpx.Response(response.status_code, headers=headers, content=body, request=response.request)


async def _body(response: "httpx.Response") -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > LARGEST_ANSWER_BYTES:
            raise _too_large(response.request)
    return bytes(body)


def _too_large(request: "httpx.Request") -> "httpx.TransportError":
    import httpx

    return httpx.RemoteProtocolError(f"the answer is larger than {LARGEST_ANSWER_BYTES} bytes", request=request)
