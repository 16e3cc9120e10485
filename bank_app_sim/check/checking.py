"""Tries a callback, trial by trial, and gives each rule its finding."""

import functools
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs

from impact_sdk import ImpactError

from .event_loop import Endless, EventLoop, Stuck, event_loop
from .hearing import Hearing
from .leaks import Heard, Leak, leaks
from .observations import Trial
from .proxy import HELD_SECONDS_AT_MOST
from .rules import RULES, Rule
from .stage import Callback, Options, Stage
from .trial_world import TrialWorld
from .trials import TrialOf, cancelling, ordinary, slow
from .verdicts import Verdict, could_not_tell, obstacle, secrets

# How long a trial may take besides the callback: for requests, for watching, on a busy machine.
BESIDES_SECONDS = 20.0

# How long the app may take to leave. Everything has been observed by then; only a callback that ignores its
# cancellation takes longer.
LEAVING_SECONDS = 3.0


@attrs.frozen(kw_only=True)
class Finding:
    """The verdict on one rule.

    Attributes:
        trial: The trial that the verdict is about.
    """

    rule: Rule
    verdict: Verdict
    trial: Trial


def check(
    callback: Callback,
    *,
    world: TrialWorld,
    hearing: Hearing,
    options: Options,
    rules: Sequence[Rule] = RULES,
    trying: Callable[[str], None] = lambda name: None,
) -> list[Finding]:
    """Try a callback against the rules.

    Args:
        hearing: Captures output since before the callback's module was imported.
        trying: Called with the name of each trial.
    """
    world.proxy.heard = functools.partial(hearing.keep, "request")
    with event_loop(options.event_loop) as loop:
        stage = Stage(callback=callback, world=world, hearing=hearing, pulse=loop.pulse, options=options)
        tried = _all_tried(stage, loop, [rule.trial for rule in rules], trying)
    found = leaks([*hearing.heard, *_traces(tried.values())], world.secrets)
    return _findings(rules, tried, found)


def _all_tried(
    stage: Stage, loop: EventLoop, wanted: Iterable[TrialOf], trying: Callable[[str], None]
) -> dict[TrialOf, Trial]:
    """Run each trial once, the ordinary one first: if that goes wrong, the others say nothing."""
    tried: dict[TrialOf, Trial] = {}
    in_the_way = ""
    for work in dict.fromkeys([ordinary, *wanted]):
        trial = tried[work] = Trial(name=work.__name__, obstacle=in_the_way)
        if in_the_way:
            continue
        trial.posts_accounts = work is ordinary or bool(tried[ordinary].account_ids)
        trying(trial.name)
        _try(work, trial, stage, loop)
        if work is ordinary or trial.stuck_seconds is not None:
            in_the_way = trial.obstacle or obstacle(trial)
    return {**tried, **_told_by_others(tried)}


def _told_by_others(tried: Mapping[TrialOf, Trial]) -> dict[TrialOf, Trial]:
    """Trials that were not possible any more, but whose result another trial has shown."""
    shown: dict[TrialOf, Trial] = {}
    stuck = [trial for trial in tried.values() if trial.stuck_seconds is not None]
    if stuck and slow in tried:
        shown[slow] = stuck[0]
    if tried[ordinary].cancellations and cancelling in tried:
        shown[cancelling] = tried[ordinary]
    return shown


def _try(work: TrialOf, trial: Trial, stage: Stage, loop: EventLoop) -> None:
    world, options = stage.world, stage.options
    stage.hearing.trial = trial.name
    world.proxy.disturb_no_more()
    earlier = {posting.user_id for posting in world.proxy.postings}
    trial.begins_after = world.latest_message
    limit = options.time_limit.total_seconds()
    end = time.monotonic() + 2 * (limit + options.patience.total_seconds()) + BESIDES_SECONDS

    def is_given_up() -> bool:
        leaving_since, now = trial.leaving_since, time.monotonic()
        return now > end or (leaving_since is not None and now > leaving_since + LEAVING_SECONDS)

    try:
        loop.run(
            functools.partial(work, stage, trial),
            is_given_up=is_given_up,
            standstill_seconds=limit + HELD_SECONDS_AT_MOST,
        )
    except ImpactError as error:  # from before the callback
        trial.told, trial.obstacle = error, f"the check failed before it could call the callback: {error}"
    except Stuck:
        trial.stuck_seconds = loop.pulse.silent_seconds
    except Endless:
        pass  # it does not end when it is cancelled; what it did until now has been observed
    world.proxy.disturb_no_more()
    trial.messages = world.messages(after=trial.begins_after)
    trial.postings = [
        posting
        for posting in world.proxy.postings.copy()
        # Also one for an unknown user: that is a mistake of this trial, and no late account of an earlier one.
        if posting.user_id in trial.user_ids or posting.user_id not in earlier | stage.user_ids
    ]


def _findings(rules: Sequence[Rule], tried: Mapping[TrialOf, Trial], found: Sequence[Leak]) -> list[Finding]:
    findings = []
    for rule in rules:
        trial = tried[rule.trial]
        if rule.judge is secrets and found:
            # Show the trial in which the first secret leaked.
            trial = attrs.evolve(_by_name(tried, found[0].trial) or trial, leaks=found)
        is_tried = not trial.obstacle or trial.leaks
        verdict = rule.judge(trial) if is_tried else could_not_tell(f"not tried: {trial.obstacle}")
        findings.append(Finding(rule=rule, verdict=verdict, trial=trial))
    return findings


def _by_name(tried: Mapping[TrialOf, Trial], name: str) -> Trial | None:
    return next((trial for trial in tried.values() if trial.name == name), None)


def _traces(trials: Iterable[Trial]) -> list[Heard]:
    return [
        Heard(place="trace", trial=trial.name, text=str([message.as_json() for message in trial.messages]))
        for trial in trials
    ]
