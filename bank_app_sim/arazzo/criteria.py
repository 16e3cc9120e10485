"""Whether what came back is what a document expects."""

import re
from collections.abc import Mapping
from typing import Any

from . import conditions, selection
from .document import Part
from .errors import ExpressionError, NoSuchValue
from .lookup import Known, as_text

# The status below which an answer is a success where the document says nothing of it.
FIRST_ERROR = 400


def unfulfilled(step: Part, known: Known) -> tuple[Part, str] | None:
    """The first criterion of a step that does not hold, and what was there instead; None where all hold."""
    for criterion in step.parts("successCriteria"):
        wrong = what_is_wrong(criterion.value, known)
        if wrong is not None:
            return criterion, wrong
    return None


def all_hold(action: Part, known: Known) -> bool:
    """Whether an action is to be taken, by its criteria."""
    return all(what_is_wrong(criterion.value, known) is None for criterion in action.parts("criteria"))


def what_is_wrong(criterion: Mapping[str, Any], known: Known) -> str | None:
    """What was there instead of what a criterion wants; None where it holds."""
    kind = criterion.get("type", "simple")
    if kind == "simple":
        condition = conditions.parse(criterion["condition"])
        return None if conditions.holds(condition, known.look_up) else _values(condition, known)
    try:
        context = known.fill(criterion["context"])
        wanted = known.fill_text(criterion["condition"])
        if context is None:
            return f"{criterion['context']} is null"
        if kind == "regex":
            is_there = re.search(wanted, as_text(context)) is not None
        else:
            is_there = bool(selection.at_path(context, wanted))
    except (NoSuchValue, ExpressionError, re.error) as error:
        return str(error)
    return None if is_there else f"{criterion['context']} is {_short(context)}"


def _values(condition: conditions.Condition, known: Known) -> str:
    texts = []
    for expression in conditions.references(condition):
        try:
            texts.append(f"{expression} is {_short(known.look_up(expression))}")
        except NoSuchValue as error:
            texts.append(str(error))
    return "; ".join(texts) or "it never holds"


def _short(value: Any) -> str:
    text = as_text(value)
    return text if len(text) <= 200 else f"{text[:200]}…"
