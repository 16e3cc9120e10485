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

        It can end in three ways, and all of them are fine:

        * It returns: opening the account is *under way*, and not yet done. The bank may take days. Impact Finance
          starts the savehack now, and its deposits wait.
        * It raises `ProvisioningDeclined`: the user said no. The savehack stays paused, and the next launch asks again.
        * It raises anything else, or takes too long: it has failed. The savehack stays paused, as above.

        After the last two, it can be called again with the same request. The bank's backend must not open two accounts
        then, so it gets the request's id and `account_external_id`.
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
    """Lets the user sign for a savehack, at a bank that requires that.

        sdk.register(transfer_consent_requested=Signing(bank, screen).transfer_consent_requested)

    If the user has no account, the bank's backend opens one as a part of this. `account_provisioning_requested` is not
    called then.
    """

    bank: BankClient
    screen: Screen

    async def transfer_consent_requested(self, request: TransferConsentRequest) -> None:
        """The user has launched a savehack, which is a draft until they have signed for it.

        The temporary id can be used once, within minutes, so the backend first fetches the consent. The backend also
        tells Impact Finance what the user said. This returns after that: to return alone signs nothing.

        After a crash or a time-out it can be called again for the same consent, with another temporary id. It does not
        ask again what the user has already answered.
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
    """Keeps the user's session alive while they are signed in at the bank, and leaves when it ends.

    staying = StayingSignedIn(bank, screen)
    sdk.register(id_token_expired=staying.id_token_expired, exit_requested=staying.exit_requested)
    """

    bank: BankClient
    screen: Screen

    async def id_token_expired(self, request: IDTokenExpired) -> str:
        """The session ends in half a minute: get a new ID token, without asking the user for anything.

        It raises if the user is no longer signed in at the bank. The session then ends, which is right.
        """
        return await self.bank.sign_in_silently()

    async def exit_requested(self, request: ExitRequest) -> None:
        """The session has ended: show the bank's own pages."""
        self.screen.shows(f"Impact Finance is closed: {request.reason}")
