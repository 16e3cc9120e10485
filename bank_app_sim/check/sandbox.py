"""A sandbox of DES on a thread of its own, and the gate before it: a callback that blocks its own loop blocks no other.

Everything here is called from other threads.
"""

import contextlib
import functools
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio.from_thread
import anyio.to_thread
import attrs

from impact_sdk import Conflict, NotFound

from ..server.ports import address, listening_socket, serving
from ..simulation import Served, Simulation
from ..timeline.trace import Message
from .gate import Gate
from .leaks import Secrets
from .pulse import Pulse


@attrs.define(eq=False, kw_only=True)
class Sandbox:
    """A bank's world that is served, without anybody in it who opens accounts.

    Attributes:
        app_url: DES for the app's SDK.
        bank_url: DES for the bank's backend; here the gate stands.
    """

    simulation: Simulation
    gate: Gate
    secrets: Secrets
    app_url: str
    bank_url: str
    pulse: Pulse
    _portal: anyio.from_thread.BlockingPortal

    async def id_token(self, customer: str) -> str:
        """What the bank's sign-in gives to its app."""
        token: str = await anyio.to_thread.run_sync(self._portal.call, self.simulation.id_token, customer)
        self.secrets.know("ID token", token)
        return token

    async def forget(self, customer: str) -> None:
        """Make a customer one whom DES has never seen, whatever an earlier check has left of them."""
        await anyio.to_thread.run_sync(self._portal.call, self._forget, customer)

    async def _forget(self, customer: str) -> None:
        api = self.simulation.api
        pending = [
            transaction async for transaction in api.transactions.list(state="requested", external_user_id=customer)
        ]
        for transaction in pending:
            await api.transactions.fail(transaction.id, errors=["the check begins anew with this customer"])
        for user in [user async for user in api.users.list(external_id=customer)]:
            with contextlib.suppress(NotFound, Conflict):  # Conflict: there is money, and the trial will tell
                await api.users.delete(user.id)

    @property
    def latest_message(self) -> int:
        """The number of the last message in the trace."""
        return max((message.n for message in self.simulation.trace), default=0)

    def messages(self, *, after: int) -> list[Message]:
        return [message for message in self.simulation.trace if message.n > after]


@contextlib.contextmanager
def sandbox(*, data: Path, listener: socket.socket, secrets: Secrets) -> Iterator[Sandbox]:
    """Serve one until the block is left.

    Args:
        data: The folder of its databases and of the bank's secret.
        listener: Where the bank finds it.
    """
    options = {"use_uvloop": sys.platform != "win32"}
    with anyio.from_thread.start_blocking_portal("asyncio", options) as portal:
        world = portal.wrap_async_context_manager(_served(portal, data, listener, secrets))
        served = world.__enter__()
        try:
            yield served
        finally:
            # Without the block's own error, which its task groups would hand on wrapped.
            world.__exit__(None, None, None)


@contextlib.asynccontextmanager
async def _served(
    portal: anyio.from_thread.BlockingPortal, data: Path, listener: socket.socket, secrets: Secrets
) -> AsyncIterator[Sandbox]:
    simulation = Simulation(served=Served(data=data))
    async with simulation, contextlib.AsyncExitStack() as stack:
        secrets.know_credentials(simulation.client_id, simulation.client_secret)
        noted = functools.partial(simulation.trace.record, "bank_backend", "bank_backend", kind="call")
        gate = Gate(app=simulation.des.app, secrets=secrets, noted=noted)
        door = listening_socket(0)
        stack.callback(door.close)
        # The app has a door of its own: what comes through the gate is the bank's.
        of_app = Gate(app=simulation.des.app, secrets=secrets)
        await stack.enter_async_context(serving((of_app, door), (gate, listener)))
        pulse = Pulse()
        tasks = await stack.enter_async_context(anyio.create_task_group())
        tasks.start_soon(pulse.run)
        stack.callback(tasks.cancel_scope.cancel)
        yield Sandbox(
            simulation=simulation,
            gate=gate,
            secrets=secrets,
            app_url=address(door),
            bank_url=address(listener),
            pulse=pulse,
            portal=portal,
        )
