"""A host that renews tokens as it is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

from bank_app_sim import Simulation
from impact_sdk import (
    ExitReason,
    ExitRequest,
    IDTokenExpired,
    Session,
    SessionClosed,
)

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@attrs.define
class Bank:
    """A host that gives the tokens that the test sets, and records its requests."""

    simulation: Simulation
    token: Callable[[], Any] | None = None
    asked: list[IDTokenExpired] = attrs.field(factory=list)
    exits: list[ExitRequest] = attrs.field(factory=list)

    async def id_token_expired(self, request: IDTokenExpired) -> str:
        self.asked.append(request)
        if self.token is not None:
            token: str = self.token()
            return token
        return self.simulation.id_token(request.external_user_id or "")

    async def exit_requested(self, request: ExitRequest) -> None:
        self.exits.append(request)

    @property
    def reasons(self) -> list[ExitReason]:
        return [request.reason for request in self.exits]


by_activity = pytest.mark.parametrize("setup", [{"session_renewal": "activity"}], ids=["activity-renewed"])


async def is_refused_because(session: Session, words: str) -> None:
    with pytest.raises(SessionClosed, match=words):
        await session.create_dream("Boat", target_cents=1)
    with pytest.raises(SessionClosed, match=words):
        session.transactions()
