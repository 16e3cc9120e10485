"""Runs a launch: what its start, each step and each outside event cause. Pure: the same arguments, the same answer.

The caller keeps two numbers: how many occurrences there were (the start and every step, with or without a deposit), and
when the next one is due. An occurrence is named by its number: the start is 0.
"""

from datetime import datetime

from .feed import FeedEvent
from .launch import LARGEST_CENTS, Launch, Step
from .rule import Consent
from .savehacks import BY_TYPE


def start(launch: Launch, occurrence: int = 0) -> Step:
    """What the launch does as it starts, at `started_at`.

    Args:
        occurrence: More than 0 if it ran before and starts again after it waited for an account. A launch that saves at
            its start then saves again; rules that count go on from this number.
    """
    savehack = BY_TYPE[launch.type]
    amount = savehack.amount(launch, occurrence, launch.started_at) if savehack.saves_at_start else 0
    return Step(
        amount_cents=_allowed(launch, amount), next_due=savehack.next_due(launch, occurrence + 1, launch.started_at)
    )


def step(launch: Launch, occurrence: int, due_at: datetime) -> Step:
    """What the launch does at `due_at`, when this occurrence falls due.

    It depends on `due_at` and not on how late the caller is: missed steps are made up for, and later steps do not move.
    """
    savehack = BY_TYPE[launch.type]
    return Step(
        amount_cents=_allowed(launch, savehack.amount(launch, occurrence, due_at)),
        next_due=savehack.next_due(launch, occurrence + 1, due_at),
    )


def resume(launch: Launch, occurrence: int, at: datetime) -> datetime | None:
    """When this next occurrence is due after a pause by the user; occurrences in the pause are skipped."""
    return BY_TYPE[launch.type].next_due(launch, occurrence, at)


def on_feed(launch: Launch, event: FeedEvent) -> int | None:
    """The cents to deposit for an outside event; None for no deposit, and for an event before the launch started.

    The caller gives an event of a user (a purchase, a salary) to that user's launches only.
    """
    savehack = BY_TYPE[launch.type]
    if event.type != savehack.feed_type or event.at < launch.started_at:
        return None
    return _allowed(launch, savehack.amount_of(launch, event))


def consent(launch: Launch) -> Consent:
    """What a transfer consent to this launch asks for."""
    savehack = BY_TYPE[launch.type]
    return Consent(max_frequency=savehack.max_frequency, max_amount_cents=min(savehack.most(launch), LARGEST_CENTS))


def _allowed(launch: Launch, cents: int) -> int | None:
    most = LARGEST_CENTS if launch.consented_cents is None else min(LARGEST_CENTS, launch.consented_cents)
    return min(cents, most) or None
