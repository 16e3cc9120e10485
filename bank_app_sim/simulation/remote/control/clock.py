"""Lets the time of a world pass."""

from datetime import datetime, timedelta
from typing import Any

from ....server.http.answers import Answer, Refused
from ....server.http.readers import at, integer, list_of, nullable, yes_or_no
from ....timeline.moments import LATEST, timestamp
from ..fields import Field, Fields, goal
from ..served_world import ServedWorld, TimeGoal
from .command import ControlRequest

# The world lives through every day in between.
FARTHEST = timedelta(days=36_525)


def _branch_and_name(value: Any) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(each, str) for each in value):
        raise ValueError("must be a pair of texts")
    return value[0], value[1]


def _number_and_moment(value: Any) -> tuple[int, datetime]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("must be a pair of a number and a moment")
    return integer(least=0)(value[0]), at(value[1])


CLOCK: Fields = {
    "to": Field(
        nullable(goal),
        "The moment, at most a hundred years away; the next one that anybody waits for, when null or left out.",
    ),
    "sleepers": Field(
        list_of(_number_and_moment),
        "Who waits for a moment on your side: `[number, moment]` each. Time stands still when one has come.",
    ),
    "in_flight": Field(
        lambda value: frozenset(list_of(integer(least=1))(value)),
        "Numbers of requests that you wait for: time stands still when one of them is answered.",
    ),
    "last": Field(integer(least=0), "The highest number that you have given to a request so far."),
    "turns": Field(yes_or_no, "Messages go one at a time, in an order that the seed decides."),
    "waiting": Field(list_of(_branch_and_name), "Who waits for a turn on your side: `[branch, name]` each."),
}


async def let_time_pass(request: ControlRequest) -> Answer:
    kept = request.world
    going = TimeGoal(**request.values)
    farthest = min(kept.simulation.clock.now() + FARTHEST, LATEST)
    if going.to is not None and going.to > farthest:
        what = "after the year 2999" if farthest == LATEST else "more than a hundred years away"
        raise Refused(400, {"to": [f"is {what}; it is {timestamp(kept.simulation.clock.now())}"]})
    gone = await kept.thread.call(ServedWorld.let_pass, going)
    shown = {
        "now": timestamp(gone.now),
        "answered": sorted(gone.answered),
        "woken": gone.woken,
        "turn": gone.turn,
        "is_idle": gone.is_idle,
    }
    return Answer(200, {"clock": shown})
