"""The YAML of scripts: without anchors and tags, and with spaces and nothings as people write them."""

import itertools
import re

import attrs

from .mistakes import Mistake
from .nodes import Listed, Mapped, Node, Plain, is_empty
from .yaml_reader import Format, read_yaml, refuse_names_twice

# No journey is nested so deeply.
SCRIPTS = Format(name="journey", needs="a journey has at least `journey` and `steps`", deepest=50, has_anchors=False)

# Copied texts have spaces that look like others and that YAML does not take for spaces. The second pattern has the
# places where YAML needs one.
_NO_BREAK = re.compile("[\u00a0\u2007\u202f]")
_NO_BREAK_BEFORE = re.compile(
    r"^[ \u00a0\u2007\u202f-]*[\u00a0\u2007\u202f]|(?<=[:,\[{])[\u00a0\u2007\u202f]", re.MULTILINE
)

# Texts that mean nothing in YAML.
NULLS = ("~", "null", "Null", "NULL")


def read_script(text: str, file: str) -> Node:
    """The tree of a script.

    Raises:
        Mistake: It is no YAML, or has something of YAML that scripts do not use.
    """
    plain = _NO_BREAK_BEFORE.sub(lambda match: _NO_BREAK.sub(" ", match[0]), text)
    root = _meant(read_yaml(plain, file, SCRIPTS))
    if is_empty(root):
        raise Mistake(f"the file is empty; {SCRIPTS.needs}", attrs.evolve(root.place, line=1, column=1))
    return root


def _meant(node: Node) -> Node:
    """The node as its author meant it: `null` is nothing, and a space is a space."""
    if isinstance(node, Listed):
        return attrs.evolve(node, items=tuple(map(_meant, node.items)))
    if isinstance(node, Plain):
        return _meant_text(node)
    meant = Mapped(tuple((_meant_text(name), _meant(value)) for name, value in node), node.place)
    for name, _ in meant:
        if name.text == "<<":
            raise Mistake("`<<` merges mappings, which is not possible here; write things out", name.place)
    _refuse_commas_in_numbers(meant)
    refuse_names_twice(meant)
    return meant


def _meant_text(plain: Plain) -> Plain:
    if plain.is_quoted:
        return plain
    return attrs.evolve(plain, text="" if plain.text in NULLS else _NO_BREAK.sub(" ", plain.text))


def _refuse_commas_in_numbers(mapped: Mapped) -> None:
    """`{balance: 50,00}` has a second name, 00, by mistake."""
    for (_, number), (rest, nothing) in itertools.pairwise(mapped):
        if not isinstance(number, Plain) or not number.is_as_written or not is_empty(nothing):
            continue
        column = number.place.column + len(number.text) + 1
        is_next = (rest.place.line, rest.place.column) == (number.place.line, column)
        start = re.search(r"[0-9][0-9. ]*$", number.text)
        if is_next and start and re.fullmatch(r"[0-9][0-9.]*", rest.text):
            sign = "" if re.fullmatch(r"[0-9]{3}(\.[0-9]*)?", rest.text) else "."
            written = f"{re.sub('[. ]', '', start[0])}{sign}{rest.text}"
            place = number.part(start.start(), len(number.text)).place
            raise Mistake(f"write {written}; a comma begins the next argument", place)
