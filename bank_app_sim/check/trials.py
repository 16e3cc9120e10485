"""The trials: in each, users of its own launch savehacks, and it notes what the callback does. No verdicts here."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import anyio
import anyio.lowlevel

from impact_sdk import AccountProvisioningTimedOut

from ..simulation.faults import Fault, FaultKind
from .observations import Call, Cancellation, Ending, Trial
from .pulse import BEAT_SECONDS, STANDSTILL_SECONDS
from .stage import Stage, User, until

# A mobile network may well take this long, and a user notices if the app stands still meanwhile.
SLOW_SECONDS = 0.45

# A cancelled callback may clean up for this long.
CANCELLED_WITHIN_SECONDS = 1.0

# A cancelled callback may need this long to notice, before the request that it waits for goes on.
NOTICED_WITHIN_SECONDS = 0.2

# If the callback's connection ends with the call, the proxy hears of it on its own thread within this time.
HUNG_UP_WITHIN_SECONDS = 0.5

# Gaps that are measured while the machine itself stands still say nothing, so the trial is repeated.
ATTEMPTS_ON_A_BUSY_MACHINE = 3

TrialOf = Callable[[Stage, Trial], Awaitable[None]]


async def ordinary(stage: Stage, trial: Trial) -> None:
    """A user launches a savehack, and nothing is in the way."""
    async with stage.user(trial) as user:
        await user.launch_savehack()
        if isinstance(trial.told, AccountProvisioningTimedOut):
            trial.cancellations.append(await _cancelled_by_the_sdk(trial.calls[0]))
        if trial.told is None and await user.account_comes():
            (call, *_) = trial.calls
            (first, *_) = (posting for posting in stage.world.proxy.postings if posting.user_id in trial.user_ids)
            stage.lag_seconds = max(first.at - (call.ended_at or first.at), 0.0)
        await user.watch()


def _to_des(kind: FaultKind, *, what: str | None = None, status: int = 503, delay_seconds: float = 0) -> Fault:
    """A fault for every request of the bank."""
    delay = timedelta(seconds=delay_seconds)
    return Fault(kind=kind, sender="bank_backend", receiver="des", what=what, times=None, status=status, delay=delay)


async def slow(stage: Stage, trial: Trial) -> None:
    """DES is slow to answer, and the app has to stay alive meanwhile."""
    late = _to_des(FaultKind.LATE, delay_seconds=SLOW_SECONDS)
    stage.world.disturb(late)
    for _ in range(ATTEMPTS_ON_A_BUSY_MACHINE):
        async with stage.user(trial) as user:
            await _measure(user, late)
        if trial.machine_gap_seconds <= STANDSTILL_SECONDS:
            break


async def _measure(user: User, late: Fault) -> None:
    stage, trial = user.stage, user.trial
    stage.pulse.forget()
    stage.world.pulse.forget()
    await user.launch_savehack()
    if trial.told is None:
        await user.account_comes()
    await anyio.sleep(2 * BEAT_SECONDS)  # the first beat after a standstill measures it
    trial.longest_gap_seconds = stage.pulse.longest_gap_seconds
    trial.machine_gap_seconds = stage.world.pulse.longest_gap_seconds
    waited = [call.ended_at - call.began_at for call in trial.calls if call.ended_at is not None]
    # A backend in another process may be kept waiting without the callback's knowing of it.
    is_kept_waiting = late.struck > 0 and not stage.options.has_backend
    trial.shows_blocking = is_kept_waiting or any(seconds >= SLOW_SECONDS for seconds in waited)


async def twice(stage: Stage, trial: Trial) -> None:
    """The app dies after the callback has done its work and before DES knows. Started again, it asks again."""
    async with stage.user(trial) as user:
        await user.launch_savehack()
        await user.ask_again()
        await user.account_comes()
        await user.watch()


async def conflict(stage: Stage, trial: Trial) -> None:
    """Another worker of the bank posts the account first."""
    stage.world.proxy.be_a_rival()
    async with stage.user(trial) as user:
        await user.launch_savehack()
        await user.account_comes()
        await user.watch()


async def declining(stage: Stage, trial: Trial) -> None:
    """A customer is asked who says no."""
    trial.customer = stage.options.declines
    if trial.customer is None:
        return
    async with stage.user(trial, trial.customer) as user:
        await user.launch_savehack()
        await user.watch()


async def refused(stage: Stage, trial: Trial) -> None:
    """The account is refused: a callback says most when something fails."""
    stage.world.disturb(_to_des(FaultKind.ANSWERED, what="POST /accounts", status=400))
    async with stage.user(trial) as user:
        await user.launch_savehack()
        await user.watch()


async def cancelling(stage: Stage, trial: Trial) -> None:
    """The user leaves while the callback runs: once as soon as it waits for anything, once while it posts."""
    await _cancelled_when_it_waits(stage, trial)
    await _cancelled_while_it_posts(stage, trial)


async def _cancelled_by_the_sdk(call: Call) -> Cancellation:
    began_at = anyio.current_time()
    await until(lambda: call.ending is not None, seconds=CANCELLED_WITHIN_SECONDS)
    seconds = None if call.ending is None else anyio.current_time() - began_at
    return Cancellation(
        moment="when its time was over",
        is_tried=True,
        ending=call.ending,
        said=call.said,
        seconds=seconds,
        account_came=True,  # a late answer is not lost work
    )


async def _cancelled_when_it_waits(stage: Stage, trial: Trial) -> None:
    cancellation = Cancellation(moment="as soon as it waited for anything")
    trial.cancellations.append(cancellation)
    async with stage.user(trial) as user, anyio.create_task_group() as tasks:
        tasks.start_soon(user.launch_savehack)
        # Cancel at the very next step after the callback has waited for the first time: a quick one soon ends.
        while not trial.calls and trial.told is None:
            await anyio.lowlevel.checkpoint()
        await _cancel(user, cancellation)
        tasks.cancel_scope.cancel()


async def _cancelled_while_it_posts(stage: Stage, trial: Trial) -> None:
    cancellation = Cancellation(moment="while its POST /accounts was under way")
    trial.cancellations.append(cancellation)
    proxy, calls_before = stage.world.proxy, len(trial.calls)
    proxy.disturb_no_more()
    proxy.hold()
    async with stage.user(trial) as user, anyio.create_task_group() as tasks:
        tasks.start_soon(user.launch_savehack)
        time_limit = stage.options.time_limit.total_seconds()

        def is_decided() -> bool:
            return proxy.is_holding or any(call.ending for call in trial.calls[calls_before:])

        if await until(is_decided, seconds=time_limit) and proxy.is_holding:
            await _cancel(user, cancellation)
        proxy.release()
        tasks.cancel_scope.cancel()


async def _cancel(user: User, cancellation: Cancellation) -> None:
    """Let the user leave, and note what becomes of the call that runs."""
    if not user.trial.calls or user.trial.calls[-1].ending is not None:
        return
    call, cancellation.is_tried = user.trial.calls[-1], True
    began_at = anyio.current_time()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(user.session.close)  # it returns when the callback has ended
        if not await until(lambda: call.ending is not None, seconds=NOTICED_WITHIN_SECONDS):
            user.stage.world.proxy.release()
            await until(lambda: call.ending is not None, seconds=CANCELLED_WITHIN_SECONDS - NOTICED_WITHIN_SECONDS)
        tasks.cancel_scope.cancel()
    cancellation.ending, cancellation.said = call.ending, call.said
    if call.ending is not None:
        cancellation.seconds = anyio.current_time() - began_at
    proxy = user.stage.world.proxy
    if proxy.is_holding:
        await until(lambda: proxy.has_hung_up, seconds=HUNG_UP_WITHIN_SECONDS)
    proxy.release()
    if call.ending is Ending.RETURNED:
        # It says that an account is under way. If one comes, it has finished what it had begun.
        cancellation.account_came = await user.account_comes()
