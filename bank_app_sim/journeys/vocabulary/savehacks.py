"""Savehacks in the words of a script: `weekly 50.00`, and what else each kind takes."""

from collections.abc import Mapping
from typing import Any

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
    SavehackTerms,
    SaveLeague,
    Thief,
    Weekly,
)

from ...server.http.nearest import is_not_known
from .kinds import Choice, choice
from .name_kinds import DEFAULT_FRIEND, DEFAULT_TEAM
from .words import CannotBe

TERMS: Mapping[str, type[SavehackTerms]] = {
    "autopilot": Autopilot,
    "daily": Daily,
    "weekly": Weekly,
    "monthly": Monthly,
    "thief": Thief,
    "rocket": Rocket,
    "one time": OneTime,
    "roulette": Roulette,
    "moonstruck": Moonstruck,
    "percentage": Percentage,
    "everest": Everest,
    "calendar chaos": CalendarChaos,
    "save league": SaveLeague,
    "eurocup": Eurocup,
    "copycat": Copycat,
    "roundup": Roundup,
}
SAVEHACK = choice("savehack", *TERMS)

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAY = Choice("day of the week", {day: n for n, day in enumerate(DAYS)})

# The fields of terms: what scripts call each, and its default.
_FIELDS: Mapping[str, tuple[str, Any]] = {
    "amount_cents": ("amount", 5_000),
    "weekday": ("weekday", 0),
    "day_of_month": ("day of month", 1),
    "min_amount_cents": ("min amount", 1_000),
    "max_amount_cents": ("max amount", 10_000),
    "percentage": ("percentage", 10),
    "round_to_cents": ("round to", 1_000),
    "team": ("team", DEFAULT_TEAM),
    "friend": ("friend", DEFAULT_FRIEND),
}


def terms_of(*, savehack: str, **fields: Any) -> SavehackTerms:
    """The terms of a savehack.

    Args:
        savehack: Its kind in words.
        fields: Of the SDK's terms; None means the default.

    Raises:
        CannotBe: There is no such savehack, it has no such field, or the field cannot have this value.
    """
    if savehack not in TERMS:
        more = "its amount and all else have names of their own"
        raise CannotBe(f"the savehack {savehack!r} {is_not_known(savehack, TERMS)}; {more}", "savehack")
    kind = TERMS[savehack]
    own = [field.name for field in attrs.fields(kind)]
    said = {name: value for name, value in fields.items() if value is not None}
    for name in said:
        if name not in own:
            has = ", ".join(map(_word, own)) or "nothing to choose"
            raise CannotBe(f"a {savehack} savehack has no {_word(name)}; it has {has}", _word(name))
    values = {name: said.get(name, _FIELDS[name][1]) for name in own}
    _keep_apart(values, said)
    return kind(**values)


def _word(name: str) -> str:
    return _FIELDS[name][0]


def _keep_apart(values: dict[str, Any], said: Mapping[str, object]) -> None:
    """Change a default that would make the most less than the least."""
    bounds = [name for name in ("min_amount_cents", "amount_cents", "max_amount_cents") if name in values]
    if len(bounds) < 2:
        return
    least, most = bounds
    if values[least] <= values[most]:
        return
    if most in said and least in said:
        raise CannotBe(f"{_word(most)} is less than {_word(least)}", _word(most))
    changes, stays = (most, least) if least in said else (least, most)
    values[changes] = values[stays]


def refuse_terms(arguments: Mapping[str, Any]) -> None:
    """Refuse terms that the chosen savehack cannot have."""
    terms_of(**{name: value for name, value in arguments.items() if name in ("savehack", *_FIELDS)})
