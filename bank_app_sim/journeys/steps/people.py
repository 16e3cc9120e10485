"""The users of a journey: how they answer what the app asks, and what they have in Impact Finance."""

import enum
from collections.abc import Sequence
from datetime import timedelta

import anyio
import attrs

from impact_sdk import Dream, SavehackLaunch, Session

from ...timeline.trace import Message
from ..world import Phone, World
from .sayings import Saying

# How a session is that nobody has opened, or that nothing has ended; see `how_the_session_is()`.
NO_SESSION, OPEN, LEFT = "none", "open", "left"

EXIT = "callback: Exit Requested"


class Attitude(enum.Enum):
    """How a user answers what the bank's app asks."""

    ACCEPTS = enum.auto()
    DECLINES = enum.auto()
    SAYS_NOTHING = enum.auto()


class StepFailed(Exception):
    """A step cannot be done; the message says why, and the way out."""


@attrs.define(eq=False)
class Person:
    """One user.

    Attributes:
        attitudes: What they answer to the next questions, one after the other; the last one stays.
        takes: How long they think about an answer.
        says: What was said last of how they answer; `thinks` of how long that takes.
        session: The latest; `since` is how many messages there were when it began, and `has_left` whether the app has
            left it by itself.
        phone: Their latest; `has_app` is whether the bank's app runs on it.
        dreams: Their Dreams by name, the newest last; `created` is what all were called that ever were there.
        launches: Their savehack launches, the newest last.
    """

    customer: str
    world: World
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
        """What they say to a question; some say nothing, for ever."""
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
        """Their phone, with the bank's app on it."""
        self.phone = self.world.bank_app(self.customer, answers=self.answers)
        self.has_app = True
        return self.phone

    @property
    def seen(self) -> Sequence[str]:
        """What the app has shown them."""
        return self.phone.screen.seen if self.phone else ()

    @property
    def in_session(self) -> Session:
        """Their session; `StepFailed` where they have none."""
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
        """A Dream is there."""
        self.dreams.append((name, dream))
        self.created.add(name)

    def dream(self, name: str | None) -> Dream:
        """A Dream of theirs; the newest, when no name is given. `StepFailed` where it is not clear which."""
        if not self.dreams:
            raise StepFailed(f"{self.customer} has no Dream; let them `create a Dream` first")
        found = [dream for own, dream in self.dreams if name in (None, own)]
        if not found:
            raise StepFailed(f"{self.customer} has no Dream {name!r}; there is {', '.join(n for n, _ in self.dreams)}")
        if name is not None and len(found) > 1:
            raise StepFailed(f"{self.customer} has {len(found)} Dreams {name!r}, and which is meant? Name them apart")
        return found[-1]

    def launch(self, dream: str | None) -> SavehackLaunch:
        """The newest savehack launch, for a Dream where one is named."""
        wanted = None if dream is None else self.dream(dream).id
        found = [launch for launch in self.launches if wanted in (None, launch.dream.id)]
        if not found:
            raise StepFailed(f"{self.customer} has launched no savehack{f' for {dream}' if dream else ''}")
        return found[-1]
