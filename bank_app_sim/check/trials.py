"""The trials: each lets users of its own happen to the callback, and writes down what came of it. No verdicts here."""

from collections.abc import Awaitable, Callable

import anyio
import anyio.lowlevel

from impact_sdk import AccountProvisioningTimedOut

from .gate import SLOW_SECONDS, Disturbance
from .observations import Call, Cancellation, Ending, Trial
from .pulse import BEAT_SECONDS, STANDSTILL_SECONDS
from .stage import Stage, User, until

# Whoever is cancelled may clean up, but not for longer.
CANCELLED_WITHIN_SECONDS = 1.0

# What was cancelled has time to notice before what it waits for goes on.
NOTICED_WITHIN_SECONDS = 0.2

# Of a connection that has ended with a call, the gate hears on a thread of its own; one that goes on is waited for so
# long in vain.
HUNG_UP_WITHIN_SECONDS = 0.5

# What is measured while the machine itself stands still tells nothing.
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
            (first, *_) = (posting for posting in stage.sandbox.gate.postings if posting.user_id in trial.user_ids)
            stage.lag_seconds = max(first.at - (call.ended_at or first.at), 0.0)
        await user.watch()


async def slow(stage: Stage, trial: Trial) -> None:
    """DES takes its time for every answer, and the app is to stay alive meanwhile."""
    stage.sandbox.gate.disturb(Disturbance.SLOW)
    for _ in range(ATTEMPTS_ON_A_BUSY_MACHINE):
        async with stage.user(trial) as user:
            await _measured(user)
        if trial.machine_gap_seconds <= STANDSTILL_SECONDS:
            break


async def _measured(user: User) -> None:
    stage, trial, gate = user.stage, user.trial, user.stage.sandbox.gate
    stage.pulse.forget()
    stage.sandbox.pulse.forget()
    await user.launch_savehack()
    if trial.told is None:
        await user.account_comes()
    await anyio.sleep(2 * BEAT_SECONDS)  # the first beat after a standstill measures it
    trial.longest_gap_seconds = stage.pulse.longest_gap_seconds
    trial.machine_gap_seconds = stage.sandbox.pulse.longest_gap_seconds
    waited = [call.ended_at - call.began_at for call in trial.calls if call.ended_at is not None]
    # A backend in another process may be kept waiting without the callback's knowing of it.
    is_kept_waiting = gate.slow_answers > 0 and not stage.options.has_backend
    trial.shows_blocking = is_kept_waiting or any(seconds >= SLOW_SECONDS for seconds in waited)


async def twice(stage: Stage, trial: Trial) -> None:
    """The app dies after the callback has done its work and before DES knows, and asks again when it is back."""
    async with stage.user(trial) as user:
        await user.launch_savehack()
        await user.ask_again()
        await user.account_comes()
        await user.watch()


async def conflict(stage: Stage, trial: Trial) -> None:
    """Another worker of the bank posts the account first."""
    stage.sandbox.gate.disturb(Disturbance.QUICKER)
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
    """DES refuses the account: what is said about failures says the most."""
    stage.sandbox.gate.disturb(Disturbance.REFUSED)
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
        # At the very next step after the callback has waited for the first time; a quick one is over soon.
        while not trial.calls and trial.told is None:
            await anyio.lowlevel.checkpoint()
        await _cancel(user, cancellation)
        tasks.cancel_scope.cancel()


async def _cancelled_while_it_posts(stage: Stage, trial: Trial) -> None:
    cancellation = Cancellation(moment="while its POST /accounts was under way")
    trial.cancellations.append(cancellation)
    gate, calls_before = stage.sandbox.gate, len(trial.calls)
    gate.disturb(Disturbance.HELD)
    async with stage.user(trial) as user, anyio.create_task_group() as tasks:
        tasks.start_soon(user.launch_savehack)
        time_limit = stage.options.time_limit.total_seconds()

        def is_decided() -> bool:
            return gate.is_holding or any(call.ending for call in trial.calls[calls_before:])

        if await until(is_decided, seconds=time_limit) and gate.is_holding:
            await _cancel(user, cancellation)
        gate.is_released = True
        tasks.cancel_scope.cancel()


async def _cancel(user: User, cancellation: Cancellation) -> None:
    """Let the user leave, and see what becomes of the call that runs."""
    if not user.trial.calls or user.trial.calls[-1].ending is not None:
        return
    call, cancellation.is_tried = user.trial.calls[-1], True
    began_at = anyio.current_time()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(user.session.close)  # it returns when the callback has ended
        if not await until(lambda: call.ending is not None, seconds=NOTICED_WITHIN_SECONDS):
            user.stage.sandbox.gate.is_released = True
            await until(lambda: call.ending is not None, seconds=CANCELLED_WITHIN_SECONDS - NOTICED_WITHIN_SECONDS)
        tasks.cancel_scope.cancel()
    cancellation.ending, cancellation.said = call.ending, call.said
    if call.ending is not None:
        cancellation.seconds = anyio.current_time() - began_at
    gate = user.stage.sandbox.gate
    if gate.is_holding:
        await until(lambda: gate.has_hung_up, seconds=HUNG_UP_WITHIN_SECONDS)
    gate.is_released = True
    if call.ending is Ending.RETURNED:
        # It says that an account is under way. Where one comes, it has finished what it had begun.
        cancellation.account_came = await user.account_comes()
