"""What connections of httpcore's read from and write to: known to us, so that none is lost, and no half is written."""

from functools import partial
from types import ModuleType
from typing import Any

from .unbroken import unbroken


def backend_of(library: ModuleType) -> Any:
    """Where one connection gets its streams, of whichever httpcore: it keeps each, so that none is lost."""

    class Stream(library.AsyncNetworkStream):  # type: ignore[misc, name-defined]
        """One that calls share: half of what a cancelled one has to write would be the end of them all."""

        def __init__(self, stream: Any, backend: "Backend") -> None:
            self._stream = stream
            self._backend = backend

        async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  # httpcore's
            data: bytes = await self._stream.read(max_bytes, timeout)
            return data

        async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  # httpcore's
            await unbroken(partial(self._stream.write, buffer, timeout))

        async def start_tls(self, *args: Any, **given: Any) -> Any:
            stream = await self._stream.start_tls(*args, **given)
            # Of a proxy with TLS it says nothing; what comes after that does.
            self._backend.speaks_http2 = stream.get_extra_info("ssl_object").selected_alpn_protocol() == "h2"
            return Stream(stream, self._backend)

        async def aclose(self) -> None:
            await self._stream.aclose()

        def get_extra_info(self, info: str) -> Any:
            return self._stream.get_extra_info(info)

    class Backend(library.AsyncNetworkBackend):  # type: ignore[misc, name-defined]
        """
        Args:
            is_shared: Whether the connection may turn out to be one of several calls.
        """

        def __init__(self, *, is_shared: bool) -> None:
            self._anyio = library.AnyIOBackend()
            self._is_shared = is_shared
            self._is_closed = False
            self._streams: list[Any] = []
            self.speaks_http2 = False
            # A tool of tests that stands in for httpcore's connections never comes here.
            self.was_asked = False

        async def connect_tcp(self, *args: Any, **given: Any) -> Any:
            self.was_asked = True
            stream = await self._anyio.connect_tcp(*args, **given)
            self._streams.append(stream)
            if self._is_closed:  # meanwhile
                await stream.aclose()
                raise library.ConnectError("the client was closed meanwhile")
            return Stream(stream, self) if self._is_shared else stream

        async def sleep(self, seconds: float) -> None:
            await self._anyio.sleep(seconds)

        async def aclose(self) -> None:
            self._is_closed = True
            for stream in self._streams:
                await stream.aclose()

    return Backend
