"""One question to the host: asks it, tells DES the answer, and lets go those who wait. `rules` says what comes next."""

import logging
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import timedelta
from functools import partial

import anyio
import attrs

from ..callbacks import Callback, Callbacks
from ..clock import Clock
from ..errors import ImpactError, RateLimited, ServerError, SessionClosed, TransportError, Unauthorized
from ..http.hooks import Hooks
from ..logs import fields
from ..parsing.visible import visible
from ..tasks import event_loops
from ..tasks.calling import Answered, Failed, call, result_of
from ..tasks.handed_over import Tasks, ends_the_program
from .question import KEPT, Launches, MakeError, NothingToAsk, Owner, Question
from .rules import Effect, Event, HandoverState, next_step
from .watched import Watched

logger = logging.getLogger("impact_sdk")

# The questions that the host is answering in this context, outermost first: a callback that calls the SDK must not
# wait for itself.
answering: ContextVar[frozenset[str]] = ContextVar("answering", default=frozenset())

# Errors after which DES may still accept the answer.
NOT_DELIVERED = (ServerError, RateLimited, TransportError, Unauthorized, SessionClosed)


def no_error(launches: Launches) -> BaseException:
    """For events that fail no caller. If the rules ever fail callers for one, they get this and never a success."""
    return RuntimeError("a handover failed without an error, which is a fault of the SDK's own")


def same(error: BaseException, launches: Launches) -> BaseException:
    return error


@attrs.define(eq=False)
class Waiter:
    """A call of the SDK that waits for the host's answer."""

    owner: Owner
    launches: Launches
    _done: anyio.Event = attrs.field(factory=anyio.Event, init=False)
    _error: BaseException | None = attrs.field(default=None, init=False)

    def succeed(self) -> None:
        self._done.set()

    def fail(self, error: BaseException) -> None:
        self._error = error
        self._done.set()

    async def wait(self) -> None:
        """Return when it has succeeded; raise its error when it has failed."""
        await self._done.wait()
        if self._error is not None:
            raise self._error


@attrs.frozen(eq=False, repr=False)
class Result:
    """What came of asking the host, or of telling DES.

    Attributes:
        error: For those who wait, if the rules fail them.
    """

    event: Event
    error: MakeError = no_error


@attrs.frozen(eq=False, repr=False)
class Work:
    """A task of a handover: it asks the host, or tells DES."""

    do: Callable[[], Awaitable[Result]]
    scope: anyio.CancelScope = attrs.field(factory=anyio.CancelScope, init=False)
    ended: anyio.Event = attrs.field(factory=anyio.Event, init=False)


@attrs.define(eq=False, kw_only=True)
class Handover:
    """One question to the host, from the first caller who needs the answer. Only `_happened` changes its state."""

    question: Question
    owner: Owner
    callbacks: Callbacks
    clock: Clock
    hooks: Hooks
    time_limit: timedelta
    tasks: Tasks
    state: HandoverState = attrs.field(default=HandoverState.IDLE, init=False)
    waiters: list[Waiter] = attrs.field(factory=list, init=False)
    _work: Work | None = attrs.field(default=None, init=False)

    async def hand_over(self, owner: Owner, launches: Launches) -> None:
        """Return when the host's answer is applied; raise the error if it is not."""
        self.owner = owner
        waiter = Waiter(owner, launches)
        self.waiters.append(waiter)
        try:
            self._happened(Event.LAUNCH_WAITS, partial(self.question.still_runs, self.time_limit))
            await waiter.wait()
        finally:
            if waiter in self.waiters:  # cancelled: neither the others nor the answer depend on this one
                self.waiters.remove(waiter)

    def leave(self, owner: Owner) -> list[anyio.Event]:
        """The owner's session ends: fail its waiters, and cancel the work if no other session waits for it.

        Returns:
            An event that is set when the cancelled work has ended. None if nothing runs, or if the work calls this.
        """
        for waiter in [waiter for waiter in self.waiters if waiter.owner is owner]:
            self.waiters.remove(waiter)
            waiter.fail(self._session_ended(owner)(waiter.launches))
        if self.owner is not owner:
            return []
        if self.waiters:
            self.owner = self.waiters[-1].owner
            return []
        self._happened(Event.CLOSE, self._session_ended(owner))
        return [] if self._work is None or self.is_being_answered_here else [self._work.ended]

    @property
    def is_being_answered_here(self) -> bool:
        """Whether the callback that is to answer calls us."""
        states = (HandoverState.ASKING, HandoverState.OVERDUE, HandoverState.CLOSED)
        return self.question.key in answering.get() and self.state in states

    def _happened(self, event: Event, error: MakeError) -> None:
        """Go to the next state and do what the rules say; `error` is for those who wait, if the rules fail them."""
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
                self._begin(Work(self._ask if effect is Effect.ASK else self._deliver))
            except BaseException:  # the host's task group takes no task: the next caller must not wait forever
                self.state = before
                raise
        elif effect is Effect.START:
            for waiter in self._released():
                waiter.succeed()
        elif effect in (Effect.FAIL, Effect.CANCEL_AND_FAIL):
            if effect is Effect.CANCEL_AND_FAIL and self._work is not None:
                self._work.scope.cancel()
            self._fail_all(error)

    def _released(self) -> list[Waiter]:
        waiters, self.waiters = self.waiters, []
        return waiters

    def _fail_all(self, error: MakeError) -> None:
        waiters = self._released()
        launches = [launch for waiter in waiters for launch in waiter.launches]
        for waiter in waiters:
            waiter.fail(error(launches))

    def _session_ended(self, owner: Owner) -> MakeError:
        is_answered = self.state in (HandoverState.DELIVERING, HandoverState.UNDELIVERED)
        return partial(self.question.session_ended, owner.ended, is_answered)

    # Its tasks

    def _begin(self, work: Work) -> None:
        self.tasks.start_soon(self._run, work)
        self._work = work

    async def _run(self, work: Work) -> None:
        try:
            result = Result(Event.CANCELLED)
            with work.scope:
                result = await work.do()
            if work is self._work:  # closing may have cancelled it; then the newer work says what happens
                self._happened(result.event, result.error)
        except BaseException as error:  # the program ends, or all tasks do: no caller may be left waiting
            is_the_programs_end, is_waited_for = ends_the_program(error), bool(self.waiters)
            self._happened(
                Event.CLOSE, partial(same, error) if is_the_programs_end else self._session_ended(self.owner)
            )
            if event_loops.ends_with_any_task() or not (is_the_programs_end and is_waited_for):
                raise
        finally:
            work.ended.set()

    async def _ask(self) -> Result:
        callback = self.callbacks.get(self.question.keyword)
        if callback is None:
            return Result(Event.NOT_REGISTERED, self.question.not_registered)
        timer = anyio.CancelScope()
        self.tasks.start_soon(self._watch, timer)
        try:
            result = await self._answer(callback)
        finally:
            timer.cancel()
        if self.state is not HandoverState.ASKING:
            logger.warning(
                "question %s: %s, after it was given up",
                visible(self.question.key),
                result.event.value,
                extra=fields("question.late", callback=self.question.keyword),
            )
        return result

    async def _answer(self, callback: Callback) -> Result:
        answering.set(answering.get() | {self.question.key})  # in this task's own context
        request = await result_of(self.question.request(self.owner))
        if isinstance(request, Failed):  # DES failed, or the host's own transport
            is_settled = isinstance(request.error, NothingToAsk)
            return Result(Event.RETURNED) if is_settled else Result(Event.FAILED, partial(same, request.error))
        watched = Watched(
            self.hooks,
            self.question.keyword,
            self.clock,
            is_no=lambda error: self.question.declined_in(error) is not None,
            had_its_time=lambda: self.state is HandoverState.OVERDUE,
        )
        answer = await call(callback, request.value, watched)
        if isinstance(answer, Answered):
            return Result(Event.RETURNED)
        declined = self.question.declined_in(answer.error)
        if declined is not None:
            return Result(Event.DECLINED, partial(self.question.user_declined, declined))
        return Result(Event.FAILED, partial(self.question.callback_failed, answer.error))

    async def _watch(self, timer: anyio.CancelScope) -> None:
        with timer:
            error: MakeError = partial(self.question.took_too_long, self.time_limit)
            slept = await result_of(self._time_passes())
            if isinstance(slept, Failed):  # the host's clock: it ends no other session, and no caller waits forever
                error = partial(same, slept.error)
            if not timer.cancel_called:  # the callback may have ended in the very same step
                self._happened(Event.TIME_LIMIT_REACHED, error)

    async def _time_passes(self) -> None:
        await self.clock.sleep_until(self.clock.now() + self.time_limit)

    async def _deliver(self) -> Result:
        told = await result_of(self.question.deliver(self.owner))
        if isinstance(told, Failed):
            error = told.error
            if isinstance(error, ImpactError) and not isinstance(error, NOT_DELIVERED):
                return Result(Event.REFUSED, partial(same, error))
            # Whatever the host's transport raises ends no other session: this task is one of many in a group.
            error.add_note(KEPT)
            return Result(Event.UNDELIVERABLE, partial(same, error))
        if told.value is not None:
            return Result(Event.REFUSED, told.value)
        owners = {id(owner): owner for owner in (self.owner, *(waiter.owner for waiter in self.waiters))}
        for owner in owners.values():
            owner.user = self.question.accepted_by(owner.user)
        return Result(Event.ACCEPTED)
