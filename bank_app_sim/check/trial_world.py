"""The served world of a check, on a thread of its own: a callback that blocks its own event loop does not block DES.

Other threads call everything here.
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

from ..server.http.ports import address, listening_socket, serving
from ..simulation import ServedSimulation
from ..simulation.faults import Fault
from ..simulation.in_process import InProcess
from ..timeline.trace import Message
from .leaks import Secrets
from .proxy import Proxy
from .pulse import Pulse


@attrs.define(eq=False, kw_only=True)
class TrialWorld:
    """A served world in which nobody opens accounts: that is the bank's part.

    Attributes:
        app_url: DES for the app's SDK.
        bank_url: DES for the bank's backend, behind the proxy.
    """

    simulation: ServedSimulation
    proxy: Proxy
    secrets: Secrets
    app_url: str
    bank_url: str
    pulse: Pulse
    _portal: anyio.from_thread.BlockingPortal

    def disturb(self, fault: Fault) -> None:
        """Let something go wrong between the bank and DES, until `proxy.disturb_no_more()`."""
        self.simulation.network.faults.plan(fault)

    async def id_token(self, customer: str) -> str:
        """What the bank's sign-in gives to its app."""
        token: str = await anyio.to_thread.run_sync(self._portal.call, self.simulation.id_token, customer)
        self.secrets.know("ID token", token)
        return token

    async def forget(self, customer: str) -> None:
        """Make DES forget a customer, whatever an earlier check has left of them."""
        await anyio.to_thread.run_sync(self._portal.call, self._forget, customer)

    async def _forget(self, customer: str) -> None:
        api = self.simulation.api
        pending = [
            transaction async for transaction in api.transactions.list(state="requested", external_user_id=customer)
        ]
        for transaction in pending:
            await api.transactions.fail(transaction.id, errors=["the check begins anew with this customer"])
        for user in [user async for user in api.users.list(external_id=customer)]:
            with contextlib.suppress(NotFound, Conflict):  # Conflict: they have money, and the trial will say so
                await api.users.delete(user.id)

    @property
    def latest_message(self) -> int:
        """The number of the last message in the trace."""
        return max((message.n for message in self.simulation.trace), default=0)

    def messages(self, *, after: int) -> list[Message]:
        return [message for message in self.simulation.trace if message.n > after]


@contextlib.contextmanager
def trial_world(*, data: Path, listener: socket.socket, secrets: Secrets) -> Iterator[TrialWorld]:
    """Serve one until the end of the block.

    Args:
        data: The folder of its databases and of the bank's secret.
        listener: Where the bank reaches DES.
    """
    options = {"use_uvloop": sys.platform != "win32"}
    with anyio.from_thread.start_blocking_portal("asyncio", options) as portal:
        world = portal.wrap_async_context_manager(_served(portal, data, listener, secrets))
        served = world.__enter__()
        try:
            yield served
        finally:
            # Without the block's own error: its task groups would raise it again, in a group.
            world.__exit__(None, None, None)


@contextlib.asynccontextmanager
async def _served(
    portal: anyio.from_thread.BlockingPortal, data: Path, listener: socket.socket, secrets: Secrets
) -> AsyncIterator[TrialWorld]:
    simulation = ServedSimulation(data=data)
    async with simulation, contextlib.AsyncExitStack() as stack:
        secrets.know_credentials(simulation.client_id, simulation.client_secret)
        noted = functools.partial(simulation.trace.record, "bank_backend", "bank_backend", kind="call")
        des = InProcess(lambda: simulation.des.app)
        proxy = Proxy(link=simulation.network.link("bank_backend", "des", des), secrets=secrets, noted=noted)
        # The app has a proxy of its own, so everything that comes through the other one is the bank's.
        of_app = Proxy(link=simulation.network.link("sdk", "des", des), secrets=secrets)
        app_listener = listening_socket(0)
        stack.callback(app_listener.close)
        await stack.enter_async_context(serving((of_app, app_listener), (proxy, listener)))
        pulse = Pulse()
        tasks = await stack.enter_async_context(anyio.create_task_group())
        tasks.start_soon(pulse.run)
        stack.callback(tasks.cancel_scope.cancel)
        yield TrialWorld(
            simulation=simulation,
            proxy=proxy,
            secrets=secrets,
            app_url=address(app_listener),
            bank_url=address(listener),
            pulse=pulse,
            portal=portal,
        )
