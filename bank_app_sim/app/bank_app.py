"""BankApp: the bank's app on one user's phone."""

from collections.abc import Awaitable, Callable
from typing import Any

import attrs

from impact_sdk import ImpactSDK, Registration, Session

from ..timeline.trace import Trace, of_user
from .bank_client import BankClient
from .callbacks import AccountOpening, Signing, StayingSignedIn
from .screen import Screen


@attrs.define(eq=False, kw_only=True)
class BankApp:
    """The bank's app, with Impact Finance in it.

    Attributes:
        customer: Who holds the phone, by the bank's own id.
        sdk: The app's `ImpactSDK`; the app's callbacks are registered with it.
    """

    customer: str
    sdk: ImpactSDK
    bank: BankClient
    screen: Screen
    trace: Trace
    registration: Registration = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        staying = StayingSignedIn(self.bank, self.screen)
        self.registration = self.sdk.register(
            account_provisioning_requested=self._traced(
                "Account Provisioning Requested", AccountOpening(self.bank, self.screen).account_provisioning_requested
            ),
            transfer_consent_requested=self._traced(
                "Transfer Consent Requested", Signing(self.bank, self.screen).transfer_consent_requested
            ),
            id_token_expired=self._traced("ID Token Expired", staying.id_token_expired),
            exit_requested=self._traced("Exit Requested", staying.exit_requested),
        )

    async def launch(self, *, locale: str = "sv-SE") -> Session:
        """Sign the user in at the bank and open Impact Finance."""
        id_token = await self.bank.sign_in(self.customer)
        with of_user(self.customer):
            self.trace.record("bank_app", "sdk", "SDK.launch", kind="call", detail={"locale": locale})
        return await self.sdk.launch(id_token, locale=locale)

    async def open_account_in_advance(self) -> str:
        """Take the user through opening an account before they ever open Impact Finance; returns when it is there."""
        await self.bank.sign_in(self.customer)
        order_id = await self.bank.order_account()
        return await self.bank.account_is_open(order_id)

    def _traced(self, name: str, callback: Callable[[Any], Awaitable[Any]]) -> Callable[[Any], Awaitable[Any]]:
        """The callback, with its call and its end in the trace."""

        async def called(request: Any) -> Any:
            shown = ("request_id", "user_id", "reason")
            detail = {field: str(getattr(request, field)) for field in shown if hasattr(request, field)}
            with of_user(self.customer):
                self.trace.record("sdk", "bank_app", f"callback: {name}", kind="call", detail=detail)
                ended = "callback was cancelled"
                try:
                    answer = await callback(request)
                    ended = "return from callback"
                except Exception as error:
                    ended = f"callback raised {type(error).__name__}"
                    raise
                finally:
                    self.trace.record("bank_app", "sdk", ended, kind="return", detail=detail)
            return answer

        return called
