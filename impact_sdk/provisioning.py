"""Asks the host for an account and applies its answer: the handover's rules at work, for all users of one SDK."""

import inspect
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import partial

import anyio
import anyio.abc
import attrs

from .api.savehacks import SavehackLaunches
from .api.users import Users
from .callbacks import AccountProvisioningRequest, AccountProvisioningRequested, Callbacks, ProvisioningDeclined
from .clock import Clock
from .errors import (
    AccountProvisioningDeclined,
    AccountProvisioningFailed,
    AccountProvisioningTimedOut,
    CallbackNotRegistered,
    ImpactError,
    RateLimited,
    ServerError,
    SessionClosed,
    TransportError,
    Unauthorized,
)
from .handover import Effect, Event, State, next_step
from .models import SavehackLaunch, User

logger = logging.getLogger("impact_sdk")

# About half a minute of attempts: the user has just gone through opening an account.
DELIVERY_ATTEMPTS = 8

# The request that the host is answering in this context: a callback that launches a savehack of its own must not wait
# for itself.
answering: ContextVar[str | None] = ContextVar("answering", default=None)

Launches = Sequence[SavehackLaunch]
MakeError = Callable[[Launches], Exception]


@attrs.define(eq=False, kw_only=True)
class Owner:
    """A user's session, as far as a handover needs it: in its name the answer is delivered and launches are fetched."""

    user: User
    users: Users
    launches: SavehackLaunches

    def initiated(self, at: datetime) -> None:
        """DES knows that provisioning is initiated."""
        self.user = attrs.evolve(self.user, provisioning_initiated_at=at)


@attrs.define(eq=False)
class Waiter:
    """Somebody who waits for the host's answer with paused launches."""

    owner: Owner
    launches: Launches
    done: anyio.Event = attrs.field(factory=anyio.Event)
    error: Exception | None = None

    def end(self, error: Exception | None = None) -> None:
        self.error = error
        self.done.set()


@attrs.define(eq=False, kw_only=True)
class Handover:
    """One question to the host, from the first launch that needs it."""

    request: AccountProvisioningRequest
    owner: Owner
    callbacks: Callbacks
    clock: Clock
    time_limit: timedelta
    tasks: anyio.abc.TaskGroup
    state: State = State.IDLE
    waiters: list[Waiter] = attrs.field(factory=list, init=False)
    _running: anyio.CancelScope | None = attrs.field(default=None, init=False)
    _ended: anyio.Event | None = attrs.field(default=None, init=False)
    _initiated_at: datetime | None = attrs.field(default=None, init=False)

    async def hand_over(self, owner: Owner, launches: Launches) -> None:
        """Returns when the launches have started; raises why they have not."""
        self.owner = owner
        waiter = Waiter(owner, launches)
        self.waiters.append(waiter)
        self._happened(Event.LAUNCH_PAUSED, self._still_running)
        try:
            await waiter.done.wait()
        finally:
            if waiter in self.waiters:  # cancelled: neither the others nor the answer depend on this one
                self.waiters.remove(waiter)
        if waiter.error is not None:
            raise waiter.error

    async def leave(self, owner: Owner) -> None:
        """The owner's session ends: fail its waiters, and cancel what nobody else waits for."""
        for waiter in [waiter for waiter in self.waiters if waiter.owner is owner]:
            self.waiters.remove(waiter)
            waiter.end(_closed(waiter.launches))
        if self.owner is not owner:
            return
        if self.waiters:
            self.owner = self.waiters[-1].owner
            return
        self._happened(Event.CLOSE, _closed)
        if self._ended is not None and not self.is_being_answered_here:
            await self._ended.wait()

    @property
    def is_being_answered_here(self) -> bool:
        """Whether we are called by the very callback that is to answer."""
        return answering.get() == self.request.request_id and self.state in (State.ASKING, State.OVERDUE, State.CLOSED)

    def _happened(self, event: Event, error: MakeError | None = None) -> None:
        """Go to the next state and do what the rules say; `error` is for those who wait, where the rules fail them."""
        self.state, effect = next_step(self.state, event)
        logger.debug("request %s: %s, now %s: %s", self.request.request_id, event.value, self.state.value, effect.value)
        if effect is Effect.ASK:
            self._begin(self._ask)
        elif effect is Effect.DELIVER:
            self._begin(self._deliver)
        elif effect is Effect.CANCEL_AND_FAIL and self._running is not None:
            self._running.cancel()
        if effect in (Effect.START, Effect.FAIL, Effect.CANCEL_AND_FAIL):
            waiters, self.waiters = self.waiters, []
            launches = [launch for waiter in waiters for launch in waiter.launches]
            for waiter in waiters:
                waiter.end(None if effect is Effect.START or error is None else error(launches))

    def _begin(self, work: Callable[[], Awaitable[None]]) -> None:
        self._running, self._ended = anyio.CancelScope(), anyio.Event()
        self.tasks.start_soon(self._run, work, self._running, self._ended)

    async def _run(self, work: Callable[[], Awaitable[None]], scope: anyio.CancelScope, ended: anyio.Event) -> None:
        try:
            with scope:
                await work()
            if scope.cancelled_caught:
                self._happened(Event.CANCELLED)
        except BaseException:  # all tasks of the SDK are being cancelled: nobody may be left waiting
            self._happened(Event.CLOSE, _closed)
            raise
        finally:
            ended.set()

    async def _ask(self) -> None:
        callback = self.callbacks.account_provisioning_requested
        if callback is None:
            self._happened(Event.NOT_REGISTERED, _not_registered)
            return
        timer = anyio.CancelScope()
        self.tasks.start_soon(self._watch, timer)
        try:
            event, error = await self._answer(callback)
        finally:
            timer.cancel()
        if self.state is not State.ASKING:
            logger.warning("request %s: %s, after it was given up", self.request.request_id, event.value)
        self._happened(event, error)

    async def _answer(self, callback: AccountProvisioningRequested) -> tuple[Event, MakeError | None]:
        answering.set(self.request.request_id)  # in this task's own context
        try:
            answer = callback(self.request)
            if not inspect.isawaitable(answer):
                raise TypeError(f"it returned {answer!r}, which cannot be awaited; make it an async function")
            await answer
        except Exception as error:
            declined = _declined(error)
            if declined is not None:
                return Event.DECLINED, partial(_declination, declined)
            return Event.FAILED, partial(_failure, error)
        except anyio.get_cancelled_exc_class() as cancelled:
            if anyio.get_current_task().has_pending_cancellation():
                raise
            # It awaited something that somebody else cancelled; nobody has cancelled the callback.
            return Event.FAILED, partial(_failure, cancelled)
        return Event.RETURNED, None

    async def _watch(self, timer: anyio.CancelScope) -> None:
        with timer:
            await self.clock.sleep_until(self.clock.now() + self.time_limit)
            if not timer.cancel_called:  # the callback may have ended in the very same step
                self._happened(Event.TIME_LIMIT_REACHED, self._timed_out)

    async def _deliver(self) -> None:
        self._initiated_at = self._initiated_at or self.clock.now()
        try:
            await self.owner.users.update(
                self.request.user_id,
                provisioning_initiated_at=self._initiated_at,
                account_provision_request_id=self.request.request_id,
                attempts=DELIVERY_ATTEMPTS,
            )
        except (ServerError, RateLimited, TransportError, Unauthorized) as error:
            error.add_note(
                "the host has answered; the answer is kept, and the next launch of a savehack or "
                "resume_paused_launches() delivers it without asking again"
            )
            self._happened(Event.UNDELIVERABLE, partial(_the_same, error))
        except ImpactError as error:
            self._happened(Event.REFUSED, partial(_the_same, error))
        else:
            for owner in {
                id(owner): owner for owner in (self.owner, *(waiter.owner for waiter in self.waiters))
            }.values():
                owner.initiated(self._initiated_at)
            self._happened(Event.ACCEPTED)

    def _timed_out(self, launches: Launches) -> Exception:
        return AccountProvisioningTimedOut(
            f"account_provisioning_requested did not return within {self.time_limit} and was cancelled; "
            f"{_stay_paused(launches)}",
            launches=launches,
        )

    def _still_running(self, launches: Launches) -> Exception:
        return AccountProvisioningTimedOut(
            f"account_provisioning_requested was cancelled after {self.time_limit} and still has not ended, "
            f"so it is not called again; {_stay_paused(launches)}",
            launches=launches,
        )


@attrs.define(eq=False, kw_only=True)
class Provisioning:
    """All handovers of one SDK, by request id."""

    callbacks: Callbacks
    clock: Clock
    time_limit: timedelta
    _handovers: dict[str, Handover] = attrs.field(factory=dict, init=False)

    async def hand_over(self, owner: Owner, launches: Launches, tasks: anyio.abc.TaskGroup) -> list[SavehackLaunch]:
        """Ask the host for what paused launches wait for; returns them all as they are then.

        Called by the callback that is answering, it returns at once: they start with the rest.
        """
        asked: set[str] = set()
        while True:
            by_request: dict[str, list[SavehackLaunch]] = {}
            for launch in launches:
                if launch.waits_for_account:
                    by_request.setdefault(launch.account_provision_request_id or owner.user.id, []).append(launch)
            # A new request id is a new question (the bank refused meanwhile); the same one has been answered.
            open_requests = [request_id for request_id in by_request if request_id not in asked]
            if not open_requests:
                return list(launches)
            for request_id in open_requests:
                asked.add(request_id)
                handover = self._handover(request_id, owner, tasks)
                if handover.is_being_answered_here:
                    return list(launches)
                await handover.hand_over(owner, by_request[request_id])
            launches = await _fetched(owner, launches)

    def _handover(self, request_id: str, owner: Owner, tasks: anyio.abc.TaskGroup) -> Handover:
        if request_id not in self._handovers:
            self._handovers[request_id] = Handover(
                request=AccountProvisioningRequest(
                    request_id=request_id,
                    user_id=owner.user.id,
                    external_user_id=owner.user.external_id,
                    # Unique for one user is all it has to be, and the user's id says whose it is.
                    account_external_id=owner.user.id,
                ),
                owner=owner,
                callbacks=self.callbacks,
                clock=self.clock,
                time_limit=self.time_limit,
                tasks=tasks,
            )
        return self._handovers[request_id]

    async def leave(self, owner: Owner) -> None:
        """An owner's session ends; an answer that DES does not know yet is kept for the user's next one."""
        for request_id, handover in list(self._handovers.items()):
            await handover.leave(owner)
            if handover.owner is owner and handover.state is not State.UNDELIVERED:
                self._handovers.pop(request_id, None)


async def _fetched(owner: Owner, launches: Launches) -> list[SavehackLaunch]:
    """The same launches, as DES has them now."""
    found: dict[str, SavehackLaunch] = {}
    for dream_id in dict.fromkeys(launch.dream.id for launch in launches):
        found.update({launch.id: launch async for launch in owner.launches.list(dream_id=dream_id)})
    return [found.get(launch.id, launch) for launch in launches]


def _declined(error: Exception) -> ProvisioningDeclined | None:
    """The host's no, also when it comes out of a task group of the host's."""
    if isinstance(error, ExceptionGroup):
        declined, other = error.split(ProvisioningDeclined)
        return None if other is not None or declined is None else _declined(declined.exceptions[0])
    return error if isinstance(error, ProvisioningDeclined) else None


def _the_same(error: Exception, launches: Launches) -> Exception:
    return error


def _stay_paused(launches: Launches) -> str:
    names = ", ".join(f"{launch.type} {launch.id}" for launch in launches)
    return f"paused: {names}. The next launch of a savehack, or resume_paused_launches(), asks again"


def _not_registered(launches: Launches) -> Exception:
    return CallbackNotRegistered(
        "the user needs an account and no callback is registered to open one; "
        f"register it with sdk.register(account_provisioning_requested=…). {_stay_paused(launches)}",
        launches=launches,
    )


def _declination(declined: ProvisioningDeclined, launches: Launches) -> Exception:
    because = f": {declined.reason}" if declined.reason else ""
    error = AccountProvisioningDeclined(
        f"the user declined to open an account{because}; {_stay_paused(launches)}",
        launches=launches,
        reason=declined.reason,
    )
    error.__cause__ = declined
    return error


def _failure(cause: BaseException, launches: Launches) -> Exception:
    error = AccountProvisioningFailed(
        f"account_provisioning_requested failed with {type(cause).__name__}: {cause}; {_stay_paused(launches)}",
        launches=launches,
    )
    error.__cause__ = cause
    return error


def _closed(launches: Launches) -> Exception:
    return SessionClosed(f"the session was closed while the host was asked for an account; {_stay_paused(launches)}")
