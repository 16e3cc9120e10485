"""BankApp: the bank's app on one user's phone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs

from impact_sdk import AccountProvisioningRequest, ImpactSDK, Registration, Session

from ..trace import Trace
from .bank_client import BankClient
from .callbacks import AccountOpening
from .screen import Screen


@attrs.define(eq=False, kw_only=True)
class BankApp:
    """The bank's app, with Impact Finance in it.

    Attributes:
        customer: Who holds the phone, by the bank's own id.
        sdk: The app's `ImpactSDK`; the app's callback is registered with it.
    """

    customer: str
    sdk: ImpactSDK
    bank: BankClient
    screen: Screen
    trace: Trace
    registration: Registration = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.registration = self.sdk.register(account_provisioning_requested=self._account_provisioning_requested)

    async def launch(self, *, locale: str = "sv-SE") -> Session:
        """Sign the user in at the bank and open Impact Finance."""
        id_token = await self.bank.sign_in(self.customer)
        self.trace.record("bank_app", "sdk", "SDK.launch", kind="call", detail={"locale": locale})
        return await self.sdk.launch(id_token, locale=locale)

    async def open_account_in_advance(self) -> str:
        """Take the user through opening an account before they ever open Impact Finance; returns when it is there."""
        await self.bank.sign_in(self.customer)
        order_id = await self.bank.order_account()
        return await self.bank.account_is_open(order_id)

    async def _account_provisioning_requested(self, request: AccountProvisioningRequest) -> None:
        opening = AccountOpening(self.bank, self.screen)
        async with self._traced(request):
            await opening.account_provisioning_requested(request)

    @asynccontextmanager
    async def _traced(self, request: AccountProvisioningRequest) -> AsyncIterator[None]:
        detail = {"request_id": request.request_id, "user_id": request.user_id}
        self.trace.record("sdk", "bank_app", "callback: Account Provisioning Requested", kind="call", detail=detail)
        ended = "callback was cancelled"
        try:
            yield
            ended = "return from callback"
        except Exception as error:
            ended = f"callback raised {type(error).__name__}"
            raise
        finally:
            self.trace.record("bank_app", "sdk", ended, kind="return", detail=detail)
