"""The words of a script: a step and its arguments, each with its name, its kind and its meaning.

A method with `@step("create a Dream", plain="name")` is that step. Each of its parameters says by an `Argument` what
scripts call it, what kind of value it has, and what it means. Scripts, editors, the documentation and Python share
these methods, and therefore their words.
"""

import functools
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Annotated, Any, Concatenate, ParamSpec, Protocol, TypeVar, get_args, get_origin, get_type_hints

import attrs

from .kinds import Kind

P = ParamSpec("P")


class CannotBe(ValueError):
    """Some values cannot be together.

    Attributes:
        argument: The one that is too many, by its name in scripts.
    """

    def __init__(self, sentence: str, argument: str) -> None:
        super().__init__(sentence)
        self.argument = argument


# Gets the arguments by their names in Python; raises `CannotBe` if they cannot be together.
Check = Callable[[Mapping[str, Any]], object]


@attrs.frozen
class Argument:
    """One argument of a step.

    Attributes:
        name: What scripts call it.
        doc: What it means.
        parameter: Its name in Python.
        is_required: It cannot be left out.
    """

    name: str
    kind: Kind[Any]
    doc: str
    parameter: str = ""
    is_required: bool = False


@attrs.frozen(kw_only=True)
class Words:
    """A function, as scripts see it.

    Attributes:
        name: What scripts call it.
        doc: What it does, in a sentence.
        plain: The names of the arguments that a plain text stands for. The second one, if any, is an amount at the end
            of the text.
        check: Refuses arguments that cannot be together.
    """

    name: str
    function: Callable[..., Any]
    doc: str
    arguments: tuple[Argument, ...]
    plain: tuple[str, ...] = ()
    check: Check | None = None

    @property
    def by_name(self) -> Mapping[str, Argument]:
        return {argument.name: argument for argument in self.arguments}

    @property
    def may_be_alone(self) -> bool:
        """A script can write the name and nothing behind it."""
        return not any(argument.is_required for argument in self.arguments)


class TakesTime(Protocol):
    """What has steps."""

    async def let_time_pass(self, doing: Callable[[], Awaitable[None]]) -> None: ...


S = TypeVar("S", bound=TakesTime)
Method = Callable[Concatenate[S, P], Coroutine[Any, Any, None]]

_STEPS: dict[object, Words] = {}


def step(
    name: str, *, plain: str | tuple[str, ...] = (), check: Check | None = None
) -> Callable[[Method[S, P]], Method[S, P]]:
    """Make a method a step of scripts; if Python calls it, it lets time pass until it is done.

    Args:
        name: What scripts call it.
        plain: As `Words.plain`.
    """

    def named(function: Method[S, P]) -> Method[S, P]:
        async def done(self: S, /, *args: P.args, **more: P.kwargs) -> None:
            await self.let_time_pass(functools.partial(function, self, *args, **more))

        functools.update_wrapper(done, function)
        _STEPS[done] = Words(
            name=name,
            function=done,
            doc=inspect.getdoc(function) or "",
            arguments=tuple(_arguments(function)),
            plain=(plain,) if isinstance(plain, str) else plain,
            check=check,
        )
        return done

    return named


def words_of(kind: type) -> dict[str, Words]:
    """All steps of a class by their names in scripts, in the order of its methods and then of those of its bases."""
    found: dict[str, Words] = {}
    for base in kind.__mro__:
        for function in vars(base).values():
            if inspect.isfunction(function) and function in _STEPS:
                found.setdefault(_STEPS[function].name, _STEPS[function])
    return found


def _arguments(function: Callable[..., Any]) -> list[Argument]:
    hints = get_type_hints(function, include_extras=True)
    _self, *parameters = inspect.signature(function).parameters.values()
    return [
        attrs.evolve(
            _argument(hints[each.name], f"{function.__qualname__}: {each.name}"),
            parameter=each.name,
            is_required=each.default is each.empty,
        )
        for each in parameters
    ]


def _argument(hint: object, where: str) -> Argument:
    if get_origin(hint) is Annotated:
        for part in get_args(hint)[1:]:
            if isinstance(part, Argument):
                return part
    raise TypeError(f"{where} needs an `Argument` in its annotation")
