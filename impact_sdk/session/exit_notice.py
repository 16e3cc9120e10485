"""Tells the host that a session has ended: its callback `exit_requested`."""

import logging
from datetime import timedelta

import anyio

from ..callbacks import ExitReason, ExitRequest
from ..logs import fields
from ..models import User
from ..parsing.visible import visible
from ..tasks.calling import result_of
from .shared import Shared

logger = logging.getLogger("impact_sdk")

# Signing out waits this long for the callback, which may go on for longer.
SIGN_OUT_WAITS = timedelta(seconds=30)


class ExitNotice:
    """The notice of one session, given once."""

    def __init__(self, user: User, shared: Shared) -> None:
        self._user = user
        self._shared = shared
        self._told: anyio.Event | None = None

    def tell(self, reason: ExitReason, explanation: str) -> None:
        """Call `exit_requested` in a task of its own, if it is registered."""
        user = self._user
        logger.info(
            "user %s: %s",
            visible(user.id),
            visible(explanation),
            extra=fields("session.ended", user_id=user.id, reason=str(reason)),
        )
        request = ExitRequest(
            user_id=user.id, external_user_id=user.external_id, reason=reason, explanation=explanation
        )
        self._told = self._shared.notices.tell("exit_requested", request, self._shared.tasks)

    async def heard(self) -> None:
        """Return when the callback has ended, or when `SIGN_OUT_WAITS` are over."""
        if self._told is None:
            return
        timer = anyio.CancelScope()
        try:
            with anyio.CancelScope() as waits:
                self._shared.tasks.start_soon(self._give_up, waits, timer)
                await self._told.wait()
        finally:
            timer.cancel()

    async def _give_up(self, waits: anyio.CancelScope, timer: anyio.CancelScope) -> None:
        with timer:
            await result_of(self._time_passes())  # if the host's clock fails, signing out ends at once
            if not timer.cancel_called:
                logger.warning(
                    "user %s: exit_requested has not ended yet; signing out ends",
                    visible(self._user.id),
                    extra=fields("session.exit_overdue", user_id=self._user.id),
                )
                waits.cancel()

    async def _time_passes(self) -> None:
        clock = self._shared.http.clock
        await clock.sleep_until(clock.now() + SIGN_OUT_WAITS)
