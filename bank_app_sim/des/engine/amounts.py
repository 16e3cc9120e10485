"""How much a launch saves, in cents: pure functions, where 0 is nothing.

Functions of the calendar take the number of the occurrence (the start is 0) and its moment; those of the feed an event.
"""

from datetime import datetime, timedelta

from .chance import pick
from .feed import Competition, FeedEvent
from .launch import Launch
from .schedules import EVEREST_WEEKS
from .wall_clock import WEEK

# An Autopilot's smallest deposit, and the weeks that it takes for a Dream without a day. Ours.
AUTOPILOT_LEAST_CENTS = 100
AUTOPILOT_WEEKS = 52


def nothing(launch: Launch, occurrence: int, at: datetime) -> int:
    return 0


def the_same(launch: Launch, occurrence: int, at: datetime) -> int:
    return int(launch.terms["amount_cents"])


def share_of_what_is_missing(launch: Launch, occurrence: int, at: datetime) -> int:
    if launch.dream_target_cents is None:
        return AUTOPILOT_LEAST_CENTS
    missing = launch.dream_target_cents - launch.dream_balance_cents - launch.dream_pending_cents
    if missing <= 0:
        return 0
    share = -(-missing // _weeks_left(launch, at))  # rounded up
    return max(share, AUTOPILOT_LEAST_CENTS)


def _weeks_left(launch: Launch, at: datetime) -> int:
    """The weeks until the Dream's day, begun ones included; the default for a Dream without a day, or after its day."""
    expires_at = launch.dream_expires_at
    if expires_at is None:
        return AUTOPILOT_WEEKS
    left = expires_at - at if isinstance(expires_at, datetime) else expires_at - launch.wall_clock.day_of(at)
    return max(-(-left // WEEK), 1) if left >= timedelta() else AUTOPILOT_WEEKS


def between_its_bounds(launch: Launch, occurrence: int, at: datetime) -> int:
    return pick(launch.seed, f"amount {occurrence}", launch.terms["min_amount_cents"], launch.terms["max_amount_cents"])


def what_the_wheel_gives(launch: Launch, occurrence: int, at: datetime) -> int:
    """Nothing, the least, the most, or an amount between: each with the same chance."""
    outcomes = (
        0,
        launch.terms["min_amount_cents"],
        launch.terms["max_amount_cents"],
        between_its_bounds(launch, occurrence, at),
    )
    return int(outcomes[pick(launch.seed, f"wheel {occurrence}", 0, 3)])


def more_every_time(launch: Launch, occurrence: int, at: datetime) -> int:
    return int(min((occurrence + 1) * launch.terms["amount_cents"], launch.terms["max_amount_cents"]))


def up_and_down(launch: Launch, occurrence: int, at: datetime) -> int:
    height = min(occurrence + 1, EVEREST_WEEKS - occurrence)
    return max(height, 0) * int(launch.terms["amount_cents"])  # below 0 if the launch started again after its end


def by_day_of_month(launch: Launch, occurrence: int, at: datetime) -> int:
    return int(launch.wall_clock.day_of(at).day * launch.terms["amount_cents"])


def up_to_the_next_round_amount(launch: Launch, event: FeedEvent) -> int:
    return -(event.amount_cents or 0) % int(launch.terms["round_to_cents"])


def percent(launch: Launch, event: FeedEvent) -> int:
    return (event.amount_cents or 0) * int(launch.terms["percentage"]) // 100


def goals_in_league(launch: Launch, event: FeedEvent) -> int:
    return _goals(launch, event, Competition.LEAGUE)


def goals_in_eurocup(launch: Launch, event: FeedEvent) -> int:
    return _goals(launch, event, Competition.EUROCUP)


def _goals(launch: Launch, event: FeedEvent, competition: Competition) -> int:
    counts = event.competition == competition and event.team == launch.terms["team"]
    return event.goals * int(launch.terms["amount_cents"]) if counts else 0


def as_the_friend(launch: Launch, event: FeedEvent) -> int:
    if event.friend != launch.terms["friend"]:
        return 0
    return min(event.amount_cents or 0, int(launch.terms["max_amount_cents"]))
