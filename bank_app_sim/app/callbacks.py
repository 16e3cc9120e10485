"""What a bank's app does when Impact Finance calls it: examples to copy.

Everything that the contract asks of a bank is here, and nothing else.
"""

import attrs

from impact_sdk import (
    AccountProvisioningRequest,
    ConsentDeclined,
    ExitRequest,
    IDTokenExpired,
    ProvisioningDeclined,
    TransferConsentRequest,
)

from .bank_client import BankClient
from .screen import Screen


@attrs.frozen
class AccountOpening:
    """Takes the user through opening a savings account.

    Register it once, when the app starts:

        sdk.register(account_provisioning_requested=AccountOpening(bank, screen).account_provisioning_requested)
    """

    bank: BankClient
    screen: Screen

    async def account_provisioning_requested(self, request: AccountProvisioningRequest) -> None:
        """The user has launched a savehack and has no account for the money yet.

        Three ends are possible, and all of them are fine:

        * It returns: opening the account is *under way*. It need not be done; the bank may take days. Impact Finance
          starts the savehack now, and its deposits wait.
        * It raises `ProvisioningDeclined`: the user said no. The savehack stays paused, and the next launch asks again.
        * It raises anything else, or takes too long: the same, as a failure.

        Because of the last two it can be called again with the very same request. The bank's backend must not open two
        accounts then: the request's id and `account_external_id` go along for that.
        """
        async with self.screen.taken_over("Open a savings account"):
            if not await self.screen.asks("Shall we open a savings account for your Dream?"):
                raise ProvisioningDeclined("the user does not want an account now")
            await self.bank.order_account(
                request_id=request.request_id,
                user_id=request.user_id,
                dream_id=request.dream.id if request.dream else None,
                account_external_id=request.account_external_id,
            )
            self.screen.shows("We are opening your account. You can go on saving meanwhile.")


@attrs.frozen
class Signing:
    """Has the user sign for a savehack, at a bank that wants that.

        sdk.register(transfer_consent_requested=Signing(bank, screen).transfer_consent_requested)

    Opening an account is part of it, where the user has none: the bank's backend sees to that, and
    `account_provisioning_requested` is not called.
    """

    bank: BankClient
    screen: Screen

    async def transfer_consent_requested(self, request: TransferConsentRequest) -> None:
        """The user has launched a savehack, which is a draft until they have signed for it.

        The temporary id is good for one look and for minutes, so the backend fetches the consent first of all. It is
        the backend that tells Impact Finance what the user said, and this returns when it has: returning alone signs
        nothing.

        It can be called again for the same consent, with another temporary id: after a crash, after a time-out. What
        the user has said by then is not asked again.
        """
        consent = await self.bank.fetch_consent(request.temporary_id)
        signed = consent.state in ("SIGNED", "CONSENTED")
        async with self.screen.taken_over("Sign for your saving"):
            if consent.state == "SHOWN":
                often = "once" if consent.max_frequency == "once" else f"each {consent.max_frequency}"
                amount = f"{consent.max_amount_cents / 100:.2f}"
                purpose = request.launch.dream.name or "your Dream"
                signed = await self.screen.asks(f"May up to {amount} be saved {often} for {purpose}?")
            await self.bank.answer_consent(consent.id, signed=signed)
            if not signed:
                raise ConsentDeclined("the user does not sign")
            self.screen.shows("You have signed. Your saving begins.")


@attrs.frozen
class StayingSignedIn:
    """Keeps the user's session alive as long as the bank's own lasts, and leaves when it is over.

    staying = StayingSignedIn(bank, screen)
    sdk.register(id_token_expired=staying.id_token_expired, exit_requested=staying.exit_requested)
    """

    bank: BankClient
    screen: Screen

    async def id_token_expired(self, request: IDTokenExpired) -> str:
        """The session ends in half a minute: get a new ID token, without asking the user for anything.

        Raise when the user is not signed in at the bank any more. The session then ends, which is right.
        """
        return await self.bank.sign_in_silently()

    async def exit_requested(self, request: ExitRequest) -> None:
        """The session has ended: show the bank's own pages."""
        self.screen.shows(f"Impact Finance is closed: {request.reason}")
