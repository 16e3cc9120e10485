"""The outside world, as savehacks see it: purchases, salaries, goals, and savings of friends."""

import enum
from collections.abc import Mapping
from datetime import datetime

import attrs


class FeedType(enum.StrEnum):
    PURCHASE = "purchase"
    SALARY = "salary"
    GOAL = "goal"
    SAVING = "saving"


class Competition(enum.StrEnum):
    LEAGUE = "league"
    EUROCUP = "eurocup"


# The required fields of each type. All of this is ours: no public source describes such a feed.
NEEDED: Mapping[FeedType, tuple[str, ...]] = {
    FeedType.PURCHASE: ("user_id", "amount_cents"),
    FeedType.SALARY: ("user_id", "amount_cents"),
    FeedType.GOAL: ("team", "competition"),
    FeedType.SAVING: ("friend", "amount_cents"),
}


@attrs.frozen(kw_only=True)
class FeedEvent:
    """Something that happened outside.

    Attributes:
        user_id: Who bought or earned. The caller gives such an event to this user's launches only.
        amount_cents: Of the purchase, the salary or the friend's saving.
        goals: How many the team scored.
        friend: Who saved, by the name that a Copycat's launch knows.
    """

    id: str
    type: FeedType
    at: datetime
    user_id: str | None = None
    amount_cents: int | None = None
    team: str | None = None
    competition: Competition | None = None
    goals: int = 1
    friend: str | None = None

    def __attrs_post_init__(self) -> None:
        missing = [name for name in NEEDED[self.type] if getattr(self, name) is None]
        if missing:
            raise ValueError(f"a feed event of type {self.type.value!r} needs {' and '.join(missing)}")
