"""The words of a script, read off Python functions: what a step is called, what it takes, and what each of it means.

A function with `@step("create a Dream", plain="name")` is that step; its parameters are the step's fields, their
annotations say what they are, and its docstring says what they mean. Scripts, editors, the documentation and Python
share these functions, and therefore their words.
"""

import functools
import inspect
import re
import types
from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import attrs

from ..text.mistakes import Gathering, Mistake, Place, nearest_word, one_of, slipped_word, unknown
from ..text.nodes import Listed, Mapped, Node, Plain
from .kinds import CUSTOMER, Choice, Kind, ListOf
from .name_kinds import LookedUpName

F = TypeVar("F", bound=Callable[..., Any])
Check = Callable[[Mapping[str, Any]], object]


@attrs.frozen(kw_only=True)
class Field:
    """What a function takes, by its name in a script.

    Attributes:
        parameter: Its name in Python.
        kind: How it is read.
        is_required: It cannot be left out.
        doc: What it means.
    """

    name: str
    parameter: str
    kind: Kind
    is_required: bool
    doc: str


@attrs.frozen(kw_only=True)
class Words:
    """A function, as scripts see it.

    Attributes:
        name: What it is called.
        doc: What it does, in a sentence.
        fields: What it takes.
        plain: Which fields a plain text stands for; with two, the last one is an amount at the end of the text.
        check: Is given the arguments, and refuses those that cannot be together: `CannotBe`.
    """

    name: str
    function: Callable[..., Any]
    doc: str
    fields: tuple[Field, ...]
    plain: tuple[str, ...] = ()
    check: Check | None = None

    @property
    def by_name(self) -> Mapping[str, Field]:
        return {field.name: field for field in self.fields}

    @property
    def may_be_alone(self) -> bool:
        """It can be written with nothing behind it."""
        return not any(field.is_required for field in self.fields)

    def read(
        self,
        node: Node,
        place: Place,
        mistakes: Gathering,
        *,
        users: Collection[str] | None = None,
        note: Callable[[Kind, Node], None] = lambda _kind, _node: None,
    ) -> dict[str, Any]:
        """The arguments, by their Python names; of no use where it has found a mistake.

        Args:
            place: Where its name stands.
            users: Who can be meant; None for anybody.
            note: Is told of each value that could be read.
        """
        before = len(mistakes.found)
        arguments: dict[str, Any] = {}
        noted: list[tuple[Kind, Node]] = []
        given = self._given(node)
        for name, value in given:
            with mistakes.going_on():
                field = self.by_name.get(name.text)
                if field is None:
                    raise Mistake(self._no_field(name.text, value), name.place)
                arguments[field.parameter] = field.kind.read(value)
                if users is not None:
                    refuse_strangers(field.kind, value, users)
                noted.append((field.kind, value))
        for kind, value in noted:
            note(self._as_meant(kind, arguments), value)
        self._note_missing({name.text for name, _ in given}, place, mistakes)
        if len(mistakes.found) == before:
            with mistakes.going_on():
                self._refuse_what_cannot_be(arguments, place, {name.text: name.place for name, _ in given})
        return arguments

    def _as_meant(self, kind: Kind, arguments: Mapping[str, Any]) -> Kind:
        """A step that has to do something does it with what is there."""
        has_to = "may do nothing" in self.by_name and not arguments.get("may_do_nothing")
        return attrs.evolve(kind, may_be_nobodys=False) if has_to and isinstance(kind, LookedUpName) else kind

    def _no_field(self, name: str, value: Node) -> str:
        if value == Plain("", value.place) and re.fullmatch(r"\d[\d.]*", name):
            return f"a comma ends a value between brackets, so that {name!r} is alone; write amounts without commas"
        if not self.fields:
            return f"`{self.name}` takes nothing, and here is {name!r}"
        return unknown(name, f"field of `{self.name}`", self.by_name)

    def _note_missing(self, said: Collection[str], place: Place, mistakes: Gathering) -> None:
        for field in self.fields:
            if field.is_required and field.name not in said:
                mistakes.note(f"`{self.name}` needs `{field.name}`: {in_passing(field.doc)}", place)

    def _given(self, node: Node) -> list[tuple[Plain, Node]]:
        if isinstance(node, Mapped):
            return list(node)
        if isinstance(node, Plain) and not node.text:
            return []
        if not self.plain:
            takes = f"takes names with values: {', '.join(self.by_name)}" if self.fields else "takes nothing"
            raise Mistake(f"`{self.name}` {takes}", node.place)
        if isinstance(node, Listed) or len(self.plain) == 1:
            return [(Plain(self.plain[0], node.place), node)]
        word, amount = _apart(node, self.by_name[self.plain[0]].kind)
        first, second = (Plain(name, node.place) for name in self.plain)
        return [(first, word)] if amount is None else [(first, word), (second, amount)]

    def _refuse_what_cannot_be(self, arguments: dict[str, Any], place: Place, places: Mapping[str, Place]) -> None:
        if self.check is None:
            return
        try:
            self.check(arguments)
        except CannotBe as error:
            raise Mistake(str(error), places.get(error.field, place)) from error


def in_passing(sentence: str) -> str:
    """The sentence, for the end of another."""
    return (sentence[:1].lower() + sentence[1:]).removesuffix(".")


class CannotBe(ValueError):
    """Some values cannot be together.

    Attributes:
        field: Which of them is one too many, by its name in scripts.
    """

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field


def refuse_strangers(kind: Kind, node: Node, users: Collection[str]) -> None:
    """Refuse names of users, where these are meant, that are not among those of the journey."""
    if isinstance(kind, ListOf):
        for item in node.items if isinstance(node, Listed) else (node,):
            refuse_strangers(kind.kind, item, users)
    elif kind is CUSTOMER and isinstance(node, Plain) and node.text not in users:
        near = nearest_word(node.text, users)
        hint = f"did you mean {near!r}?" if near else "name all who take part"
        raise Mistake(f"{node.text!r} is none of the `users` in `given`, {', '.join(users)}; {hint}", node.place)


def unknown_name(kind: LookedUpName, name: str, given: Collection[str]) -> str | None:
    """What is wrong with a name; None where it is one of those given, or may be one that nobody gives.

    What is nearly a given name is meant to be it, even where it is one of those that are always there.
    """
    if name in given:
        return None
    there_too = [*given, *kind.always]
    if kind.is_part and any(name in each for each in there_too):
        return None
    known = [part for each in there_too for part in _parts(each, len(name.split()))] if kind.is_part else there_too
    nearest = slipped_word(name, known) or (None if kind.may_be_nobodys else nearest_word(name, known))
    if name in kind.always and nearest not in given:
        return None
    otherwise = f"; {kind.otherwise}" if kind.otherwise and not kind.may_be_nobodys else ""
    if nearest is not None:
        return f"{name!r} is no {kind.of} of this journey; did you mean {nearest!r}?{otherwise}"
    if kind.may_be_nobodys:
        return None
    there = f"there is {one_of(list(dict.fromkeys(there_too)))}" if there_too else "there is none"
    return f"{name!r} is no {kind.of} of this journey; {there}, and {kind.way_out}{otherwise}"


def _parts(text: str, count: int) -> list[str]:
    """All runs of so many words, without what ends a sentence."""
    words = text.split()
    return [" ".join(words[n : n + count]).rstrip(".,:;?!") for n in range(len(words) - count + 1)]


def _apart(node: Plain, kind: Kind) -> tuple[Plain, Plain | None]:
    """`weekly 50.00` is a word and an amount; `weekly` is a word. Behind a word that is known comes nothing else."""
    words = sorted(kind.words, key=len, reverse=True) if isinstance(kind, Choice) else ()
    known = next((word for word in words if re.match(rf"{re.escape(word)}\s", node.text)), None)
    if known is not None:
        behind = len(node.text) - len(node.text[len(known) :].lstrip())
        return node.part(0, len(known)), node.part(behind, len(node.text))
    if match := re.fullmatch(r"(.*\S)\s+(\S*\d\S*)", node.text):
        return node.part(*match.span(1)), node.part(*match.span(2))
    return node, None


def step(name: str, *, plain: str | tuple[str, ...] = (), check: Check | None = None) -> Callable[[F], F]:
    """Make a method a step of scripts; called in Python, it lets time pass until it is done.

    Args:
        name: What scripts call it.
        plain: As `Words.plain`, by names of scripts.
    """

    def named(function: F) -> F:
        @functools.wraps(function)
        async def done(self: Any, *args: Any, **more: Any) -> None:
            await self.let_time_pass(functools.partial(function, self, *args, **more))

        done.__words__ = (name, (plain,) if isinstance(plain, str) else plain, check)  # type: ignore[attr-defined]
        return cast(F, done)

    return named


def words_of(kind: type) -> dict[str, Words]:
    """All steps that a class has, by their names in scripts, in the order in which it and its bases have them."""
    found: dict[str, Words] = {}
    for base in kind.__mro__:
        for function in vars(base).values():
            if hasattr(function, "__words__"):
                name, plain, check = function.__words__
                found.setdefault(name, described(function, name, plain=plain, check=check))
    return found


@functools.cache
def described(
    function: Callable[..., Any], name: str, *, plain: tuple[str, ...] = (), check: Check | None = None
) -> Words:
    """What a function's signature and docstring say."""
    doc = inspect.getdoc(function) or ""
    docs = _docs_of_arguments(doc)
    hints = get_type_hints(function, include_extras=True)
    fields = tuple(
        Field(
            name=in_scripts(parameter.name),
            parameter=parameter.name,
            kind=_kind(hints[parameter.name], f"{name}: {parameter.name}"),
            is_required=parameter.default is parameter.empty,
            doc=docs.get(parameter.name, ""),
        )
        for parameter in inspect.signature(function).parameters.values()
        if parameter.name != "self" and parameter.kind is not parameter.VAR_POSITIONAL
    )
    return Words(name=name, function=function, doc=doc.partition("\n")[0], fields=fields, plain=plain, check=check)


def in_scripts(parameter: str) -> str:
    """`target_cents` is `target`: amounts are in the currency's units there. `from_` is `from`."""
    return parameter.removesuffix("_cents").rstrip("_").replace("_", " ")


def _kind(hint: Any, where: str) -> Kind:
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is Annotated:
        return next(part for part in get_args(hint)[1:] if isinstance(part, Kind))
    raise TypeError(f"{where} has no kind; annotate it with one of `kinds`")


def _docs_of_arguments(doc: str) -> dict[str, str]:
    """What stands behind `Args:`, by parameter."""
    _, _, section = doc.partition("\nArgs:\n")
    section = re.split(r"\n\n|\n(?=\S)", section)[0]
    entries = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", section, flags=re.MULTILINE)
    return {name: re.sub(r"\s+", " ", text) for name, text in entries}
