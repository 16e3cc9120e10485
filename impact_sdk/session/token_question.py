"""Asks the host for a new ID token: its callback `id_token_expired`."""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime

from ..auth import IDToken
from ..callbacks import IDTokenExpired
from ..handover.watched import Watched
from ..mistakes.shown import told
from ..mistakes.wrong import what_is_wrong_with_text
from ..models import User
from ..tasks.calling import Failed, call
from . import exits
from .exits import Result
from .renewal import Event
from .shared import Shared

KEYWORD = "id_token_expired"

# The questions that the host is answering in this context, outermost first: they must not wait for themselves.
_answering: ContextVar[frozenset["TokenQuestion"]] = ContextVar("answering_for", default=frozenset())


class TokenQuestion:
    """The question of one session."""

    def __init__(self, user: User, shared: Shared) -> None:
        self._user = user
        self._shared = shared

    @property
    def is_answered_here(self) -> bool:
        """Whether the callback that is to answer calls us."""
        return self in _answering.get()

    async def ask(self, expires_at: datetime, had_its_time: Callable[[], bool]) -> IDToken | Result:
        """Call the host's callback, and return its token, or why there is none.

        Args:
            expires_at: When the session ends without an answer.
            had_its_time: Whether the callback was cancelled because it took too long.
        """
        callback = self._shared.callbacks.get(KEYWORD)
        if callback is None:
            return Result(Event.NOT_REGISTERED, exits.UNKNOWN_AND_NOT_REGISTERED)
        _answering.set(_answering.get() | {self})  # in this task's own context
        http, user = self._shared.http, self._user
        hooks = http.policy.hooks
        watched = Watched(hooks, KEYWORD, http.clock, is_no=lambda error: False, had_its_time=had_its_time)
        request = IDTokenExpired(user_id=user.id, external_user_id=user.external_id, expires_at=expires_at)
        answer = await call(callback, request, watched)
        if isinstance(answer, Failed):
            return _not_answered(f"failed with {told(answer.error)}")
        token, kind = IDToken(answer.value), type(answer.value).__name__
        del answer  # what a frame holds, a report of an error shows
        if token.reveal() and not what_is_wrong_with_text(token.reveal()):
            return token
        if isinstance(token.reveal(), str):
            kind = "half of a character" if token.reveal() else "an empty text"
        return _not_answered(f"returned {kind}, and no token")


def _not_answered(how: str) -> Result:
    return Result(Event.NOT_ANSWERED, exits.not_answered(how))
