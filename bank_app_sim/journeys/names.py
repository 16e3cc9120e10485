"""Names that a script gives to things, and names by which it looks things up: the second have to be among the first."""

from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from .comparisons import InOrder, Tally
from .kinds import Kind, ListOf, items_of
from .mistakes import Gathering, Mistake
from .name_kinds import GivenName, LookedUpName
from .nodes import Listed, Mapped, Node, Plain
from .script import Doing, Meanwhile, Step
from .vocabulary import unknown_name


@attrs.define
class Names:
    """Those of one script.

    Attributes:
        is_whole: All its steps could be read. Where one could not, nobody knows which names it would have given.
    """

    is_whole: bool = True
    _given: dict[str, list[str]] = attrs.field(factory=dict)
    _looked_up: list[tuple[LookedUpName, Plain]] = attrs.field(factory=list)

    def note(self, kind: Kind, node: Node) -> None:
        """What a value says, if it is a name, or names."""
        if isinstance(kind, Tally):
            if isinstance(kind.names, LookedUpName) and isinstance(node, Mapped):
                self._looked_up += [(kind.names, name) for name, _ in node]
        elif isinstance(kind, InOrder):
            if kind.names is not None:
                for item in items_of(node):
                    self.note(kind.names, item)
        elif isinstance(kind, ListOf):
            for item in node.items if isinstance(node, Listed) else (node,):
                self.note(kind.kind, item)
        elif isinstance(node, Plain) and isinstance(kind, GivenName):
            self._given.setdefault(kind.of, []).append(node.text)
        elif isinstance(node, Plain) and isinstance(kind, LookedUpName):
            self._looked_up.append((kind, node))

    def take_from(self, steps: Iterable[Step]) -> None:
        """Names that steps give which were read elsewhere."""
        for of, name in _given_by(steps):
            self._given.setdefault(of, []).append(name)

    def refuse_unknown(self, mistakes: Gathering) -> None:
        """Note each name that is looked up and given nowhere."""
        for kind, name in self._looked_up if self.is_whole else ():
            sentence = unknown_name(kind, name.text, [*self._given.get(kind.of, ()), *kind.always])
            if sentence is not None:
                mistakes.found.append(Mistake(sentence, name.place))


def _given_by(steps: Iterable[Step]) -> Iterator[tuple[str, Any]]:
    for step in steps:
        if isinstance(step, Doing):
            for field in step.words.fields:
                if isinstance(field.kind, GivenName) and step.arguments.get(field.parameter) is not None:
                    yield field.kind.of, step.arguments[field.parameter]
        elif isinstance(step, Meanwhile):
            for _, branch in step.branches:
                yield from _given_by(branch)
