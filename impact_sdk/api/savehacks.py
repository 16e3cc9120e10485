"""`/v1/savehacks` and `/v1/savehack-launches`."""

from collections.abc import AsyncIterator

import attrs

from .. import wire
from ..models import SAVEHACK_TYPES, Savehack, SavehackLaunch, SavehackTerms
from ..transport import Transport, read
from .listing import Listing

LAUNCHES = Listing("/v1/savehack-launches", "savehackLaunches")
SAVEHACKS = Listing("/v1/savehacks", "savehacks")


@attrs.frozen
class Savehacks:
    """What can be launched."""

    _transport: Transport

    def list(self) -> AsyncIterator[Savehack]:
        """All savehacks of this tenant; a launch names one by its id."""
        return SAVEHACKS.pages(self._transport, Savehack, {})


@attrs.frozen
class SavehackLaunches:
    """Savehacks at work."""

    _transport: Transport

    async def create(
        self, *, dream_id: str, savehack_id: str, terms: SavehackTerms, idempotency_key: str | None = None
    ) -> SavehackLaunch:
        """Launch a savehack for a Dream.

        It comes back paused, with `pause_reason` ACCOUNT_REQUIRED, where the user has no account and nobody has begun
        to open one.

        Raises:
            BadRequest: A field is not acceptable; `errors` names it.
            NotFound: There is no such Dream, or it is somebody else's.
        """
        values = {
            "type": f"{SAVEHACK_TYPES[type(terms)]}Launch",
            "dream_id": dream_id,
            "savehack_id": savehack_id,
            **attrs.asdict(terms),
        }
        reply = await self._transport.request(
            "POST", "/v1/savehack-launches", body=wire.body("savehack_launch", values), idempotency_key=idempotency_key
        )
        return read(reply, "savehackLaunch", SavehackLaunch)

    def list(
        self, *, dream_id: str | None = None, user_id: str | None = None, external_user_id: str | None = None
    ) -> AsyncIterator[SavehackLaunch]:
        """The launches for a Dream, or of a user by either id, or all."""
        query = {"dream_id": dream_id, "user_id": user_id, "external_user_id": external_user_id}
        return LAUNCHES.pages(self._transport, SavehackLaunch, query)
