"""`/v1/users`."""

from collections.abc import AsyncIterator
from datetime import datetime
from enum import Enum
from typing import Final, Literal

import attrs

from .. import wire
from ..addresses import segment
from ..models import User
from ..retries import ATTEMPTS
from ..transport import Transport, read
from .listing import Listing

LISTING = Listing("/v1/users", "users")


class _Unset(Enum):
    UNSET = "unset"


# Told apart from None, which clears a value.
UNSET: Final = _Unset.UNSET


@attrs.frozen
class Users:
    """The bank's end users in DES."""

    _transport: Transport

    async def create(
        self,
        *,
        external_id: str,
        given_name: str | None = None,
        family_name: str | None = None,
        idempotency_key: str | None = None,
    ) -> User:
        """Make a user known to DES before their first launch.

        Raises:
            Conflict: A user with this `external_id` is there already.
        """
        values = {"external_id": external_id, "given_name": given_name, "family_name": family_name}
        body = wire.body("user", {name: value for name, value in values.items() if value is not None})
        reply = await self._transport.request("POST", "/v1/users", body=body, idempotency_key=idempotency_key)
        return read(reply, "user", User)

    async def get(self, user_id: str) -> User:
        """One user; `NotFound` where there is none."""
        return read(await self._transport.request("GET", f"/v1/users/{segment(user_id)}"), "user", User)

    def list(self, *, external_id: str | None = None) -> AsyncIterator[User]:
        """All users, or the one with this `external_id`."""
        return LISTING.pages(self._transport, User, {"external_id": external_id})

    async def update(
        self,
        user_id: str,
        *,
        provisioning_initiated_at: datetime | Literal[_Unset.UNSET] | None = UNSET,
        given_name: str | Literal[_Unset.UNSET] | None = UNSET,
        family_name: str | Literal[_Unset.UNSET] | None = UNSET,
        account_provision_request_id: str | Literal[_Unset.UNSET] = UNSET,
        attempts: int = ATTEMPTS,
    ) -> None:
        """Change what is given, leave the rest.

        Args:
            provisioning_initiated_at: When opening an account began; DES starts the user's paused launches. None says
                that the bank refuses the user: they are paused again, and the next launch asks again.
            account_provision_request_id: Which request that answers.
            attempts: How often to try before giving up.

        Raises:
            Conflict: The request is no longer open.
        """
        # reference: impact-finance-api 1.11; DESIGN 6, "Paused" and "Rejected"
        values = {
            "provisioning_initiated_at": provisioning_initiated_at,
            "given_name": given_name,
            "family_name": family_name,
            "account_provision_request_id": account_provision_request_id,
        }
        body = wire.body("user", {name: value for name, value in values.items() if value is not UNSET})
        await self._transport.request("PATCH", f"/v1/users/{segment(user_id)}", body=body, attempts=attempts)
