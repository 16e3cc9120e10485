"""What the host may watch: each call, each attempt, each wait, each question to it. Watching changes nothing.

    CallStarted      a method of the SDK begins, such as `dreams.create` or `session.launch_savehack`
    AttemptStarted   a request of it is sent; headers may be added to it
    AttemptEnded     its answer is there, or there is none
    WaitStarted      the next attempt is due after some seconds
    CallEnded        the method returns, or raises
    HandoverStarted  a callback is called that the host is to answer: for an account, a consent, an ID token
    HandoverEnded    it has answered, declined, failed, or had its time

A listing is a call for each page that it asks for. No event holds a secret: headers that prove something are redacted,
bodies are not there, and of a query only what says nothing of anybody.
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

# A hook that is asynchronous holds up the call that it watches; not for ever.
LONGEST_HOOK_SECONDS = 1.0

next_id = itertools.count(1).__next__


class HookEvent:
    """What a hook is called with; each is one of the classes below."""

    __slots__ = ()


class Hook(Protocol):
    """What is called with each event, one after the other: a function, or an object of the host's.

    What it returns is awaited, where that can be: it may be asynchronous.
    """

    def __call__(self, event: HookEvent, /) -> object: ...


@attrs.frozen(kw_only=True)
class CallStarted(HookEvent):
    """A method of the SDK begins.

    Attributes:
        id: Of this call, among all of this process.
        name: Such as `dreams.create`, `session.launch_savehack`, `sdk.launch`.
        started_at: When (UTC), by the client's clock.
    """

    id: int = attrs.field(factory=next_id)
    name: str
    started_at: datetime


@attrs.frozen(kw_only=True)
class CallEnded(HookEvent):
    """A method of the SDK has returned, or raised, or was cancelled.

    Attributes:
        call: How it began.
        seconds: How long it took, by the machine's steady clock.
        attempts: How many requests were sent, those for an access token included.
        error: The type of what it raised, such as `NotFound`; None where it returned.
        message: What that says; of our own errors only.
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
        call: What it is a part of.
        number: Which one of its request, from 1.
        route: Its path, whatever it is about: `/v1/dreams/{id}`.
        url: The whole address; what a query says of anybody is `REDACTED`.
        headers: Those that are sent, as far as they may be seen.
        seconds_waited_before: How long the call had waited since the attempt before.
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
        """Send one more header with this attempt: such as `traceparent`. The last one of a name counts.

        Raises:
            ConfigurationError: The SDK or the client has a header of that name, or it is none.
        """
        taken = {each.lower() for each in self.headers}
        self._added.update(
            {each.lower(): text for each, text in headers.added("add_header", {name: value}, taken).items()}
        )


@attrs.frozen(kw_only=True)
class AttemptEnded(HookEvent):
    """A request was answered, or was not.

    Attributes:
        started: How it began.
        attempt: What has become of it.
    """

    started: AttemptStarted
    attempt: Attempt

    @property
    def call(self) -> CallStarted:
        """What it was a part of."""
        return self.started.call


@attrs.frozen(kw_only=True)
class WaitStarted(HookEvent):
    """An attempt has failed, and the next one is due.

    Attributes:
        call: What it is a part of.
        seconds: After how long.
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
    """The host's callback is about to be called, in the task that tells of it.

    Attributes:
        id: Of this question, among all calls and questions of this process.
        callback: Its keyword at `register()`.
        started_at: When (UTC), by the client's clock.
    """

    id: int = attrs.field(factory=next_id)
    callback: str
    started_at: datetime


@attrs.frozen(kw_only=True)
class HandoverEnded(HookEvent):
    """The host's callback has ended.

    Attributes:
        handover: How it began.
        seconds: How long it took, by the client's clock.
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
        """Call all of them. Whatever they do, this returns; their first failure is logged.

        Args:
            may_wait: Whether one may be awaited. What is being thrown away may not.
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
                else:  # we are being cancelled: the others hear of it all the same
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
    # Shielded: that a call ended is worth telling also where it was cancelled.
    with anyio.CancelScope(deadline=anyio.current_time() + LONGEST_HOOK_SECONDS, shield=True) as scope:
        await answer
    if scope.cancelled_caught:
        raise TimeoutError(f"it did not return within {LONGEST_HOOK_SECONDS:g} s")


def of(given: object) -> Hooks:
    """The hooks that a caller wants; `ConfigurationError` where one cannot be called."""
    if given is None:
        return Hooks()
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Sequence):
        raise wrong("hooks", given, "a list of functions of one argument")
    for hook in given:
        if not callable(hook) or isinstance(hook, type):
            raise wrong("hooks", hook, "functions of one argument, or objects that can be called")
    return Hooks(tuple(given))
