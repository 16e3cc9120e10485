"""The options that say how a client reaches DES. Imported at a host's start: loads no HTTP library."""

from typing import TYPE_CHECKING, Any, Literal, Protocol, TypedDict

from ...secrets import Secret

if TYPE_CHECKING:
    import ssl

# A client's certificate: one file, or certificate, key and the key's password.
Cert = str | tuple[str, str] | tuple[str, str, str | Secret]


class HTTPTransport(Protocol):
    """What carries requests: any transport of httpx, or of httpx2.

    `httpx.ASGITransport(app)` calls an application in this process, `httpx.MockTransport(handler)` calls a function.
    A proxy, certificates and limits need no transport of your own: see `proxy`, `verify`, `cert` and `max_connections`
    of the client. If you give a transport, all of these are the transport's job, and so are the proxies of the
    environment.

    A failed request is `NotSent` only if it is known that no part of it went out. A transport tells this through the
    request's extension `trace`, as httpcore does: `connection.connect_tcp.failed` with the exception if there was no
    connection, `http11.send_request_headers.started` when sending begins. It then raises that exception, or one raised
    from it. If a transport tells nothing, every failure is `OutcomeUnknown`; this includes your own subclass of
    `httpx.AsyncHTTPTransport` that sends in another way. Under asyncio, httpx's own pool loses a connection with each
    cancelled call (httpcore 1.0.9), until every call is `NotSent`; the SDK cannot mend that.
    """

    async def handle_async_request(self, request: Any) -> Any: ...
    async def aclose(self) -> None: ...


class ConnectionOptions(TypedDict, total=False):
    """How a client reaches DES: keyword arguments of `ImpactSDK` and `ImpactAPI`.

    Attributes:
        transport: What carries the requests. Left out: the SDK's own pool of connections, on httpcore. `"httpx2"`: the
            same pool on httpx2's httpcore2. `"aiohttp"`: aiohttp, the fastest under asyncio. Each of these needs the
            extra of its name. Or an object of the host, such as `httpx.ASGITransport(app)`: see `HTTPTransport`.
        verify: Which certificates of DES are trusted. True: those of certifi, or of `SSL_CERT_FILE` and
            `SSL_CERT_DIR`. A path: your own authorities, a file or a folder. Or an `ssl.SSLContext`. False: any; for
            tests only.
        cert: The client's own certificate, if DES asks for one (mutual TLS): a file, or certificate, key and password.
            The password may be a `Secret`.
        proxy: The address of a proxy: `http`, `https` or `socks5`. Left out: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`
            and `NO_PROXY` decide. False: no proxy, whatever they say.
        max_connections: How many calls may be under way at once; 100 if left out. The others wait, at most as long as
            their `timeout`.
        http2: Whether to speak HTTP/2 if DES does; needs the extra of that name. All calls then share one connection.

    A transport of the host has its own values for the last five: they are refused beside it.
    """

    transport: HTTPTransport | Literal["aiohttp", "httpx2"] | None
    verify: "ssl.SSLContext | str | bool"
    cert: Cert | None
    proxy: str | Literal[False] | None
    max_connections: int
    http2: bool
