"""The origins of ids in a recording: an expression for the answer that first showed the id replaces it."""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

Steps = tuple[str | int, ...]

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_SIMPLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# The features that identify a thing, the best first. After these come all others, and last those that change.
_TELLING = ("externalId", "type", "name", "amountCents", "weekday")
_MOVING = ("balanceCents", "state", "unreadMessagesCount")
# How many features together may identify a thing.
_MOST_FEATURES = 3


def is_generated(value: object) -> bool:
    """Whether a value is an id that is different in another run."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


@attrs.frozen
class Origin:
    """The answer that first showed a value, and the place in it."""

    step: dict[str, Any]
    at: Steps
    answer: Any


@attrs.define
class Origins:
    """The values of earlier answers."""

    _origins: dict[str, Origin] = attrs.field(factory=dict)

    def note(self, step: dict[str, Any], answer: object) -> None:
        """Note the answer to a step. Known values keep their origins, except the moments of events."""
        for at, value in _leaves(answer):
            if is_generated(value):
                self._origins.setdefault(value, Origin(step, at, answer))
            elif at[-1:] == ("createdAt",):
                self._origins[value] = Origin(step, at, answer)

    def note_one(self, step: dict[str, Any], at: Steps, value: str) -> None:
        """As `note()`, for a single value of an answer that was not recorded."""
        self._origins.setdefault(value, Origin(step, at, None))

    def expression(self, value: object) -> str | None:
        """The expression for a value, which becomes an output of its step; None if no step has seen it."""
        origin = self._origins.get(value) if isinstance(value, str) else None
        return None if origin is None else _as_output(origin)


def _as_output(origin: Origin) -> str:
    outputs: dict[str, Any] = origin.step.setdefault("outputs", {})
    wanted = locator(origin.at, origin.answer)
    name = next((name for name, other in outputs.items() if other == wanted), None)
    if name is None:
        plain = _name(origin.at)
        names = itertools.chain([plain], (f"{plain}{n}" for n in itertools.count(2)))
        name = next(each for each in names if each not in outputs)
        outputs[name] = wanted
    return f"$steps.{origin.step['stepId']}.outputs.{name}"


def locator(at: Steps, answer: object) -> Any:
    """An expression, or a selector, that finds the value at this place of an answer in another answer.

    A value in a list is found by its features, if they are unique: the order may be another.
    """
    places = [place for place, part in enumerate(at) if isinstance(part, int)]
    if len(places) == 1:
        at_list, position, onward = at[: places[0]], at[places[0]], at[places[0] + 1 :]
        items = _at(answer, at_list)
        condition = _telling(items, int(position))
        if len(items) > 1 and condition and all(map(_is_simple, (*at_list, *onward))):
            list_path = "".join(f".{part}" for part in at_list)
            item_path = "".join(f".{part}" for part in onward)
            selector = f"${list_path}[?{condition}]{item_path}"
            return {"context": "$response.body", "selector": selector, "type": "jsonpath"}
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in at)
    return f"$response.body#{pointer}"


def _telling(items: Sequence[object], position: int) -> str | None:
    """A condition that holds only for this item of a list; None if there is none."""
    features = [dict(_features(item)) for item in items]
    mine = features[position]
    names = sorted(mine, key=lambda name: (_rank(name), list(mine).index(name)))[:12]
    for size in range(1, _MOST_FEATURES + 1):
        for chosen in itertools.combinations(names, size):
            alike = [each for each in features if all(name in each and each[name] == mine[name] for name in chosen)]
            if len(alike) == 1:
                return " && ".join(f"@.{name} == {_literal(mine[name])}" for name in chosen)
    return None


def _rank(name: str) -> int:
    if name in _MOVING:
        return len(_TELLING) + 1
    return _TELLING.index(name) if name in _TELLING else len(_TELLING)


def _features(item: object) -> Iterator[tuple[str, Any]]:
    """The features of an item that are the same in another run: texts and numbers, but no ids and moments."""
    for at, value in _leaves(item):
        is_plain = all(map(_is_simple, at)) and isinstance(value, str | int | float)
        if is_plain and not is_generated(value) and not (isinstance(value, str) and _MOMENT.fullmatch(value)):
            yield ".".join(map(str, at)), value


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return str(value)


def _is_simple(part: str | int) -> bool:
    return isinstance(part, str) and _SIMPLE_NAME.fullmatch(part) is not None


def _name(at: Steps) -> str:
    """The name of an output: `dreamId` for the `id` of a `dream`."""
    words = [part for part in at if isinstance(part, str)]
    if words[-1] != "id" or len(words) == 1:
        return words[-1]
    return f"{_singular(words[-2])}Id"


def _singular(word: str) -> str:
    return word.removesuffix("es") if word.endswith("ches") else word.removesuffix("s")


def _at(value: Any, at: Steps) -> Any:
    for part in at:
        value = value[part]
    return value


def _leaves(value: object, at: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _leaves(member, (*at, name))
    elif isinstance(value, list):
        for position, element in enumerate(value):
            yield from _leaves(element, (*at, position))
    else:
        yield at, value
