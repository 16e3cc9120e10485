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
        """Make a user known to DES before the first launch.

        Raises:
            Conflict: There is a user with this `external_id`.
        """
        values = {**required({"external_id": external_id}), "given_name": given_name, "family_name": family_name}
        return await USER.create(self._transport, values, **options)

    async def get(self, user_id: str, **options: Unpack[CallOptions]) -> User:
        """One user; `NotFound` if there is none."""
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
        """Change the given fields, all in one step or none. A second time changes nothing.

        Settle Performance transactions here, together with the new balances: then nobody sees one without the other.

        Args:
            provisioning_initiated_at: When the bank began to open an account; DES starts the user's paused launches.
                None means that the bank refuses the user: the launches are paused again, and the next launch asks
                again.
            account_provision_request_id: The request that this answers.
            accounts: Changes to accounts of this user. The sandbox accepts 500 at once.
            transactions: The ends of transactions of this user. As many at once.

        Raises:
            BadRequest: An element belongs to another user, or cannot be changed so; `errors` names its place in the
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
        body = wire.body(USER.root, values)
        await self._transport.request("PATCH", USER.path_of(user_id), body=body, **options)  # 204: docs/des.md 8.2

    async def delete(self, user_id: str, **options: Unpack[CallOptions]) -> None:
        """Erase a user and all their data. A second time raises `NotFound`. The external id is free again.

        Raises:
            Conflict: An account holds money, or a transaction is requested. Settle it, or pay it out, first.
        """
        await self._transport.request("DELETE", USER.path_of(user_id), **options)
