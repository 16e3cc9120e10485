"""`/v1/users`."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Unpack

import attrs

from .. import wire
from ..arguments import required
from ..http.options import CallOptions, PostOptions
from ..http.transport import Transport
from ..models import UNSET, AccountUpdate, TransactionUpdate, Unset, User
from .listing import Listing
from .naming import called_by_name
from .resources import Resource

USER = Resource("/v1/users", "user", User)
LISTING = Listing("/v1/users", "users", User)


@called_by_name
@attrs.frozen
class Users:
    """The bank's end users in DES.

    The vendor documents `update()` only; the others are ours (docs/des.md 6).
    """

    _transport: Transport

    async def create(
        self,
        *,
        external_id: str,
        given_name: str | None = None,
        family_name: str | None = None,
        **options: Unpack[PostOptions],
    ) -> User:
        """Make a user known to DES before their first launch.

        Raises:
            Conflict: A user with this `external_id` is there already.
        """
        values = {**required({"external_id": external_id}), "given_name": given_name, "family_name": family_name}
        return await USER.create(self._transport, values, **options)

    async def get(self, user_id: str, **options: Unpack[CallOptions]) -> User:
        """One user; `NotFound` where there is none."""
        return await USER.get(self._transport, user_id, **options)

    def list(self, *, external_id: str | None = None, **options: Unpack[CallOptions]) -> AsyncIterator[User]:
        """All users, or the one with this `external_id`."""
        return LISTING.pages(self._transport, {"external_id": external_id}, **options)

    async def update(
        self,
        user_id: str,
        *,
        provisioning_initiated_at: datetime | Unset | None = UNSET,
        given_name: str | Unset | None = UNSET,
        family_name: str | Unset | None = UNSET,
        account_provision_request_id: str | Unset = UNSET,
        accounts: Sequence[AccountUpdate] = (),
        transactions: Sequence[TransactionUpdate] = (),
        **options: Unpack[CallOptions],
    ) -> None:
        """Change what is given, leave the rest: all of it in one step, or nothing. A second time changes nothing.

        Settle Performance transactions here, together with the new balances of their accounts, so that nobody sees
        the one without the other.

        Args:
            provisioning_initiated_at: When opening an account began; DES starts the user's paused launches. None says
                that the bank refuses the user: they are paused again, and the next launch asks again.
            account_provision_request_id: Which request that answers.
            accounts: What changes on accounts of this user; the others stay as they are. The sandbox takes 500 at once.
            transactions: How transactions of this user ended; the others stay as they are. As many at once.

        Raises:
            BadRequest: An element is not this user's, or may not be changed so; `errors` names it by its place in the
                list, such as `user.accounts[0].id`. Nothing was changed.
            Conflict: The request is no longer open.
        """
        # docs/des.md 1.11; 6, "Paused" and "Rejected"
        values = {
            "provisioning_initiated_at": provisioning_initiated_at,
            "given_name": given_name,
            "family_name": family_name,
            "account_provision_request_id": account_provision_request_id,
            "accounts": accounts or UNSET,
            "transactions": transactions or UNSET,
        }
        # DES answers 204, or 200 with what we know already (docs/des.md 8.2).
        await self._transport.request("PATCH", USER.path_of(user_id), body=wire.body("user", values), **options)

    async def delete(self, user_id: str, **options: Unpack[CallOptions]) -> None:
        """Erase a user and all that is theirs. A second time raises `NotFound`; the external id is free again.

        Raises:
            Conflict: There is money on an account, or a transaction is requested: settle it, or pay it out, first.
        """
        await self._transport.request("DELETE", USER.path_of(user_id), **options)
