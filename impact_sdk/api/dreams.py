"""`/v1/dreams`."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Unpack

import attrs

from ..arguments import required
from ..http.options import CallOptions, PostOptions
from ..http.transport import Transport
from ..models import UNSET, Dream, DreamState, Unset
from .listing import Listing
from .naming import called_by_name
from .resources import Resource

DREAM = Resource("/v1/dreams", "dream", Dream)
LISTING = Listing("/v1/dreams", "dreams", Dream)


@called_by_name
@attrs.frozen
class Dreams:
    """Savings goals."""

    _transport: Transport

    async def create(
        self,
        *,
        user_id: str,
        name: str | None = None,
        target_cents: int | None = None,
        expires_at: date | None = None,
        account_id: str | None = None,
        **options: Unpack[PostOptions],
    ) -> Dream:
        """Make a Dream for a user. If users have one account and it exists, the Dream is linked to it.

        Args:
            name: Its name; None if still open.
            target_cents: The amount to save, 1 or more, in the smallest unit of the tenant's currency; None if still
                open: then there are no milestones.
            expires_at: The day by which the user wants it.
            account_id: Its account, if each Dream has its own. It may be set later.

        Raises:
            BadRequest: A field is not acceptable; `errors` names it.
        """
        # docs/des.md 1.5
        values = {
            **required({"user_id": user_id}),
            "name": name,
            "target_cents": target_cents,
            "expires_at": expires_at,
            "account_id": account_id,
        }
        return await DREAM.create(self._transport, values, **options)

    async def get(self, dream_id: str, **options: Unpack[CallOptions]) -> Dream:
        """One Dream; `NotFound` if there is none, or it belongs to another user."""
        # docs/des.md 1.6
        return await DREAM.get(self._transport, dream_id, **options)

    def list(
        self,
        *,
        user_id: str | None = None,
        external_user_id: str | None = None,
        state: DreamState | str | None = None,
        show_image_url: bool = False,
        show_active_savehacks: bool = False,
        **options: Unpack[CallOptions],
    ) -> AsyncIterator[Dream]:
        """All Dreams that are not deleted, or those of one user, by either id.

        Args:
            state: List active Dreams, or deleted ones.
            show_image_url: Include `image_url`.
            show_active_savehacks: Include `active_savehacks_count`.
        """
        # docs/des.md 1.4
        query = {
            "user_id": user_id,
            "external_user_id": external_user_id,
            "state": state,
            "show_image_url": show_image_url or None,
            "show_active_savehacks": show_active_savehacks or None,
        }
        return LISTING.pages(self._transport, query, **options)

    async def update(
        self,
        dream_id: str,
        *,
        name: str | Unset | None = UNSET,
        target_cents: int | Unset | None = UNSET,
        expires_at: date | Unset | None = UNSET,
        account_id: str | Unset = UNSET,
        provisioning_initiated_at: datetime | Unset | None = UNSET,
        account_provision_request_id: str | Unset = UNSET,
        **options: Unpack[CallOptions],
    ) -> Dream:
        """Change the given fields. A second time changes nothing.

        Args:
            name: The new name; None removes it.
            target_cents: The new amount; None removes the target.
            account_id: Links the Dream to its account, if each Dream has its own: its deposits get their account, and
                its paused launches start.
            provisioning_initiated_at: If each Dream has its own account: when the bank began to open it.
            account_provision_request_id: The request that this answers.

        Raises:
            BadRequest: A field is not acceptable, or the Dream is deleted; `errors` says which.
            Forbidden: A user's session gave `account_id`.
        """
        # docs/des.md 1.6, 5.3; the last two are ours
        values = {
            "name": name,
            "target_cents": target_cents,
            "expires_at": expires_at,
            "account_id": account_id,
            "provisioning_initiated_at": provisioning_initiated_at,
            "account_provision_request_id": account_provision_request_id,
        }
        return await DREAM.change(self._transport, dream_id, values, **options)

    async def delete(self, dream_id: str, *, at: datetime | None = None, **options: Unpack[CallOptions]) -> Dream:
        """Delete a Dream for ever: its launches stop, its requested transactions fail. It stays readable.

        Args:
            at: When; now if left out.

        Raises:
            BadRequest: It holds money, or is already deleted.
        """
        # docs/des.md 2.4, deletedAt
        deleted = {"deleted_at": self._transport.moment(at)}
        return await DREAM.change(self._transport, dream_id, deleted, **options)
