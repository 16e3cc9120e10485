"""The table of the sixteen savehacks. `page.py` makes `docs/savehacks.md` from it."""

from . import amounts, schedules
from .feed import FeedType
from .launch import Launch
from .rule import Frequency, Kind, OwnField, Savehack

# A user consents before future salaries and results are known: the consent covers so much, and no deposit exceeds it.
SALARY_COVERED_CENTS = 100_000_000
GOALS_COVERED = 10

AMOUNT = OwnField(name="amount_cents", wire_name="amountCents")
MINIMUM = OwnField(name="min_amount_cents", wire_name="minAmountCents")
MAXIMUM = OwnField(name="max_amount_cents", wire_name="maxAmountCents")
WEEKDAY = OwnField(name="weekday", wire_name="weekday", kind=Kind.INTEGER, least=0, most=6)
DAY_OF_MONTH = OwnField(name="day_of_month", wire_name="dayOfMonth", kind=Kind.INTEGER, least=1, most=31)
PERCENTAGE = OwnField(name="percentage", wire_name="percentage", kind=Kind.INTEGER, least=1, most=100)
ROUND_TO = OwnField(name="round_to_cents", wire_name="roundToCents", least=2, most=100_000)
TEAM = OwnField(name="team", wire_name="team", kind=Kind.TEXT)
FRIEND = OwnField(name="friend", wire_name="friend", kind=Kind.TEXT)


def _amount(launch: Launch) -> int:
    return int(launch.terms["amount_cents"])


def _maximum(launch: Launch) -> int:
    return int(launch.terms["max_amount_cents"])


SAVEHACKS = (
    Savehack(
        type="Autopilot",
        translated_name={"en": "Autopilot", "sv": "Autopilot"},
        saves_at_start=True,
        amount=amounts.share_of_what_is_missing,
        next_due=schedules.every_week_from_the_start,
        max_frequency=Frequency.WEEK,
        most=lambda launch: max(launch.dream_target_cents or 0, amounts.AUTOPILOT_LEAST_CENTS),
        rule=f"At once, then every week: what the Dream's target lacks, with deposits on their way counted as there, "
        f"by the weeks left until the Dream expires (begun ones count; {amounts.AUTOPILOT_WEEKS} without such a day, "
        f"or after it), rounded up, at least {amounts.AUTOPILOT_LEAST_CENTS}. Nothing in a week where nothing lacks; "
        f"{amounts.AUTOPILOT_LEAST_CENTS} each time for a Dream without a target. A consent covers the whole target at "
        f"once.",
        vendor="the type has no own fields",
    ),
    Savehack(
        type="Daily",
        translated_name={"en": "Every day", "sv": "Varje dag"},
        own_fields=(AMOUNT,),
        saves_at_start=True,
        amount=amounts.the_same,
        next_due=schedules.every_day,
        max_frequency=Frequency.DAY,
        most=_amount,
        rule="At once, then every day: the amount. Nothing on a day on which the clock jumps over that time and "
        "into the next day.",
        vendor="an amount for each deposit, 1 to 2^63-1",
    ),
    Savehack(
        type="Weekly",
        translated_name={"en": "Every week", "sv": "Varje vecka"},
        own_fields=(AMOUNT, WEEKDAY),
        saves_at_start=True,
        amount=amounts.the_same,
        next_due=schedules.every_week_on_its_weekday,
        max_frequency=Frequency.WEEK,
        most=_amount,
        rule="At once, then on each such weekday after the day of the start, 0 Monday to 6 Sunday: the amount.",
        vendor="an amount; a weekday, at most 6",
    ),
    Savehack(
        type="Monthly",
        translated_name={"en": "Every month", "sv": "Varje månad"},
        own_fields=(AMOUNT, DAY_OF_MONTH),
        saves_at_start=True,
        amount=amounts.the_same,
        next_due=schedules.every_month_on_its_day,
        max_frequency=Frequency.MONTH,
        most=_amount,
        rule="At once, then on each such day of a month after the day of the start: the amount. In a shorter month on "
        "its last day, and back to the day itself in the next.",
        vendor="an amount; a day of the month, 1 to 31",
    ),
    Savehack(
        type="Thief",
        translated_name={"en": "Thief", "sv": "Tjuven"},
        own_fields=(MINIMUM, MAXIMUM),
        in_order=("min_amount_cents", "max_amount_cents"),
        amount=amounts.between_its_bounds,
        next_due=schedules.some_days_later,
        max_frequency=Frequency.DAY,
        most=_maximum,
        rule=f"Not at once; then again and again after {schedules.THIEF_DAYS[0]} to {schedules.THIEF_DAYS[1]} days: "
        f"any amount between the two, both included.",
        vendor="a lower bound of the amount, inclusive, at least 1",
    ),
    Savehack(
        type="Rocket",
        translated_name={"en": "Rocket", "sv": "Raketen"},
        own_fields=(AMOUNT, MAXIMUM),
        in_order=("amount_cents", "max_amount_cents"),
        saves_at_start=True,
        amount=amounts.more_every_time,
        next_due=schedules.every_week_from_the_start,
        max_frequency=Frequency.WEEK,
        most=_maximum,
        rule="At once, then every week: the amount, twice the amount, three times and so on, at most the maximum.",
    ),
    Savehack(
        type="OneTime",
        translated_name={"en": "One-time deposit", "sv": "Engångssparande"},
        own_fields=(AMOUNT,),
        saves_at_start=True,
        amount=amounts.the_same,
        max_frequency=Frequency.ONCE,
        most=_amount,
        rule="At once: the amount. Never again.",
    ),
    Savehack(
        type="Roulette",
        translated_name={"en": "Roulette", "sv": "Rouletten"},
        own_fields=(MINIMUM, MAXIMUM),
        in_order=("min_amount_cents", "max_amount_cents"),
        amount=amounts.what_the_wheel_gives,
        next_due=schedules.once_a_week_by_chance,
        max_frequency=Frequency.WEEK,
        most=_maximum,
        rule="Not at once; then once in each week from Monday to Sunday, on any day: nothing, the minimum, the "
        "maximum, or any amount between; each of the four as likely.",
    ),
    Savehack(
        type="Moonstruck",
        translated_name={"en": "Moonstruck", "sv": "Fullmåne"},
        own_fields=(AMOUNT,),
        amount=amounts.the_same,
        next_due=schedules.at_full_moon,
        max_frequency=Frequency.WEEK,
        most=_amount,
        rule="Not at once; then at the moment of each full moon, right within a quarter of an hour: the amount. A "
        "month can have two, so a consent says week.",
    ),
    Savehack(
        type="Percentage",
        translated_name={"en": "Share of the salary", "sv": "Del av lönen"},
        own_fields=(PERCENTAGE,),
        feed_type=FeedType.SALARY,
        amount_of=amounts.percent,
        max_frequency=Frequency.DAY,
        most=lambda launch: SALARY_COVERED_CENTS * int(launch.terms["percentage"]) // 100,
        rule=f"With each salary: so many percent of it, rounded down to whole cents; nothing where that is 0. "
        f"A consent covers salaries up to {SALARY_COVERED_CENTS:}.",
    ),
    Savehack(
        type="Everest",
        translated_name={"en": "Everest", "sv": "Everest"},
        own_fields=(AMOUNT,),
        saves_at_start=True,
        amount=amounts.up_and_down,
        next_due=schedules.for_a_year_of_weeks,
        max_frequency=Frequency.WEEK,
        most=lambda launch: _amount(launch) * (schedules.EVEREST_WEEKS // 2),
        rule=f"At once, then every week, {schedules.EVEREST_WEEKS} deposits in all: up from 1 to "
        f"{schedules.EVEREST_WEEKS // 2} times the amount, and down from there to 1. Then it ends.",
    ),
    Savehack(
        type="CalendarChaos",
        translated_name={"en": "Calendar chaos", "sv": "Kalenderkaos"},
        own_fields=(AMOUNT,),
        amount=amounts.by_day_of_month,
        next_due=schedules.once_a_month_by_chance,
        max_frequency=Frequency.MONTH,
        most=lambda launch: _amount(launch) * 31,
        rule="Not at once; then on one day of each month, any: the amount, times the day of the month.",
    ),
    Savehack(
        type="SaveLeague",
        translated_name={"en": "Save league", "sv": "Sparligan"},
        own_fields=(AMOUNT, TEAM),
        feed_type=FeedType.GOAL,
        amount_of=amounts.goals_in_league,
        max_frequency=Frequency.DAY,
        most=lambda launch: _amount(launch) * GOALS_COVERED,
        rule=f"With each goal of the team in competition `league`: the amount. The team's name is compared as it is "
        f"written. A consent covers {GOALS_COVERED} goals in one event.",
        vendor="lives on sports results from outside",
    ),
    Savehack(
        type="Eurocup",
        translated_name={"en": "Eurocup", "sv": "Europacupen"},
        own_fields=(AMOUNT, TEAM),
        feed_type=FeedType.GOAL,
        amount_of=amounts.goals_in_eurocup,
        max_frequency=Frequency.DAY,
        most=lambda launch: _amount(launch) * GOALS_COVERED,
        rule="As SaveLeague, in competition `eurocup`.",
    ),
    Savehack(
        type="Copycat",
        translated_name={"en": "Copycat", "sv": "Härmapa"},
        own_fields=(FRIEND, MAXIMUM),
        feed_type=FeedType.SAVING,
        amount_of=amounts.as_the_friend,
        max_frequency=Frequency.DAY,
        most=_maximum,
        rule="With each saving of the friend: the same, at most the maximum. The friend's name is compared as it is "
        "written.",
    ),
    Savehack(
        type="Roundup",
        translated_name={"en": "Round up", "sv": "Avrundning"},
        own_fields=(ROUND_TO,),
        feed_type=FeedType.PURCHASE,
        amount_of=amounts.up_to_the_next_round_amount,
        max_frequency=Frequency.DAY,
        most=lambda launch: int(launch.terms["round_to_cents"]) - 1,
        rule="With each purchase: what it lacks to the next multiple of the step; nothing where it is one.",
        vendor="the type's name, on the newest page only",
    ),
)

BY_TYPE = {savehack.type: savehack for savehack in SAVEHACKS}
BY_LAUNCH_TYPE = {savehack.launch_type: savehack for savehack in SAVEHACKS}
