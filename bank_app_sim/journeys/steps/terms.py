"""The terms of a savehack, as arguments of a step."""

from typing import Annotated

from ..vocabulary.amounts import DAY_OF_MONTH, PERCENTAGE
from ..vocabulary.name_kinds import COPIED_FRIEND, FOLLOWED_TEAM
from ..vocabulary.savehacks import SAVEHACK, WEEKDAY
from ..vocabulary.words import Argument
from .arguments import amount

Savehack = Annotated[str, Argument("savehack", SAVEHACK, "One of the sixteen kinds.")]
Amount = Annotated[int | None, amount("The amount each time. Default: 50.00.")]
Weekday = Annotated[int | None, Argument("weekday", WEEKDAY, "The day of a weekly savehack. Default: monday.")]
DayOfMonth = Annotated[int | None, Argument("day of month", DAY_OF_MONTH, "The day of a monthly savehack. Default: 1.")]
MinAmount = Annotated[int | None, amount("The least amount, if it is random. Default: 10.00.", name="min amount")]
MaxAmount = Annotated[int | None, amount("The most each time. Default: 100.00.", name="max amount")]
Percentage = Annotated[int | None, Argument("percentage", PERCENTAGE, "The part of each salary. Default: 10.")]
RoundTo = Annotated[int | None, amount("Purchases are rounded up to multiples of it. Default: 10.00.", name="round to")]
Team = Annotated[str | None, Argument("team", FOLLOWED_TEAM, "The team whose goals count. Default: Arsenal.")]
Friend = Annotated[str | None, Argument("friend", COPIED_FRIEND, "The friend whose savings are copied. Default: bo.")]
