"""What a bank's app does when Impact Finance needs an account: the worked example.

Copy it. Everything that the contract asks of a bank is here, and nothing else.
"""

import attrs

from impact_sdk import AccountProvisioningRequest, ProvisioningDeclined

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
