"""Reads the arguments of a step from what stands behind its name in a script."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

import attrs

from ..text.mistakes import Gathering, Mistake, Place, nearest_word, one_of, slipped_word, what_else
from ..text.nodes import Listed, Mapped, Node, Plain, is_empty
from .kinds import Choice, Kind, ListOf
from .name_kinds import CUSTOMER, LookedUpName
from .words import CannotBe, Words


def read_arguments(
    words: Words,
    node: Node,
    place: Place,
    mistakes: Gathering,
    *,
    users: Collection[str] | None = None,
    note: Callable[[Kind[Any], Node], None] = lambda _kind, _node: None,
) -> dict[str, Any]:
    """The arguments, by their names in Python. They are of no use if `mistakes` has gained some.

    Args:
        place: Where the name of the step stands.
        users: The users of the journey; None for any.
        note: Called with each value that could be read.
    """
    before = len(mistakes.found)
    arguments: dict[str, Any] = {}
    noted: list[tuple[Kind[Any], Node]] = []
    pairs = _pairs(words, node)
    for name, value in pairs:
        with mistakes.going_on():
            argument = words.by_name.get(name.text)
            if argument is None:
                raise Mistake(_no_argument(words, name.text, value), name.place)
            arguments[argument.parameter] = argument.kind.read(value)
            if users is not None:
                refuse_strangers(argument.kind, value, users)
            noted.append((argument.kind, value))
    for kind, value in noted:
        note(_as_meant(words, kind, arguments), value)
    places = {name.text: name.place for name, _ in pairs}
    _note_missing(words, places, place, mistakes)
    if words.check is not None and len(mistakes.found) == before:
        try:
            words.check(arguments)
        except CannotBe as error:
            mistakes.note(str(error), places.get(error.argument, place))
    return arguments


def _note_missing(words: Words, said: Collection[str], place: Place, mistakes: Gathering) -> None:
    for argument in words.arguments:
        if argument.is_required and argument.name not in said:
            mistakes.note(f"`{words.name}` needs `{argument.name}`: {in_passing(argument.doc)}", place)


def _as_meant(words: Words, kind: Kind[Any], arguments: Mapping[str, object]) -> Kind[Any]:
    """A step that has to do something needs a name that something has."""
    has_to = "may do nothing" in words.by_name and not arguments.get("may_do_nothing")
    return attrs.evolve(kind, may_be_nobodys=False) if has_to and isinstance(kind, LookedUpName) else kind


def _no_argument(words: Words, name: str, value: Node) -> str:
    if is_empty(value) and re.fullmatch(r"\d[\d.]*", name):
        return f"a comma ends a value between brackets, so that {name!r} is alone; write amounts without commas"
    if not words.arguments:
        return f"`{words.name}` takes no arguments, but here is {name!r}"
    return f"`{words.name}` has no argument {name!r}; {what_else(name, words.by_name)}"


def _pairs(words: Words, node: Node) -> list[tuple[Plain, Node]]:
    """The names of arguments with their values; a plain text stands for those in `Words.plain`."""
    if isinstance(node, Mapped):
        return list(node)
    if is_empty(node):
        return []
    if not words.plain:
        takes = f"takes names with values: {', '.join(words.by_name)}" if words.arguments else "takes no arguments"
        raise Mistake(f"`{words.name}` {takes}", node.place)
    if isinstance(node, Listed) or len(words.plain) == 1:
        return [(Plain(words.plain[0], node.place), node)]
    word, amount = _apart(node, words.by_name[words.plain[0]].kind)
    first, second = (Plain(name, node.place) for name in words.plain)
    return [(first, word)] if amount is None else [(first, word), (second, amount)]


def _apart(node: Plain, kind: Kind[Any]) -> tuple[Plain, Plain | None]:
    """`weekly 50.00` is a word and an amount; `weekly` is a word. Only an amount can follow a known word."""
    words = sorted(kind.words, key=len, reverse=True) if isinstance(kind, Choice) else ()
    known = next((word for word in words if re.match(rf"{re.escape(word)}\s", node.text)), None)
    if known is not None:
        behind = len(node.text) - len(node.text[len(known) :].lstrip())
        return node.part(0, len(known)), node.part(behind, len(node.text))
    if match := re.fullmatch(r"(.*\S)\s+(\S*\d\S*)", node.text):
        return node.part(*match.span(1)), node.part(*match.span(2))
    return node, None


def in_passing(sentence: str) -> str:
    """The sentence, for the end of another."""
    return (sentence[:1].lower() + sentence[1:]).removesuffix(".")


def refuse_strangers(kind: Kind[Any], node: Node, users: Collection[str]) -> None:
    """`Mistake` if a value names a user who is not among those of the journey."""
    if isinstance(kind, ListOf):
        for item in node.items if isinstance(node, Listed) else (node,):
            refuse_strangers(kind.kind, item, users)
    elif kind is CUSTOMER and isinstance(node, Plain) and node.text not in users:
        near = nearest_word(node.text, users)
        hint = f"did you mean {near!r}?" if near else "name all who take part"
        raise Mistake(f"unknown user {node.text!r}; `users` in `given` has {', '.join(users)}; {hint}", node.place)


def unknown_name(kind: LookedUpName, name: str, new: Collection[str]) -> str | None:
    """What is wrong with a name; None if it is right.

    A name that is nearly one of the new names is a slip, even if it is one of those that always exist.

    Args:
        new: The names that the script gives to such things.
    """
    if name in new:
        return None
    there_too = [*new, *kind.always]
    if kind.is_part and any(name in each for each in there_too):
        return None
    known = [part for each in there_too for part in _parts(each, len(name.split()))] if kind.is_part else there_too
    nearest = slipped_word(name, known) or (None if kind.may_be_nobodys else nearest_word(name, known))
    if name in kind.always and nearest not in new:
        return None
    otherwise = f"; {kind.otherwise}" if kind.otherwise and not kind.may_be_nobodys else ""
    if nearest is not None:
        return f"this journey has no {kind.of} {name!r}; did you mean {nearest!r}?{otherwise}"
    if kind.may_be_nobodys:
        return None
    there = f"there is {one_of(list(dict.fromkeys(there_too)))}" if there_too else "there is none"
    return f"this journey has no {kind.of} {name!r}; {there}, and {kind.way_out}{otherwise}"


def _parts(text: str, count: int) -> list[str]:
    """All runs of so many words, without what ends a sentence."""
    words = text.split()
    return [" ".join(words[n : n + count]).rstrip(".,:;?!") for n in range(len(words) - count + 1)]
