"""`/v1/savehacks` and `/v1/savehack-launches`."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Unpack

import attrs

from .. import wire
from ..arguments import instance, required
from ..errors import ConfigurationError
from ..http.options import CallOptions, PostOptions
from ..http.transport import Transport
from ..mistakes.shown import shown
from ..models import SAVEHACK_TYPES, Savehack, SavehackLaunch, SavehackTerms
from .listing import Listing
from .naming import called_by_name
from .resources import Resource

LAUNCH = Resource("/v1/savehack-launches", "savehackLaunch", SavehackLaunch, "launch_id")
LAUNCHES = Listing("/v1/savehack-launches", "savehackLaunches", SavehackLaunch)
SAVEHACKS = Listing("/v1/savehacks", "savehacks", Savehack, page_size=None)


@called_by_name
@attrs.frozen
class Savehacks:
    """The saving rules that can be launched (ours)."""

    _transport: Transport

    def list(self, **options: Unpack[CallOptions]) -> AsyncIterator[Savehack]:
        """All savehacks of this tenant. A launch names one by its id."""
        return SAVEHACKS.pages(self._transport, {}, **options)


@called_by_name
@attrs.frozen
class SavehackLaunches:
    """Launched savehacks."""

    _transport: Transport

    async def create(
        self,
        *,
        dream_id: str,
        savehack_id: str,
        terms: SavehackTerms,
        obsolete_savehack_launch_id: str | None = None,
        **options: Unpack[PostOptions],
    ) -> SavehackLaunch:
        """Launch a savehack for a Dream.

        It is paused, with `pause_reason` ACCOUNT_REQUIRED, if there is no account and the bank has not begun to open
        one. It is a draft if the bank asks for the user's consent first.

        Args:
            savehack_id: From `api.savehacks.list()`; its type must be that of the terms.
            obsolete_savehack_launch_id: The launch of the same Dream that stops when this one starts.

        Raises:
            BadRequest: A field is not acceptable; `errors` names it.
            NotFound: There is no such Dream, or it belongs to another user.
        """
        # docs/des.md 1.13
        values = {
            "type": _launch_type(terms),
            **required({"dream_id": dream_id, "savehack_id": savehack_id}),
            "obsolete_savehack_launch_id": obsolete_savehack_launch_id,
        }
        body = {LAUNCH.root: wire.sent(wire.given(values)) | wire.plain(terms)}
        return await LAUNCH.ask(self._transport, "POST", LAUNCH.path, body=body, **options)

    async def get(self, launch_id: str, **options: Unpack[CallOptions]) -> SavehackLaunch:
        """One launch; `NotFound` if there is none, or it belongs to another user (ours)."""
        return await LAUNCH.get(self._transport, launch_id, **options)

    def list(
        self,
        *,
        dream_id: str | None = None,
        user_id: str | None = None,
        external_user_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> AsyncIterator[SavehackLaunch]:
        """All launches, those for a Dream, or those of a user by either id."""
        query = {"dream_id": dream_id, "user_id": user_id, "external_user_id": external_user_id}
        return LAUNCHES.pages(self._transport, query, **options)

    async def pause(
        self, launch: SavehackLaunch, *, at: datetime | None = None, **options: Unpack[CallOptions]
    ) -> SavehackLaunch:
        """Prepare no more deposits until `resume()`. Pausing a paused launch changes only the time.

        Args:
            launch: From `get()` or `list()`: DES needs its type too.
            at: When; now if left out.

        Raises:
            BadRequest: It is stopped.
        """
        # docs/des.md 1.13
        return await self._change(launch, {"paused_at": self._transport.moment(at)}, **options)

    async def resume(self, launch: SavehackLaunch, **options: Unpack[CallOptions]) -> SavehackLaunch:
        """Start a paused launch again. Resuming an active one changes nothing.

        Raises:
            BadRequest: It is stopped.
            Conflict: It waits for an account and stays paused.
        """
        return await self._change(launch, {"paused_at": None}, **options)

    async def stop(
        self, launch: SavehackLaunch, *, at: datetime | None = None, **options: Unpack[CallOptions]
    ) -> SavehackLaunch:
        """End a launch for ever. Its requested deposits stay requested.

        Args:
            at: When; now if left out.
        """
        return await self._change(launch, {"stopped_at": self._transport.moment(at)}, **options)

    async def update(
        self, launch: SavehackLaunch, terms: SavehackTerms, **options: Unpack[CallOptions]
    ) -> SavehackLaunch:
        """Give a launch new terms, from its next deposit on. A second time changes nothing.

        Args:
            terms: All terms, for the launch's own type. `launch.terms` has the present ones.

        Raises:
            ConfigurationError: The terms belong to another savehack.
            BadRequest: They are not acceptable, or its consent does not allow them.
        """
        if _launch_type(terms) != _launch(launch).type:
            raise ConfigurationError(
                f"{terms!r} are not terms of {launch.type} {launch.id}; a launch keeps its type: "
                "stop it and launch another savehack"
            )
        return await self._send(launch, wire.plain(terms), **options)

    async def _change(
        self, launch: SavehackLaunch, values: Mapping[str, object], **options: Unpack[CallOptions]
    ) -> SavehackLaunch:
        return await self._send(_launch(launch), wire.sent(values), **options)

    async def _send(
        self, launch: SavehackLaunch, values: Mapping[str, object], **options: Unpack[CallOptions]
    ) -> SavehackLaunch:
        body = {LAUNCH.root: {"type": launch.type, **values}}
        return await LAUNCH.ask(self._transport, "PATCH", LAUNCH.path_of(launch.id), body=body, **options)


def _launch(launch: SavehackLaunch) -> SavehackLaunch:
    return instance("launch", launch, SavehackLaunch, "a SavehackLaunch, as get() or list() gives it")


def _launch_type(terms: SavehackTerms) -> str:
    try:
        return f"{SAVEHACK_TYPES[type(terms)]}Launch"
    except KeyError:
        known = ", ".join(SAVEHACK_TYPES.values())
        raise ConfigurationError(f"terms is {shown(terms)}, which is not a savehack; pass one of {known}") from None
