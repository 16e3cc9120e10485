"""The words of a script, read off Python functions: what a step is called, what it takes, and what each of it means.

A function with `@step("create a Dream", plain="name")` is that step; its parameters are the step's fields, their
annotations say what they are, and its docstring says what they mean. Scripts, editors, the documentation and Python
share these functions, and therefore their words.
"""

import functools
import inspect
import re
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import attrs

from .kinds import Kind
from .mistakes import NOWHERE, Mistake, Place, unknown
from .nodes import Listed, Mapped, Node, Plain

F = TypeVar("F", bound=Callable[..., Any])


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
        check: Refuses values that cannot be together, with a ValueError.
    """

    name: str
    function: Callable[..., Any]
    doc: str
    fields: tuple[Field, ...]
    plain: tuple[str, ...] = ()
    check: Callable[..., Any] | None = None

    @property
    def by_name(self) -> Mapping[str, Field]:
        return {field.name: field for field in self.fields}

    @property
    def may_be_alone(self) -> bool:
        """It can be written with nothing behind it."""
        return not any(field.is_required for field in self.fields)

    def read(self, node: Node, place: Place = NOWHERE, *, without: Iterable[str] = ()) -> dict[str, Any]:
        """The arguments, by their Python names.

        Args:
            place: Where its name stands.
            without: Fields that are given elsewhere.
        """
        given = self._given(node)
        arguments: dict[str, Any] = {}
        for name, value in given:
            field = self.by_name.get(name.text)
            if field is None:
                raise Mistake(unknown(name.text, f"field of `{self.name}`", self.by_name), name.place)
            arguments[field.parameter] = field.kind.read(value)
        for field in self.fields:
            if field.is_required and field.parameter not in arguments and field.name not in without:
                raise Mistake(f"`{self.name}` needs `{field.name}`: {field.doc[:1].lower()}{field.doc[1:]}", place)
        self._refuse_what_cannot_be(arguments, place)
        return arguments

    def _given(self, node: Node) -> list[tuple[Plain, Node]]:
        if isinstance(node, Mapped):
            return list(node)
        if isinstance(node, Plain) and not node.text:
            return []
        if not self.plain:
            takes = f"it takes {', '.join(self.by_name)}" if self.fields else "it takes nothing"
            raise Mistake(f"`{self.name}` takes no plain value; {takes}", node.place)
        if isinstance(node, Listed) or len(self.plain) == 1:
            return [(Plain(self.plain[0], node.place), node)]
        word, amount = _apart(node)
        first, second = (Plain(name, node.place) for name in self.plain)
        return [(first, word)] if amount is None else [(first, word), (second, amount)]

    def _refuse_what_cannot_be(self, arguments: dict[str, Any], place: Place) -> None:
        if self.check is None:
            return
        wanted = inspect.signature(self.check).parameters
        try:
            self.check(**{name: value for name, value in arguments.items() if name in wanted})
        except (ValueError, TypeError) as error:
            raise Mistake(str(error), place) from error


def _apart(node: Plain) -> tuple[Plain, Plain | None]:
    """`weekly 50.00` is a word and an amount; `weekly` is a word."""
    if match := re.fullmatch(r"(.*\S)(\s+)(-?\d\S*)", node.text):
        place = attrs.evolve(node.place, column=node.place.column + match.start(3)) if node.place.line else node.place
        return Plain(match[1], node.place), Plain(match[3], place)
    return node, None


def step(name: str, *, plain: str | tuple[str, ...] = (), check: Callable[..., Any] | None = None) -> Callable[[F], F]:
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
    """All steps that a class has, by their names in scripts, in the order in which they are defined."""
    found: dict[str, Words] = {}
    for base in reversed(kind.__mro__):
        for function in vars(base).values():
            if hasattr(function, "__words__"):
                name, plain, check = function.__words__
                found[name] = described(function, name, plain=plain, check=check)
    return found


@functools.cache
def described(
    function: Callable[..., Any], name: str, *, plain: tuple[str, ...] = (), check: Callable[..., Any] | None = None
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
