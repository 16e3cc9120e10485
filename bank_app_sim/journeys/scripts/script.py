"""Script: a journey that is read and checked, but not yet played."""

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
        text: The step on one line.
    """

    text: str
    place: Place


@attrs.frozen(kw_only=True)
class Doing(Step):
    """A step that somebody does.

    Attributes:
        times: How often it is done.
        fails: The name of the error with which it has to end; None if it has to succeed.
        saying: A part of the text of this error.
    """

    words: Words
    arguments: Mapping[str, Any]
    times: int = 1
    fails: str | None = None
    saying: str | None = None


@attrs.frozen(kw_only=True)
class Expecting(Step):
    """Something has to be true: now, or (`within`) at some moment from now on.

    Attributes:
        of: The user whose part of the world is looked at; None for everybody's.
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
    """One journey, with the values of one row of its table.

    Attributes:
        name: Its name on the command line.
        title: What it is about, in one line.
        row: The row, as `name=value, …`; empty if there is no table.
        begins_below: A folder; the script was allowed to begin with files below it. None for none.
        arguments: The arguments of `given()` that this script and its beginning give; `given` is the result.
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
        """The name with its row, as pytest writes it."""
        return f"{self.name}[{self.row}]" if self.row else self.name
