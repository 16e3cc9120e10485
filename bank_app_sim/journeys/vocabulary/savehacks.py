"""Savehacks in the words of a script: `weekly 50.00`, and what else each kind takes."""

import re
from collections.abc import Mapping
from typing import Any, get_args

import attrs

from impact_sdk import (
    Autopilot,
    CalendarChaos,
    Copycat,
    Daily,
    Eurocup,
    Everest,
    Monthly,
    Moonstruck,
    OneTime,
    Percentage,
    Rocket,
    Roulette,
    Roundup,
    SaveLeague,
    Thief,
    Weekly,
)

from ...server.nearest import is_not_known
from .kinds import Choice
from .name_kinds import DEFAULT_FRIEND, DEFAULT_TEAM
from .words import CannotBe, in_scripts

SavehackTerms = (
    Autopilot
    | Daily
    | Weekly
    | Monthly
    | Thief
    | Rocket
    | OneTime
    | Roulette
    | Moonstruck
    | Percentage
    | Everest
    | CalendarChaos
    | SaveLeague
    | Eurocup
    | Copycat
    | Roundup
)


def in_words(type_name: str) -> str:
    """`CalendarChaos` is `calendar chaos`."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", type_name).lower()


TERMS: dict[str, type[SavehackTerms]] = {in_words(kind.__name__): kind for kind in get_args(SavehackTerms)}
SAVEHACK = Choice("savehack", {word: word for word in TERMS})

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAY = Choice("day of the week", {day: n for n, day in enumerate(DAYS)})

# What a savehack has that nobody has said anything of.
_OTHERWISE: dict[str, Any] = {
    "amount_cents": 5_000,
    "weekday": 0,
    "day_of_month": 1,
    "min_amount_cents": 1_000,
    "max_amount_cents": 10_000,
    "percentage": 10,
    "round_to_cents": 1_000,
    "team": DEFAULT_TEAM,
    "friend": DEFAULT_FRIEND,
}


def terms_of(*, savehack: str, **given: Any) -> SavehackTerms:
    """The terms of a savehack.

    Args:
        savehack: Its kind in words.
        given: Fields of the SDK's terms; what is None was left out.

    Raises:
        CannotBe: There is no such savehack, or it has no such field, or not with this value.
    """
    if savehack not in TERMS:
        more = "its amount and all else have names of their own"
        raise CannotBe(f"the savehack {savehack!r} {is_not_known(savehack, TERMS)}; {more}", "savehack")
    kind = TERMS[savehack]
    own = [field.name for field in attrs.fields(kind)]
    said = {name: value for name, value in given.items() if value is not None}
    for name in said:
        if name not in own:
            has = ", ".join(map(in_scripts, own)) or "nothing to choose"
            raise CannotBe(f"a {savehack} savehack has no {in_scripts(name)}; it has {has}", in_scripts(name))
    values = {name: said.get(name, _OTHERWISE[name]) for name in own}
    _keep_apart(values, said)
    return kind(**values)


def _keep_apart(values: dict[str, Any], said: Mapping[str, Any]) -> None:
    """Let the most not be less than the least: what was not said of them gives way."""
    bounds = [name for name in ("min_amount_cents", "amount_cents", "max_amount_cents") if name in values]
    if len(bounds) < 2:
        return
    least, most = bounds
    if values[least] <= values[most]:
        return
    if most in said and least in said:
        raise CannotBe(f"{in_scripts(most)} is less than {in_scripts(least)}", in_scripts(most))
    gives_way, stays = (most, least) if least in said else (least, most)
    values[gives_way] = values[stays]


def refuse_terms(arguments: Mapping[str, Any]) -> None:
    """Refuse what the chosen savehack cannot have."""
    terms_of(**{name: value for name, value in arguments.items() if name in ("savehack", *_OTHERWISE)})
