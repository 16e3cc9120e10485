"""Names in a script: each name by which it looks something up has to be one that it gives."""

from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from ..expectations.comparisons import InOrder
from ..expectations.tallies import ByWord
from ..text.mistakes import Gathering, Mistake
from ..text.nodes import Listed, Mapped, Node, Plain
from ..vocabulary.kinds import Kind, ListOf, items_of
from ..vocabulary.name_kinds import DREAM, LookedUpName, NewName
from ..vocabulary.word_reader import unknown_name
from .script import Doing, Meanwhile, Step


@attrs.define
class Names:
    """Those of one script.

    Attributes:
        is_whole: All steps could be read. Otherwise the names that the others give are not known.
    """

    is_whole: bool = True
    _new: dict[str, list[str]] = attrs.field(factory=dict)
    _looked_up: list[tuple[LookedUpName, Plain]] = attrs.field(factory=list)
    _of_one: list[tuple[LookedUpName, Plain, str]] = attrs.field(factory=list)

    def note(self, kind: Kind[Any], node: Node, *, of: str | None = None) -> None:
        """Note the names in a value; `of` is the only user whose part is looked at."""
        if isinstance(kind, ByWord):
            if isinstance(kind.names, LookedUpName) and isinstance(node, Mapped):
                self._looked_up += [(kind.names, name) for name, _ in node]
                self._of_one += [(kind.names, name, of) for name, _ in node if of is not None]
        elif isinstance(kind, InOrder):
            if kind.names is not None:
                for item in items_of(node):
                    self.note(kind.names, item)
        elif isinstance(kind, ListOf):
            for item in node.items if isinstance(node, Listed) else (node,):
                self.note(kind.kind, item)
        elif isinstance(node, Plain) and isinstance(kind, NewName):
            self._new.setdefault(kind.of, []).append(node.text)
        elif isinstance(node, Plain) and isinstance(kind, LookedUpName):
            self._looked_up.append((kind, node))

    def take_from(self, steps: Iterable[Step]) -> None:
        """Note the names that steps of another script give."""
        for of, name, _ in _named_by(steps):
            self._new.setdefault(of, []).append(name)

    def refuse_unknown(self, mistakes: Gathering) -> None:
        """Note a mistake for each name that is looked up but not given."""
        for kind, name in self._looked_up if self.is_whole else ():
            sentence = unknown_name(kind, name.text, self._new.get(kind.of, ()))
            if sentence is not None:
                mistakes.found.append(Mistake(sentence, name.place))

    def refuse_others(self, steps: Iterable[Step], first_user: str, mistakes: Gathering) -> None:
        """Note a mistake for each Dream that is looked at as one user's, but that only others create."""
        makers: dict[str, list[str]] = {}
        for kind_of, made, maker in _named_by(steps):
            if kind_of == DREAM.of:
                makers.setdefault(made, []).append(maker or first_user)
        for kind, name, of in self._of_one if self.is_whole else ():
            theirs = makers.get(name.text, [of]) if kind == DREAM else [of]
            if of not in theirs:
                whose = " and ".join(f"{each}'s" for each in dict.fromkeys(theirs))
                mistakes.note(f"{name.text!r} is no Dream of {of}; it is {whose}", name.place)


def _named_by(steps: Iterable[Step]) -> Iterator[tuple[str, Any, str | None]]:
    """The names that steps give: what has the name, the name, and the user; None if the step names no user."""
    for step in steps:
        if isinstance(step, Doing):
            for argument in step.words.arguments:
                if isinstance(argument.kind, NewName) and step.arguments.get(argument.parameter) is not None:
                    yield argument.kind.of, step.arguments[argument.parameter], step.arguments.get("by")
        elif isinstance(step, Meanwhile):
            for _, branch in step.branches:
                yield from _named_by(branch)
