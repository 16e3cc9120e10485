"""The users of a journey: how they answer the app, and what they have in Impact Finance."""

import enum
from collections.abc import Sequence
from datetime import timedelta

import anyio
import attrs

from impact_sdk import Dream, SavehackLaunch, Session

from ...timeline.trace import Message
from ..world import JourneyWorld, Phone
from .sayings import Saying

# States of a session that has not ended; see `how_the_session_is()`.
NO_SESSION, OPEN, LEFT = "none", "open", "left"

EXIT = "callback: Exit Requested"


class Attitude(enum.Enum):
    """How a user answers the bank's app."""

    ACCEPTS = enum.auto()
    DECLINES = enum.auto()
    SAYS_NOTHING = enum.auto()


class StepFailed(Exception):
    """A step cannot be done; the message says why, and what to do."""


@attrs.define(eq=False)
class Person:
    """One user.

    Attributes:
        attitudes: The answers to the next questions, in order; the last one is repeated.
        takes: How long they think before an answer.
        says: The latest announcement of their answers; `thinks` of how long these take.
        session: The latest; `since` is the number of messages before it, and `has_left` whether the app has left it.
        phone: Their latest; `has_app` is whether the bank's app runs on it.
        dreams: Their Dreams by name, the newest last; `created` has the names of all that ever existed.
        launches: Their savehack launches, the newest last.
    """

    customer: str
    world: JourneyWorld
    attitudes: Sequence[Attitude] = (Attitude.ACCEPTS,)
    takes: timedelta = timedelta()
    says: Saying | None = None
    thinks: Saying | None = None
    session: Session | None = None
    since: int = 0
    has_left: bool = False
    phone: Phone | None = None
    has_app: bool = False
    dreams: list[tuple[str, Dream]] = attrs.field(factory=list)
    created: set[str] = attrs.field(factory=set)
    launches: list[SavehackLaunch] = attrs.field(factory=list)

    async def answers(self, _question: str) -> bool:
        """Their answer to a question; some never answer."""
        for saying in (self.says, self.thinks):
            if saying is not None:
                saying.comes_to_something()
        attitude, *later = self.attitudes
        self.attitudes = later or (attitude,)
        if attitude is Attitude.SAYS_NOTHING:
            await anyio.sleep_forever()
        if self.takes:
            await self.world.clock.sleep_until(self.world.clock.now() + self.takes)
        return attitude is Attitude.ACCEPTS

    def takes_the_phone(self) -> Phone:
        """Their phone with the bank's app."""
        self.phone = self.world.bank_app(self.customer, answers=self.answers)
        self.has_app = True
        return self.phone

    @property
    def seen(self) -> Sequence[str]:
        """What the app has shown them."""
        return self.phone.screen.seen if self.phone else ()

    @property
    def in_session(self) -> Session:
        """Their session; `StepFailed` if they have none."""
        if self.session is None:
            raise StepFailed(f"{self.customer} is not in Impact Finance; let them `launch` first")
        return self.session

    def how_the_session_is(self, messages: Sequence[Message]) -> str:
        """`none`, `open`, `left`, or why it has ended."""
        if self.session is None:
            return NO_SESSION
        for message in messages[self.since :]:
            if message.label == EXIT and message.detail.get("user_id") == self.session.user.id:
                return str(message.detail["reason"]).replace("_", " ")
        return LEFT if self.has_left else OPEN

    def has_created(self, name: str, dream: Dream) -> None:
        """Note a new Dream."""
        self.dreams.append((name, dream))
        self.created.add(name)

    def dream(self, name: str | None) -> Dream:
        """One of their Dreams; the newest if no name is given. `StepFailed` if that is not clear."""
        if not self.dreams:
            raise StepFailed(f"{self.customer} has no Dream; let them `create a Dream` first")
        found = [dream for own, dream in self.dreams if name in (None, own)]
        if not found:
            raise StepFailed(f"{self.customer} has no Dream {name!r}; there is {', '.join(n for n, _ in self.dreams)}")
        if name is not None and len(found) > 1:
            raise StepFailed(f"{self.customer} has {len(found)} Dreams {name!r}; give them different names")
        return found[-1]

    def launch(self, dream: str | None) -> SavehackLaunch:
        """The newest savehack launch; for a Dream, if one is named."""
        wanted = None if dream is None else self.dream(dream).id
        found = [launch for launch in self.launches if wanted in (None, launch.dream.id)]
        if not found:
            raise StepFailed(f"{self.customer} has launched no savehack{f' for {dream}' if dream else ''}")
        return found[-1]
