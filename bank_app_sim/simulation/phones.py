"""The phones of a world: the bank's app on each, with the SDK in it."""

import contextlib
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import anyio.abc
import attrs

from impact_sdk import Clock, ImpactSDK

from ..app import BankApp, Screen
from ..app.bank_client import BankClient
from ..client import Client
from ..trace import DIES, Trace

# How a user answers what the app asks: yes, no, or in a while.
Answers = Callable[[str], "bool | Awaitable[bool]"]

HALF_AN_HOUR = timedelta(minutes=30)


def always_yes(_question: str) -> bool:
    return True


@attrs.define(eq=False, kw_only=True)
class Phones:
    """Makes apps and SDKs that reach one world.

    Attributes:
        des_url: Where DES is; `backend_url` is where the bank's backend is.
        to_des: Gives a transport to DES, or None for the network; `to_backend` likewise.
        tasks: Where callbacks run.
        stack: What closes all of it in the end.
    """

    des_url: str
    backend_url: str
    client_id: str
    to_des: Callable[[], Any]
    to_backend: Callable[[], Any]
    clock: Clock
    trace: Trace
    source: random.Random
    tasks: anyio.abc.TaskGroup
    stack: contextlib.AsyncExitStack
    _apps: dict[str, BankApp] = attrs.field(factory=dict, init=False)

    def sdk(
        self,
        *,
        account_provisioning_timeout: timedelta = HALF_AN_HOUR,
        transfer_consent_timeout: timedelta = HALF_AN_HOUR,
    ) -> ImpactSDK:
        """A bare SDK, open."""
        sdk = ImpactSDK(
            self.des_url,
            client_id=self.client_id,
            account_provisioning_timeout=account_provisioning_timeout,
            transfer_consent_timeout=transfer_consent_timeout,
            transport=self.to_des(),
            clock=self.clock,
            task_group=self.tasks,
            source=self.source,
        )
        self.stack.push_async_callback(sdk.aclose)
        return sdk

    def app(self, customer: str, *, answers: Answers = always_yes) -> BankApp:
        """The phone of a customer; the same one each time."""
        if customer not in self._apps:
            http = Client(self.backend_url, self.to_backend())
            self.stack.push_async_callback(http.aclose)
            self._apps[customer] = BankApp(
                customer=customer,
                sdk=self.sdk(),
                bank=BankClient(http, self.clock),
                screen=Screen(answers),
                trace=self.trace,
            )
        return self._apps[customer]

    async def kill_app(self, customer: str) -> None:
        """Let the app's process die: what it had in memory is gone, callbacks that run included."""
        app = self._apps.pop(customer, None)
        if app is not None:
            self.trace.record("bank_app", "bank_app", DIES, kind="return", detail={"customer": customer})
            await app.sdk.aclose()

    def forget_app(self, customer: str) -> None:
        """The next `app()` is another process; this one is left to itself."""
        self._apps.pop(customer, None)
