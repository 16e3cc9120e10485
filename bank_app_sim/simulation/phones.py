"""The phones of a world: the bank's app on each, with the SDK in it."""

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import anyio.abc
import attrs

from impact_sdk import Clock, Hook

from ..timeline.trace import DIES, Trace, of_user
from .client import Client
from .network import Transport
from .streams import Streams

if TYPE_CHECKING:
    import httpx

    from impact_sdk import ImpactSDK

    from ..app import BankApp

# How a user answers a question of the app: yes or no, at once or later.
Answers = Callable[[str], "bool | Awaitable[bool]"]

HALF_AN_HOUR = timedelta(minutes=30)


def always_yes(_question: str) -> bool:
    return True


def _of(customer: str, transport: Transport | None) -> Transport | None:
    """A transport on a user's phone. None means TCP, where messages do not carry the user."""
    return transport if transport is None or not customer else _OfUser(customer, transport)


@attrs.frozen
class _OfUser:
    """A transport for httpx that marks requests and responses with the user in the trace."""

    customer: str
    transport: Transport

    async def handle_async_request(self, request: "httpx.Request") -> "httpx.Response":
        with of_user(self.customer):
            return await self.transport.handle_async_request(request)

    async def aclose(self) -> None:
        await self.transport.aclose()

    async def __aenter__(self) -> "_OfUser":
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()


@attrs.define(eq=False, kw_only=True)
class Phones:
    """Makes apps and SDKs that reach one world.

    Attributes:
        des_url: The address of DES; `backend_url` is the address of the bank's backend.
        to_des: Makes a transport to DES, or returns None for TCP; `to_backend` likewise.
        tasks: Callbacks run in it.
        stack: Closes all apps and SDKs in the end.
    """

    des_url: str
    backend_url: str
    client_id: str
    to_des: Callable[[], Transport | None]
    to_backend: Callable[[], Transport | None]
    clock: Clock
    trace: Trace
    streams: Streams
    tasks: anyio.abc.TaskGroup
    stack: contextlib.AsyncExitStack
    _apps: "dict[str, BankApp]" = attrs.field(factory=dict, init=False)

    def sdk(
        self,
        *,
        customer: str = "",
        account_provisioning_timeout: timedelta = HALF_AN_HOUR,
        transfer_consent_timeout: timedelta = HALF_AN_HOUR,
        hooks: Sequence[Hook] | None = None,
    ) -> "ImpactSDK":
        """A bare SDK, open."""
        from impact_sdk import ImpactSDK  # not at the top: a server has to answer soon, and needs no phone

        sdk = ImpactSDK(
            self.des_url,
            client_id=self.client_id,
            account_provisioning_timeout=account_provisioning_timeout,
            transfer_consent_timeout=transfer_consent_timeout,
            transport=_of(customer, self.to_des()),
            clock=self.clock,
            task_group=self.tasks,
            source=self.streams.of(f"sdk of {customer}" if customer else "sdk"),
            hooks=hooks,
        )
        self.stack.push_async_callback(sdk.aclose)
        return sdk

    def app(self, customer: str, *, answers: Answers = always_yes) -> "BankApp":
        """The phone of a customer; the same one each time."""
        if customer not in self._apps:
            from ..app import Screen
            from ..app.bank_client import BankClient
            from .traced_app import TracedBankApp

            http = Client(self.backend_url, _of(customer, self.to_backend()))
            self.stack.push_async_callback(http.aclose)
            self._apps[customer] = TracedBankApp(
                customer=customer,
                sdk=self.sdk(customer=customer),
                bank=BankClient(http, self.clock),
                screen=Screen(answers),
                trace=self.trace,
            )
        return self._apps[customer]

    async def kill_app(self, customer: str) -> None:
        """Kill the app's process: it loses what it had in memory, and its running callbacks."""
        app = self._apps.pop(customer, None)
        if app is not None:
            with of_user(customer):
                self.trace.record("bank_app", "bank_app", DIES, kind="return", detail={"customer": customer})
            await app.sdk.aclose()

    def forget_app(self, customer: str) -> None:
        """Let the next `app()` be a new process. This one keeps running, but nobody uses it."""
        self._apps.pop(customer, None)
