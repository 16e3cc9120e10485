"""`/v1/accounts`."""

from collections.abc import AsyncIterator

import attrs

from .. import wire
from ..addresses import segment
from ..errors import Conflict
from ..models import Account, AccountType
from ..transport import Transport, read
from .listing import Listing

LISTING = Listing("/v1/accounts", "accounts")


@attrs.frozen
class Accounts:
    """What DES knows of the accounts that the bank holds."""

    _transport: Transport

    async def create(
        self,
        *,
        user_id: str,
        type: AccountType | str,
        external_id: str | None = None,
        balance_cents: int = 0,
        idempotency_key: str | None = None,
    ) -> Account:
        """Tell DES of an account that exists at the bank; DES links the user's Dreams to it.

        Without an `external_id` every call makes another account, also where users have one account only. Give one,
        and prefer `ensure()`.

        Raises:
            Conflict: The user has an account with this `external_id`; nothing was changed.
        """
        # reference: account-provisioning-single-account, on externalId
        values = {"user_id": user_id, "type": type, "external_id": external_id, "balance_cents": balance_cents}
        body = wire.body("account", {name: value for name, value in values.items() if value is not None})
        reply = await self._transport.request("POST", "/v1/accounts", body=body, idempotency_key=idempotency_key)
        return read(reply, "account", Account)

    async def ensure(
        self,
        *,
        user_id: str,
        type: AccountType | str,
        external_id: str,
        balance_cents: int = 0,
    ) -> Account:
        """The user's account with this `external_id`: a new one, or the one that is there.

        Call it as often as you like, from a job that was killed half way: there is one account in the end.
        """
        try:
            return await self.create(user_id=user_id, type=type, external_id=external_id, balance_cents=balance_cents)
        except Conflict:
            # Read to its end: an asynchronous generator that is left half way is warned about under trio.
            found = [account async for account in self.list(user_id=user_id, external_id=external_id)]
            if not found:
                raise
            return found[0]

    async def get(self, account_id: str) -> Account:
        """One account; `NotFound` where there is none."""
        return read(await self._transport.request("GET", f"/v1/accounts/{segment(account_id)}"), "account", Account)

    def list(self, *, user_id: str | None = None, external_id: str | None = None) -> AsyncIterator[Account]:
        """All accounts, or those of a user, or those with an `external_id` (of any user)."""
        return LISTING.pages(self._transport, Account, {"user_id": user_id, "external_id": external_id})
