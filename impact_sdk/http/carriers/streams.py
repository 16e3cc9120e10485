"""The network streams below one connection of httpcore: none gets lost, and no message is written by half."""

from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

from .unbroken import unbroken


class Streams:
    """What httpcore calls a network backend. It keeps each stream that it opens, so that it can close all of them.

    Args:
        library: httpcore or httpcore2.
        is_shared: Whether several calls may turn out to share the connection.

    Attributes:
        speaks_http2: The two sides have agreed on HTTP/2.
        was_asked: For a stream. It stays False if a test tool stands in for httpcore's connections.
    """

    def __init__(self, library: ModuleType, *, is_shared: bool) -> None:
        self._library = library
        self._anyio = library.AnyIOBackend()
        self._is_shared = is_shared
        self._is_closed = False
        self._streams: list[Any] = []
        self.speaks_http2 = False
        self.was_asked = False

    async def connect_tcp(self, *args: object, **given: object) -> Any:
        self.was_asked = True
        stream = await self._anyio.connect_tcp(*args, **given)
        self._streams.append(stream)
        if self._is_closed:  # meanwhile
            await stream.aclose()
            raise self._library.ConnectError("the client was closed meanwhile")
        return SharedStream(stream, self._agreed) if self._is_shared else stream

    def _agreed(self, protocol: str | None) -> None:
        self.speaks_http2 = protocol == "h2"

    async def sleep(self, seconds: float) -> None:
        await self._anyio.sleep(seconds)

    async def aclose(self) -> None:
        self._is_closed = True
        for stream in self._streams:
            await stream.aclose()


class SharedStream:
    """A stream of calls that share it. A cancelled call writes its message whole: half of it would break the others.

    Args:
        agreed: Called with the protocol that TLS agreed on.
    """

    def __init__(self, stream: Any, agreed: Callable[[str | None], None]) -> None:
        self._stream = stream
        self._agreed = agreed

    async def read(self, *args: object, **given: object) -> bytes:
        data: bytes = await self._stream.read(*args, **given)
        return data

    async def write(self, *args: object, **given: object) -> None:
        await unbroken(partial(self._stream.write, *args, **given))

    async def start_tls(self, *args: object, **given: object) -> "SharedStream":
        stream = await self._stream.start_tls(*args, **given)
        # TLS with a proxy comes first and agrees on nothing. The last TLS is the one with DES.
        self._agreed(stream.get_extra_info("ssl_object").selected_alpn_protocol())
        return SharedStream(stream, self._agreed)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
