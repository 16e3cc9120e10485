"""The terms of a savehack, as arguments of a step."""

from typing import Annotated

from ..vocabulary.amounts import DAY_OF_MONTH, PERCENTAGE
from ..vocabulary.name_kinds import COPIED_FRIEND, FOLLOWED_TEAM
from ..vocabulary.savehacks import SAVEHACK, WEEKDAY
from ..vocabulary.words import Argument
from .arguments import amount

Savehack = Annotated[str, Argument("savehack", SAVEHACK, "Which of the sixteen.")]
Amount = Annotated[int | None, amount("How much each time; 50.00, when left out.")]
Weekday = Annotated[int | None, Argument("weekday", WEEKDAY, "Of a weekly one; monday, when left out.")]
DayOfMonth = Annotated[int | None, Argument("day of month", DAY_OF_MONTH, "Of a monthly one; 1, when left out.")]
MinAmount = Annotated[
    int | None, amount("The least each time, where that is left to chance; 10.00, when left out.", name="min amount")
]
MaxAmount = Annotated[int | None, amount("The most each time; 100.00, when left out.", name="max amount")]
Percentage = Annotated[int | None, Argument("percentage", PERCENTAGE, "Of each salary; 10, when left out.")]
RoundTo = Annotated[int | None, amount("What purchases are rounded up to; 10.00, when left out.", name="round to")]
Team = Annotated[str | None, Argument("team", FOLLOWED_TEAM, "Whose goals count; Arsenal, when left out.")]
Friend = Annotated[str | None, Argument("friend", COPIED_FRIEND, "Whose savings are copied; bo, when left out.")]
