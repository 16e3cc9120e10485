"""The open sessions of one SDK: begins them, and closes them all."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..auth import IDToken
from ..errors import AlreadyLaunching, ConfigurationError
from ..http.policy import Policy
from ..tasks.opening import Opening
from .launch import Begun, Launch
from .opened import OpenedSession
from .session import Session
from .shared import Shared


class OpenSessions:
    """The sessions that have begun and not ended."""

    def __init__(self, shared: Shared, opening: Opening) -> None:
        self._shared = shared
        self._opening = opening
        self._sessions: list[OpenedSession] = []
        self._launching: set[IDToken] = set()

    @contextmanager
    def launching(self, token: IDToken) -> Iterator[None]:
        """A block that launches with a token; `AlreadyLaunching` if another one is doing so."""
        if token in self._launching:
            raise AlreadyLaunching("a launch with this ID token is under way; wait for it")
        self._launching.add(token)
        try:
            yield
        finally:
            self._launching.discard(token)

    def begin(self, begun: Begun, launch: Launch, policy: Policy) -> Session:
        """The session that DES has begun; `ConfigurationError` if the SDK was closed meanwhile."""
        if self._opening.is_closed:  # nothing would end the session
            raise ConfigurationError(
                "this ImpactSDK was closed while the session began; DES keeps that one until it expires"
            )
        session = Session(begun, launch, self._shared, policy=policy, closed=self._sessions.remove)
        self._sessions.append(session)
        return session

    async def close(self) -> None:
        """Close them all and the connections, and end all tasks of the SDK except the one that calls this."""
        keeper = self._opening.keeper
        for ended in [keeper.start(session.close) for session in self._sessions]:
            await ended.wait()
        self._shared.notices.cancel()
        await keeper.end_others()
        await self._shared.http.aclose()
