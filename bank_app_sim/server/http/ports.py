"""Serves ASGI applications on ports of the loopback interface, in this process."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from typing import Any

import anyio
import uvicorn

from .connections import Limits, limited
from .door import Door

HOST = "127.0.0.1"


class WrongEventLoop(Exception):
    """uvicorn runs on asyncio only."""


class PortTaken(Exception):
    """Another program listens on the port."""


def require_asyncio() -> None:
    """Raise `WrongEventLoop` on another event loop than asyncio's."""
    try:
        asyncio.get_running_loop()
    except RuntimeError as error:
        raise WrongEventLoop("worlds are served on asyncio only; on trio, leave `served` out") from error


def listening_socket(port: int) -> socket.socket:
    """A socket on the loopback interface that listens already: a client that connects before the server runs waits.

    Args:
        port: 0 for any free port.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise PortTaken(f"port {port} of {HOST} cannot be used ({error.strerror}); choose another one") from error
    listener.listen(2048)
    return listener


def address(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"


def beside(app: Any, others: Mapping[str, Any]) -> Any:
    """An application with others mounted at the same port: each gets the paths that begin with its key."""
    if not others:
        return app

    async def shared(scope: Any, receive: Any, send: Any) -> None:
        path = f"{scope['path']}/"
        found = (other for start, other in others.items() if path.startswith(f"{start}/"))
        await next(found, app)(scope, receive, send)

    return shared


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the simulation decides when it ends, and it ends at once."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = anyio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        """Tick once a second. uvicorn itself wakes ten times a second to see whether it should end."""
        while not await self.on_tick(0):
            with anyio.move_on_after(1):
                await self._told.wait()

    def end(self) -> None:
        self.should_exit = True
        self._told.set()


@contextlib.asynccontextmanager
async def serving(
    *served: tuple[Any, socket.socket], names: Collection[str] = (), limits: Limits | None = None
) -> AsyncIterator[None]:
    """Serve applications until the block ends; answers that are under way are finished first.

    Args:
        names: The names that `Host` may have, besides those of loopback.
        limits: Of each connection; None for the usual ones.
    """
    servers = [(_Server(_config(app, names, limits or Limits())), listener) for app, listener in served]
    async with anyio.create_task_group() as tasks:
        for server, listener in servers:
            tasks.start_soon(server.serve, [listener])
        try:
            yield
        finally:
            for server, _ in servers:
                server.end()


def _config(app: Any, names: Collection[str], limits: Limits) -> uvicorn.Config:
    return uvicorn.Config(
        Door(app, names),
        http=limited(limits),
        lifespan="off",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
