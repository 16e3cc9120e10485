"""BankApp: the bank's app on one user's phone."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import attrs

from impact_sdk import ImpactSDK, Registration, Session

from .bank_client import BankClient
from .callbacks import AccountOpening, Signing, StayingSignedIn
from .screen import Screen

Request = TypeVar("Request")
Reply = TypeVar("Reply")


@attrs.define(eq=False, kw_only=True)
class BankApp:
    """The bank's app, with Impact Finance in it.

    Attributes:
        customer: Who holds the phone, by the bank's own id.
        sdk: The app's `ImpactSDK`. The app registers its callbacks with it.
    """

    customer: str
    sdk: ImpactSDK
    bank: BankClient
    screen: Screen
    registration: Registration = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        opening, signing = AccountOpening(self.bank, self.screen), Signing(self.bank, self.screen)
        staying = StayingSignedIn(self.bank, self.screen)
        self.registration = self.sdk.register(
            account_provisioning_requested=self.watched(opening.account_provisioning_requested),
            transfer_consent_requested=self.watched(signing.transfer_consent_requested),
            id_token_expired=self.watched(staying.id_token_expired),
            exit_requested=self.watched(staying.exit_requested),
        )

    async def launch(self, *, locale: str = "sv-SE") -> Session:
        """Sign the user in at the bank and open Impact Finance."""
        return await self.open_impact_finance(await self.bank.sign_in(self.customer), locale=locale)

    async def open_impact_finance(self, id_token: str, *, locale: str) -> Session:
        """Open Impact Finance for a user who has signed in at the bank."""
        return await self.sdk.launch(id_token, locale=locale)

    async def open_account_in_advance(self) -> str:
        """Open an account for a user who has never opened Impact Finance; returns the order's state when it is done."""
        await self.bank.sign_in(self.customer)
        order_id = await self.bank.order_account()
        return await self.bank.account_is_open(order_id)

    def watched(self, callback: Callable[[Request], Awaitable[Reply]]) -> Callable[[Request], Awaitable[Reply]]:
        """What is registered in the place of a callback: a subclass can watch the calls."""
        return callback
