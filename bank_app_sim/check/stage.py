"""The app of a check: it has the SDK in it, calls the callback and watches it."""

import contextlib
import inspect
import time
import traceback
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import anyio
import attrs

from impact_sdk import AccountProvisioningRequest, Dream, ImpactError, ImpactSDK, Session, Weekly

from ..timeline.trace import Kind
from .hearing import Hearing
from .observations import Call, Ending, Trial
from .pulse import Pulse
from .trial_world import TrialWorld

Callback = Callable[[AccountProvisioningRequest], Awaitable[object]]

LOOK_EVERY_SECONDS = 0.01

# After the account has come we watch for another one: at least for this time, and for WATCH_TIMES the time that the
# first one took after the callback had returned.
WATCH_SECONDS_AT_LEAST = 0.2
WATCH_TIMES = 3


@attrs.frozen(kw_only=True)
class Options:
    """What only the person who runs the check can know.

    Attributes:
        time_limit: How long the callback may take.
        patience: How long the account may take to come after the callback has returned.
        declines: A customer for whom the callback says no.
        has_backend: A backend in another process posts the accounts.
        event_loop: The callback's event loop, `asyncio` or `trio`.
    """

    time_limit: timedelta = timedelta(seconds=10)
    patience: timedelta = timedelta(seconds=10)
    declines: str | None = None
    has_backend: bool = False
    event_loop: str = "asyncio"


@attrs.define(eq=False, kw_only=True)
class Stage:
    """Where a callback is tried.

    Attributes:
        user_ids: All users of all trials.
        lag_seconds: How long after the callback's return its first account came.
    """

    callback: Callback
    world: TrialWorld
    hearing: Hearing
    pulse: Pulse
    options: Options
    user_ids: set[str] = attrs.field(factory=set)
    lag_seconds: float = 0.0

    @contextlib.asynccontextmanager
    async def user(self, trial: Trial, customer: str | None = None) -> AsyncIterator["User"]:
        """A user who is new to DES, with a Dream. The callback is registered with their app."""
        if customer is not None:
            await self.world.forget(customer)
            trial.begins_after = self.world.latest_message
        token = await self.world.id_token(customer or f"check-{trial.name}-{uuid.uuid4().hex[:8]}")
        sdk = ImpactSDK(
            self.world.app_url,
            client_id=self.world.simulation.client_id,
            account_provisioning_timeout=self.options.time_limit,
        )
        async with sdk:
            watched = Watched(self, trial)
            sdk.register(account_provisioning_requested=watched)
            session = await sdk.launch(token)
            trial.user_ids.add(session.user.id)
            self.user_ids.add(session.user.id)
            dream = await session.create_dream("Bike", target_cents=250_000)
            try:
                yield User(stage=self, trial=trial, session=session, dream=dream, watched=watched)
            finally:
                trial.leaving_since = time.monotonic()
        trial.leaving_since = None


class Exited(Exception):
    """The callback tried to end the program. The check goes on."""


@attrs.frozen(eq=False)
class Watched:
    """The callback, with notes of each call."""

    stage: Stage
    trial: Trial

    def __call__(self, request: AccountProvisioningRequest) -> Awaitable[object]:
        call = Call(request=request, began_at=time.monotonic())
        self.trial.calls.append(call)
        self._record("sdk", "bank_app", "callback: Account Provisioning Requested", "call")
        try:
            answer = self.stage.callback(request)
        except Exception as error:
            self._ended(call, Ending.RAISED, error)
            raise
        except BaseException as error:
            self._ended(call, Ending.RAISED, error)
            raise Exited from error
        if not inspect.isawaitable(answer):
            said = "None" if answer is None else f"something of type {type(answer).__name__}"
            self._ended(call, Ending.NOT_AWAITABLE, said=said)
            return answer  # the SDK reports that
        call.is_awaitable = True
        return self._awaited(call, answer)

    async def _awaited(self, call: Call, answer: Awaitable[object]) -> object:
        try:
            result = await answer
        except BaseException as error:
            if _is_cancellation(error):
                self._ended(call, Ending.CANCELLED)
                raise
            self._ended(call, Ending.RAISED, error)
            if isinstance(error, Exception):
                raise
            raise Exited from error
        self._ended(call, Ending.RETURNED)
        return result

    def _ended(self, call: Call, ending: Ending, error: BaseException | None = None, *, said: str = "") -> None:
        call.ending, call.ended_at, call.said = ending, time.monotonic(), said
        label = {Ending.RETURNED: "return from callback", Ending.CANCELLED: "callback was cancelled"}
        if error is not None:
            call.said = said_by(error)
            self.stage.hearing.keep("exception", "".join(traceback.format_exception(error)))
        raised = f"callback raised {type(error).__name__}" if error is not None else f"callback {ending.value}"
        self._record("bank_app", "sdk", label.get(ending, raised), "return")

    def _record(self, sender: str, receiver: str, label: str, kind: Kind) -> None:
        self.stage.world.simulation.trace.record(sender, receiver, label, kind=kind)


@attrs.frozen(eq=False, kw_only=True)
class User:
    """A user who saves, and what they can do."""

    stage: Stage
    trial: Trial
    session: Session
    dream: Dream
    watched: Watched

    async def launch_savehack(self) -> None:
        """Launch a savehack, so that the SDK calls the callback; note the error of the SDK, if there is one."""
        try:
            await self.session.launch_savehack(self.dream, Weekly(amount_cents=5_000, weekday=0))
        except ImpactError as error:
            self.trial.told = error
            self.stage.hearing.keep("exception", "".join(traceback.format_exception(error)))

    async def ask_again(self) -> None:
        """Call the callback with its earlier request again, as the next process of an app that died would."""
        request = self.trial.calls[0].request
        # What it raises is noted already.
        with contextlib.suppress(Exception), anyio.move_on_after(self.stage.options.time_limit.total_seconds()):
            await self.watched(request)

    @property
    def has_account(self) -> bool:
        postings = self.stage.world.proxy.postings.copy()
        return any(posting.user_id == self.session.user.id and posting.account_id for posting in postings)

    async def account_comes(self) -> bool:
        """Wait for the account, as long as `patience` says; whether it came."""
        return await until(lambda: self.has_account, seconds=self.stage.options.patience.total_seconds())

    async def watch(self) -> None:
        """Wait a while: perhaps something more is posted."""
        patience = self.stage.options.patience.total_seconds()
        await anyio.sleep(min(max(WATCH_SECONDS_AT_LEAST, WATCH_TIMES * self.stage.lag_seconds), patience))


def said_by(error: BaseException) -> str:
    """An exception in one line: some have pages of text."""
    first, *_ = (*str(error).splitlines(), "")
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


async def until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Wait until the condition holds; whether it does in the end."""
    end = time.monotonic() + seconds
    # It becomes true in another thread, so there is no event of this loop to wait for.
    while not condition() and time.monotonic() < end:  # noqa: ASYNC110
        await anyio.sleep(LOOK_EVERY_SECONDS)
    return condition()


def _is_cancellation(error: BaseException) -> bool:
    """Trio raises several cancellations at once, in a group."""
    cancelled = anyio.get_cancelled_exc_class()
    if isinstance(error, BaseExceptionGroup):
        return error.split(cancelled)[1] is None
    return isinstance(error, cancelled)
