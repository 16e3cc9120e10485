"""Hooks: the host can watch each call, attempt, wait, and question to the host. Watching changes nothing.

    CallStarted      a method of the SDK begins, such as `dreams.create` or `session.launch_savehack`
    AttemptStarted   a request of the call is about to be sent; a hook may add headers
    AttemptEnded     the answer has come, or there is none
    WaitStarted      the next attempt is due after some seconds
    CallEnded        the method returns or raises
    HandoverStarted  a callback of the host is called: for an account, a consent or an ID token
    HandoverEnded    the callback has answered, declined, failed, or timed out

Each page of a listing is a call. No event holds a secret: credentials in headers are redacted, there are no bodies, and
a query keeps only values that say nothing about a person.
"""

import enum
import inspect
import itertools
import logging
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import anyio
import attrs

from ..attempts import Attempt
from ..logs import fields
from ..mistakes.shown import told
from ..mistakes.wrong import wrong
from ..tasks.handed_over import is_hosts_own
from . import headers

logger = logging.getLogger("impact_sdk")

# An asynchronous hook delays the call that it watches, at most so long.
LONGEST_HOOK_SECONDS = 1.0

next_id = itertools.count(1).__next__


class HookEvent:
    """What a hook is called with: one of the classes below."""

    __slots__ = ()


class Hook(Protocol):
    """A function, or an object that can be called. It gets the events one after the other.

    It may be asynchronous: if it returns an awaitable, that is awaited.
    """

    def __call__(self, event: HookEvent, /) -> object: ...


@attrs.frozen(kw_only=True)
class CallStarted(HookEvent):
    """A method of the SDK begins.

    Attributes:
        id: Unique among the calls of this process.
        name: Such as `dreams.create`, `session.launch_savehack`, `sdk.launch`.
        started_at: In UTC, by the client's clock.
    """

    id: int = attrs.field(factory=next_id)
    name: str
    started_at: datetime


@attrs.frozen(kw_only=True)
class CallEnded(HookEvent):
    """A method of the SDK has returned, raised or been cancelled.

    Attributes:
        call: The event that told its start.
        seconds: Its duration, by the machine's steady clock.
        attempts: How many requests were sent, including those for an access token.
        error: The class of the exception, such as `NotFound`; None if the method returned.
        message: The exception's message, if it is one of our own errors.
    """

    call: CallStarted
    seconds: float
    attempts: int
    error: str | None = None
    message: str | None = None


@attrs.frozen(kw_only=True)
class AttemptStarted(HookEvent):
    """A request is about to be sent.

    Attributes:
        call: The call that it is part of.
        number: The attempt's number within its request, from 1.
        route: The path without ids: `/v1/dreams/{id}`.
        url: The whole address; personal values in the query are `REDACTED`.
        headers: The headers that are sent, without secrets.
        seconds_waited_before: How long the call has waited since the previous attempt.
    """

    call: CallStarted
    number: int
    method: str
    path: str
    route: str
    url: str
    headers: Mapping[str, str]
    started_at: datetime
    seconds_waited_before: float = 0.0
    _added: dict[str, Any] = attrs.field(factory=dict, init=False, repr=False, eq=False)

    def add_header(self, name: str, value: str) -> None:
        """Send one more header with this attempt, such as `traceparent`. The last value of a name counts.

        Raises:
            ConfigurationError: The SDK or the client has a header of that name, or the name or value is not valid.
        """
        taken = {each.lower() for each in self.headers}
        self._added.update(
            {each.lower(): text for each, text in headers.added("add_header", {name: value}, taken).items()}
        )


@attrs.frozen(kw_only=True)
class AttemptEnded(HookEvent):
    """An attempt is over, with an answer or without.

    Attributes:
        started: The event that told its start.
        attempt: How it ended.
    """

    started: AttemptStarted
    attempt: Attempt

    @property
    def call(self) -> CallStarted:
        """The call that it is part of."""
        return self.started.call


@attrs.frozen(kw_only=True)
class WaitStarted(HookEvent):
    """An attempt has failed, and the call waits before the next one.

    Attributes:
        call: The call that it is part of.
        seconds: How long it waits.
        after: The attempt that failed.
    """

    call: CallStarted
    seconds: float
    after: Attempt


class HandoverOutcome(enum.Enum):
    """How a question to the host has ended."""

    ANSWERED = "answered"
    DECLINED = "declined"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"


@attrs.frozen(kw_only=True)
class HandoverStarted(HookEvent):
    """A callback of the host is about to be called, in the task that calls this hook.

    Attributes:
        id: Unique among the calls and questions of this process.
        callback: Its keyword in `register()`.
        started_at: In UTC, by the client's clock.
    """

    id: int = attrs.field(factory=next_id)
    callback: str
    started_at: datetime


@attrs.frozen(kw_only=True)
class HandoverEnded(HookEvent):
    """The host's callback has ended.

    Attributes:
        handover: The event that told its start.
        seconds: Its duration, by the client's clock.
    """

    handover: HandoverStarted
    outcome: HandoverOutcome
    seconds: float


@attrs.define(eq=False)
class Hooks:
    """The hooks of one client."""

    _hooks: tuple[Hook, ...] = ()
    _complained_of: set[int] = attrs.field(factory=set, init=False)

    def __bool__(self) -> bool:
        return bool(self._hooks)

    async def tell(self, event: HookEvent, *, may_wait: bool = True) -> None:
        """Call all hooks. A hook that fails changes nothing; its first failure is logged.

        Args:
            may_wait: Whether a hook may be awaited. A coroutine that is being thrown away must not await.
        """
        interrupted: BaseException | None = None
        for number, hook in enumerate(self._hooks):
            try:
                answer = hook(event)
                if inspect.isawaitable(answer):
                    if may_wait:
                        await _awaited(answer)
                    elif inspect.iscoroutine(answer):
                        answer.close()
            except BaseException as error:
                if is_hosts_own(error):
                    self._complain(number, hook, event, error)
                else:  # we are being cancelled: the other hooks still hear of it
                    interrupted, may_wait = interrupted or error, False
        if interrupted is not None:
            raise interrupted

    def _complain(self, number: int, hook: Hook, event: HookEvent, error: BaseException) -> None:
        if number not in self._complained_of:
            self._complained_of.add(number)
            logger.error(
                "a hook (%s) failed at %s with %s; it is called again, and this is not logged again",
                getattr(hook, "__qualname__", type(hook).__qualname__),
                type(event).__name__,
                told(error),
                exc_info=error,
                extra=fields("hook.failed", hook_event=type(event).__name__),
            )


async def _awaited(answer: Awaitable[object]) -> None:
    # Shielded: a hook also hears the end of a cancelled call.
    with anyio.CancelScope(deadline=anyio.current_time() + LONGEST_HOOK_SECONDS, shield=True) as scope:
        await answer
    if scope.cancelled_caught:
        raise TimeoutError(f"it did not return within {LONGEST_HOOK_SECONDS:g} s")


def of(given: object) -> Hooks:
    """The hooks that a caller wants; `ConfigurationError` if one cannot be called."""
    if given is None:
        return Hooks()
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Sequence):
        raise wrong("hooks", given, "a list of functions of one argument")
    for hook in given:
        if not callable(hook) or isinstance(hook, type):
            raise wrong("hooks", hook, "functions of one argument, or objects that can be called")
    return Hooks(tuple(given))
