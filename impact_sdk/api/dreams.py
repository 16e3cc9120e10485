"""`/v1/dreams`."""

from collections.abc import AsyncIterator
from datetime import date

import attrs

from .. import wire
from ..addresses import segment
from ..models import Dream
from ..transport import Transport, read
from .listing import Listing

LISTING = Listing("/v1/dreams", "dreams")


@attrs.frozen
class Dreams:
    """Savings goals."""

    _transport: Transport

    async def create(
        self,
        *,
        user_id: str,
        name: str,
        target_cents: int,
        expires_at: date | None = None,
        idempotency_key: str | None = None,
    ) -> Dream:
        """A new Dream of a user, linked to the user's account where there is one.

        Args:
            target_cents: The amount wanted, 1 or more, in the smallest unit of the tenant's currency.
            expires_at: The day by which it is wanted.

        Raises:
            BadRequest: A field is not acceptable; `errors` names it.
        """
        values = {"user_id": user_id, "name": name, "target_cents": target_cents, "expires_at": expires_at}
        body = wire.body("dream", {name: value for name, value in values.items() if value is not None})
        reply = await self._transport.request("POST", "/v1/dreams", body=body, idempotency_key=idempotency_key)
        return read(reply, "dream", Dream)

    async def get(self, dream_id: str) -> Dream:
        """One Dream; `NotFound` where there is none, or it is somebody else's."""
        return read(await self._transport.request("GET", f"/v1/dreams/{segment(dream_id)}"), "dream", Dream)

    def list(self, *, user_id: str | None = None, external_user_id: str | None = None) -> AsyncIterator[Dream]:
        """The Dreams that are not deleted; of one user, by either id, where it is given."""
        return LISTING.pages(self._transport, Dream, {"user_id": user_id, "external_user_id": external_user_id})
