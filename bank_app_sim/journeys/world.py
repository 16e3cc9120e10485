"""What a journey needs of its world, in this process or on a sandbox."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from impact_sdk import ImpactAPI, Session

from ..simulation.faults import Fault, Pending
from ..timeline.clock import SimulatedClock
from ..timeline.trace import Message, Trace
from ..timeline.turns import Turns

if TYPE_CHECKING:
    from .results import State

Answers = Callable[[str], bool | Awaitable[bool]]


class Display(Protocol):
    """The screen of a phone."""

    seen: list[str]


class Phone(Protocol):
    """The bank's app on one phone."""

    @property
    def screen(self) -> Display: ...
    async def launch(self, *, locale: str) -> Session: ...
    async def open_account_in_advance(self) -> str: ...


class JourneyWorld(Protocol):
    """A `Simulation`, or a `RemoteWorld`."""

    @property
    def clock(self) -> SimulatedClock:
        """The world's time; the player of the journey lets it pass."""

    @property
    def trace(self) -> Trace:
        """The messages on this side of the network; `messages()` has those of both sides."""

    @property
    def turns(self) -> Turns:
        """Decides who goes next, if several could act."""

    @property
    def api(self) -> ImpactAPI:
        """DES, with the bank's credentials."""

    def bank_app(self, customer: str, *, answers: Answers) -> Phone: ...
    async def kill_app(self, customer: str) -> None: ...
    async def kill_des(self, *, stays_down: timedelta) -> None: ...
    async def kill_backend(self, *, stays_down: timedelta) -> None: ...
    async def crash_backend_at(self, point: str) -> None: ...
    async def fail(self, fault: Fault) -> None: ...
    async def heal(self) -> None: ...
    async def pending(self) -> Pending: ...
    async def bank_decides(self, *, after: timedelta | None, refuses: Collection[str] | None) -> None: ...
    async def bank_decides_now(self) -> None: ...
    async def move_money(self, account: str, amount_cents: int, *, kind: str, reference: str) -> None: ...
    async def messages(self) -> Sequence[Message]: ...
    async def state(self) -> "State": ...
