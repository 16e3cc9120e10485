"""Asks the host one question and applies its answer: the rules of `handover` at work, whatever the question is."""

import abc
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

import anyio
import attrs

from ..api.dreams import Dreams
from ..api.savehacks import SavehackLaunches
from ..api.transfer_consents import TransferConsents
from ..api.users import Users
from ..callbacks import Callback, Callbacks
from ..clock import Clock
from ..errors import (
    CallbackNotRegistered,
    HandoverError,
    ImpactError,
    RateLimited,
    ServerError,
    SessionClosed,
    TransportError,
    Unauthorized,
)
from ..http.hooks import Hooks
from ..logs import fields
from ..mistakes.shown import shown, told
from ..models import Dream, SavehackLaunch, SessionSettings, User
from ..parsing.visible import visible
from ..tasks import event_loops
from ..tasks.handed_over import Tasks, awaitable, ends_the_program, is_hosts_own
from .rules import Effect, Event, HandoverState, next_step
from .watched import Watched

logger = logging.getLogger("impact_sdk")

# The questions that the host is answering in this context, one within the other: a callback that calls the SDK must
# not wait for itself.
answering: ContextVar[frozenset[str]] = ContextVar("answering", default=frozenset())

KEPT = (
    "the host has answered; the answer is kept, and the next launch of a savehack or resume_paused_launches() "
    "delivers it without asking again"
)

# What does not say that the answer is no good.
NOT_DELIVERED = (ServerError, RateLimited, TransportError, Unauthorized, SessionClosed)

Launches = Sequence[SavehackLaunch]
MakeError = Callable[[Launches], BaseException]
Work = Callable[[anyio.CancelScope], Awaitable[None]]


@attrs.define(eq=False, kw_only=True)
class Owner:
    """A user's session, as far as a handover needs it: in its name answers are delivered and launches are fetched.

    Attributes:
        ended: What has become of the session, once it has left.
    """

    user: User
    settings: SessionSettings
    users: Users
    dreams: Dreams
    launches: SavehackLaunches
    consents: TransferConsents
    ended: str = "is closed"


class NothingToAsk(Exception):
    """What a question was about has settled itself meanwhile."""


class Question(abc.ABC):
    """What is asked, how an answer is applied, and how to say that there was none.

    Attributes:
        keyword: Of the callback at `register()`.
        needed: What DES wants, for who has registered no callback.
        declines: What the host raises to say no.
    """

    keyword: ClassVar[str]
    needed: ClassVar[str]
    declines: ClassVar[type[Exception]]
    declined: ClassVar[type[HandoverError]]
    failed: ClassVar[type[HandoverError]]
    timed_out: ClassVar[type[HandoverError]]
    # The Dream that it is about, where it is about one.
    dream: Dream | None = None

    @property
    @abc.abstractmethod
    def key(self) -> str:
        """The same for all who wait for the same answer."""

    @abc.abstractmethod
    async def request(self, owner: Owner) -> object:
        """What the callback is given. `NothingToAsk` where the answer is there."""

    @abc.abstractmethod
    async def deliver(self, owner: Owner) -> MakeError | None:
        """Tell DES, or ask it, that the host has answered; why it is no good, where it is none."""

    @abc.abstractmethod
    def stay(self, launches: Launches) -> str:
        """What becomes of those that wait, and how to ask again."""

    def accepted(self, owner: Owner) -> None:  # noqa: B027  # most questions change nothing in a session
        """DES has the answer; called for each session that knows what was asked."""


@attrs.define(eq=False)
class Waiter:
    """Somebody who waits for the host's answer."""

    owner: Owner
    launches: Launches
    done: anyio.Event = attrs.field(factory=anyio.Event)
    error: BaseException | None = None

    def end(self, error: BaseException | None = None) -> None:
        self.error = error
        self.done.set()


@attrs.define(eq=False, kw_only=True)
class Handover:
    """One question to the host, from the first one who needs it answered."""

    question: Question
    owner: Owner
    callbacks: Callbacks
    clock: Clock
    hooks: Hooks
    time_limit: timedelta
    tasks: Tasks
    state: HandoverState = HandoverState.IDLE
    waiters: list[Waiter] = attrs.field(factory=list, init=False)
    _running: anyio.CancelScope | None = attrs.field(default=None, init=False)
    _ended: anyio.Event | None = attrs.field(default=None, init=False)

    async def hand_over(self, owner: Owner, launches: Launches) -> None:
        """Returns when the host's answer is applied; raises why it is not."""
        self.owner = owner
        waiter = Waiter(owner, launches)
        self.waiters.append(waiter)
        self._happened(Event.LAUNCH_WAITS, self._still_running)
        try:
            await waiter.done.wait()
        finally:
            if waiter in self.waiters:  # cancelled: neither the others nor the answer depend on this one
                self.waiters.remove(waiter)
        if waiter.error is not None:
            raise waiter.error

    def leave(self, owner: Owner) -> list[anyio.Event]:
        """The owner's session ends: fail its waiters, and cancel what nobody else waits for.

        Returns:
            What is set when that has ended; nothing where nothing runs, or where we are called by it.
        """
        for waiter in [waiter for waiter in self.waiters if waiter.owner is owner]:
            self.waiters.remove(waiter)
            waiter.end(self._closed(waiter.launches, owner))
        if self.owner is not owner:
            return []
        if self.waiters:
            self.owner = self.waiters[-1].owner
            return []
        self._happened(Event.CLOSE, self._closed)
        return [] if self._ended is None or self.is_being_answered_here else [self._ended]

    @property
    def is_being_answered_here(self) -> bool:
        """Whether we are called by the very callback that is to answer."""
        return self.question.key in answering.get() and self.state in (
            HandoverState.ASKING,
            HandoverState.OVERDUE,
            HandoverState.CLOSED,
        )

    def _came_of(self, work: anyio.CancelScope, event: Event, error: MakeError | None = None) -> None:
        """As `_happened()`, unless the work was cancelled and another has begun since: that one says what happens."""
        if work is self._running:
            self._happened(event, error)

    def _happened(self, event: Event, error: MakeError | None = None) -> None:
        """Go to the next state and do what the rules say; `error` is for those who wait, where the rules fail them."""
        before = self.state
        self.state, effect = next_step(before, event)
        logger.debug(
            "question %s: %s, now %s: %s",
            visible(self.question.key),
            event.value,
            self.state.value,
            effect.value,
            extra=fields("question.changed", callback=self.question.keyword, state=self.state.value),
        )
        if effect in (Effect.ASK, Effect.DELIVER):
            try:
                self._begin(self._ask if effect is Effect.ASK else self._deliver)
            except BaseException:  # the host's task group takes no task: the next one must not wait for it for ever
                self.state = before
                raise
        elif effect is Effect.CANCEL_AND_FAIL and self._running is not None:
            self._running.cancel()
        if effect in (Effect.START, Effect.FAIL, Effect.CANCEL_AND_FAIL):
            waiters, self.waiters = self.waiters, []
            launches = [launch for waiter in waiters for launch in waiter.launches]
            for waiter in waiters:
                waiter.end(None if effect is Effect.START or error is None else error(launches))

    def _begin(self, work: Work) -> None:
        scope, ended = anyio.CancelScope(), anyio.Event()
        self.tasks.start_soon(self._run, work, scope, ended)
        self._running, self._ended = scope, ended

    async def _run(self, work: Work, scope: anyio.CancelScope, ended: anyio.Event) -> None:
        try:
            with scope:
                await work(scope)
            if scope.cancelled_caught:
                self._came_of(scope, Event.CANCELLED)
        except BaseException as error:  # the program ends, or all tasks do: nobody may be left waiting
            is_the_programs_end, is_waited_for = ends_the_program(error), bool(self.waiters)
            self._happened(Event.CLOSE, partial(_the_same, error) if is_the_programs_end else self._closed)
            if event_loops.ends_with_any_task() or not (is_the_programs_end and is_waited_for):
                raise
        finally:
            ended.set()

    async def _ask(self, scope: anyio.CancelScope) -> None:
        callback = self.callbacks.get(self.question.keyword)
        if callback is None:
            self._came_of(scope, Event.NOT_REGISTERED, self._not_registered)
            return
        timer = anyio.CancelScope()
        self.tasks.start_soon(self._watch, timer)
        try:
            event, error = await self._answer(callback)
        finally:
            timer.cancel()
        if self.state is not HandoverState.ASKING:
            logger.warning(
                "question %s: %s, after it was given up",
                visible(self.question.key),
                event.value,
                extra=fields("question.late", callback=self.question.keyword),
            )
        self._came_of(scope, event, error)

    async def _answer(self, callback: Callback) -> tuple[Event, MakeError | None]:
        answering.set(answering.get() | {self.question.key})  # in this task's own context
        try:
            request = await self.question.request(self.owner)
        except NothingToAsk:
            return Event.RETURNED, None
        except BaseException as error:  # of DES, or of the host's own transport
            if not is_hosts_own(error):
                raise
            return Event.FAILED, partial(_the_same, error)
        watched = Watched(
            self.hooks,
            self.question.keyword,
            self.clock,
            is_no=lambda error: _declined(self.question.declines, error) is not None,
            had_its_time=lambda: self.state is HandoverState.OVERDUE,
        )
        try:
            async with watched:
                await awaitable(callback(request))
        except BaseException as error:
            if not is_hosts_own(error):
                raise
            declined = _declined(self.question.declines, error)
            if declined is not None:
                return Event.DECLINED, partial(self._declination, declined)
            return Event.FAILED, partial(self._failure, error)
        return Event.RETURNED, None

    async def _watch(self, timer: anyio.CancelScope) -> None:
        with timer:
            error: MakeError = self._timed_out
            try:
                await self.clock.sleep_until(self.clock.now() + self.time_limit)
            except BaseException as broken:  # the host's clock: it ends no other session, and nobody waits for ever
                if not is_hosts_own(broken):
                    raise
                error = partial(_the_same, broken)
            if not timer.cancel_called:  # the callback may have ended in the very same step
                self._happened(Event.TIME_LIMIT_REACHED, error)

    async def _deliver(self, scope: anyio.CancelScope) -> None:
        try:
            error = await self.question.deliver(self.owner)
        except BaseException as error:
            if not is_hosts_own(error):
                raise
            if isinstance(error, ImpactError) and not isinstance(error, NOT_DELIVERED):
                self._came_of(scope, Event.REFUSED, partial(_the_same, error))
                return
            # Whatever a host's own transport raises ends no other session: this task is one of many in a group.
            error.add_note(KEPT)
            self._came_of(scope, Event.UNDELIVERABLE, partial(_the_same, error))
        else:
            if error is not None:
                self._came_of(scope, Event.REFUSED, error)
                return
            owners = {id(owner): owner for owner in (self.owner, *(waiter.owner for waiter in self.waiters))}
            for owner in owners.values():
                self.question.accepted(owner)
            self._came_of(scope, Event.ACCEPTED)

    # What those who wait are told

    def _error(self, kind: type[HandoverError], sentence: str, launches: Launches) -> HandoverError:
        return kind(f"{sentence}; {self.question.stay(launches)}", launches=launches, dream=self.question.dream)

    def _not_registered(self, launches: Launches) -> Exception:
        sentence = (
            f"{self.question.needed}, and no callback is registered for that: "
            f"register it with sdk.register({self.question.keyword}=…)"
        )
        return self._error(CallbackNotRegistered, sentence, launches)

    def _declination(self, declined: Exception, launches: Launches) -> Exception:
        reason = getattr(declined, "reason", "")
        said = reason if isinstance(reason, str) else shown(reason)
        because = f": {said}" if said else ""
        error: Any = self._error(self.question.declined, f"the user declined{because}", launches)
        error.reason, error.__cause__ = reason, declined
        return error  # type: ignore[no-any-return]

    def _failure(self, cause: BaseException, launches: Launches) -> Exception:
        sentence = f"{self.question.keyword} failed with {told(cause)}"
        error = self._error(self.question.failed, sentence, launches)
        error.__cause__ = cause
        return error

    def _timed_out(self, launches: Launches) -> Exception:
        sentence = f"{self.question.keyword} did not return within {self.time_limit} and was cancelled"
        return self._error(self.question.timed_out, sentence, launches)

    def _still_running(self, launches: Launches) -> Exception:
        sentence = (
            f"{self.question.keyword} was cancelled after {self.time_limit} and still has not ended, "
            "so it is not called again"
        )
        return self._error(self.question.timed_out, sentence, launches)

    def _closed(self, launches: Launches, owner: Owner | None = None) -> Exception:
        ended = (owner or self.owner).ended
        if self.state in (HandoverState.DELIVERING, HandoverState.UNDELIVERED):
            return SessionClosed(f"the session {ended}; {KEPT}")
        return SessionClosed(f"the session {ended}, while the host was asked; {self.question.stay(launches)}")


def names(launches: Launches) -> str:
    return ", ".join(f"{launch.type} {launch.id}" for launch in launches)


def _declined(declines: type[Exception], error: BaseException) -> Exception | None:
    """The host's no, also when it comes out of a task group of the host's."""
    if isinstance(error, ExceptionGroup):
        declined, other = error.split(declines)
        return None if other is not None or declined is None else _declined(declines, declined.exceptions[0])
    return error if isinstance(error, declines) else None


def _the_same(error: BaseException, launches: Launches) -> BaseException:
    return error
