"""Script: a journey as it is written, read and checked, and not yet played."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import attrs

from ..expectations.expected import Expected
from ..given import Given
from ..text.mistakes import Place
from ..vocabulary.words import Words


@attrs.frozen(kw_only=True)
class Step:
    """One step.

    Attributes:
        text: As it is written, on one line.
    """

    text: str
    place: Place


@attrs.frozen(kw_only=True)
class Doing(Step):
    """Somebody does something.

    Attributes:
        times: How often it is done, one after the other.
        fails: The error that it has to end with, by its name in the SDK; None for a step that has to succeed.
        saying: What this error has to say, among other things.
    """

    words: Words
    arguments: Mapping[str, Any]
    times: int = 1
    fails: str | None = None
    saying: str | None = None


@attrs.frozen(kw_only=True)
class Expecting(Step):
    """Something has to be so: now, or (`within`) at some moment from now on.

    Attributes:
        of: Whose part of the world is looked at; None for everybody's.
    """

    expected: tuple[Expected, ...]
    of: str | None = None
    within: timedelta | None = None


@attrs.frozen(kw_only=True)
class Recording(Step):
    """Messages and state have to be as they were recorded."""

    what: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Meanwhile(Step):
    """Several branches at once, each with its name."""

    branches: tuple[tuple[str, tuple[Step, ...]], ...]


@attrs.frozen(kw_only=True)
class Script:
    """One journey, with one row of its table filled in.

    Attributes:
        name: What it is called on the command line.
        title: What it is about, in a line.
        row: Which row it is, as `name=value, …`; empty where there is no table.
        begins_below: A folder that it was allowed to begin with files of, beside its own; None for none.
        arguments: Of `given()`: what is said here and where it begins; `given` is what becomes of them.
    """

    name: str
    title: str
    about: str
    file: str
    row: str
    begins_below: str | None = None
    arguments: Mapping[str, Any]
    given: Given
    steps: tuple[Step, ...]

    @property
    def full_name(self) -> str:
        """With its row, as pytest writes it."""
        return f"{self.name}[{self.row}]" if self.row else self.name
