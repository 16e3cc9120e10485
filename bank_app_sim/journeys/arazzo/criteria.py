"""Checks an answer against the criteria of a document."""

import re
import warnings
from collections.abc import Mapping
from typing import Any

from . import conditions, selection
from .document import Part
from .errors import ExpressionError, NoSuchValue
from .lookup import Known, as_text
from .time_limit import TookTooLong, time_limit

# Without criteria, an answer with a status below this is a success.
FIRST_ERROR = 400

LONGEST_PATTERN = 1_000


def unfulfilled(step: Part, known: Known) -> tuple[Part, str] | None:
    """The first criterion of a step that does not hold, and what was there instead; None if all hold."""
    for criterion in step.parts("successCriteria"):
        wrong = what_is_wrong(criterion.value, known)
        if wrong is not None:
            return criterion, wrong
    return None


def all_hold(action: Part, known: Known) -> bool:
    """Whether all criteria of an action hold."""
    return all(what_is_wrong(criterion.value, known) is None for criterion in action.parts("criteria"))


def what_is_wrong(criterion: Mapping[str, Any], known: Known) -> str | None:
    """What was there instead of what a criterion expects; None if it holds."""
    kind = criterion.get("type", "simple")
    if kind == "simple":
        condition = conditions.parse(criterion["condition"])
        return None if conditions.holds(condition, known.look_up) else _values(condition, known)
    try:
        context = known.fill(criterion["context"])
        wanted = known.fill_text(criterion["condition"])
        if context is None:
            return f"{criterion['context']} is null"
        is_there = _is_found(wanted, as_text(context)) if kind == "regex" else bool(selection.at_path(context, wanted))
    except (NoSuchValue, ExpressionError) as error:
        return str(error)
    return None if is_there else f"{criterion['context']} is {_short(context)}"


def pattern(text: str) -> re.Pattern[str]:
    """A compiled regular expression.

    Raises:
        ExpressionError: It is not one, or it is too long.
    """
    if len(text) > LONGEST_PATTERN:
        sentence = f"this regular expression has {len(text):,} characters; at most {LONGEST_PATTERN:,} are read"
        raise ExpressionError(sentence)
    try:
        with warnings.catch_warnings(action="ignore"):  # about syntax that a later Python may read differently
            return re.compile(text)
    except (re.error, OverflowError) as error:
        raise ExpressionError(f"{text!r} is not a regular expression: {error}") from error
    except RecursionError:
        raise ExpressionError("this regular expression is nested too deeply to be read") from None


def _is_found(wanted: str, text: str) -> bool:
    compiled = pattern(wanted)
    try:
        with time_limit():
            return compiled.search(text) is not None
    except TookTooLong:
        raise ExpressionError(f"{wanted!r} takes too long to be looked for in this value") from None


def _values(condition: conditions.Condition, known: Known) -> str:
    texts = []
    for expression in conditions.references(condition):
        try:
            texts.append(f"{expression} is {_short(known.look_up(expression))}")
        except NoSuchValue as error:
            texts.append(str(error))
    return "; ".join(texts) or "it never holds"


def _short(value: object) -> str:
    text = as_text(value)
    return text if len(text) <= 200 else f"{text[:200]}…"
