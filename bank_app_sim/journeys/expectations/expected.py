"""What is expected at one moment, and how it differs from what is there."""

from collections.abc import Mapping

import attrs

from ..text.mistakes import Mistake, unknown
from ..text.nodes import node_of
from .look import Look
from .observable import Observable, of_everybody
from .observables import OBSERVABLES


@attrs.frozen
class Expected:
    """One thing that is expected.

    Attributes:
        text: The expectation, as it is written.
    """

    observable: Observable
    value: object
    text: str


class ExpectationFailed(AssertionError):
    """Something is not as it was expected.

    Attributes:
        expected: What was expected.
        found: What was there.
    """

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"expected {expected}; there was {found}")
        self.expected = expected
        self.found = found


def as_written(expected: Mapping[str, object], *, whose: str | None = None) -> tuple[Expected, ...]:
    """What Python code expects, read as a script would be.

    Args:
        whose: The user of whom it is expected; None for everybody.
    """
    read = []
    for parameter, value in expected.items():
        name = parameter.replace("_", " ")
        if name not in OBSERVABLES:
            raise Mistake(unknown(name, "thing to expect", OBSERVABLES))
        found = OBSERVABLES[name]
        if whose is not None and found.of_everybody:
            raise Mistake(of_everybody(name))
        read.append(Expected(found, found.kind.read(node_of(value)), f"{name}: {value}"))
    return tuple(read)


def differences(expected: tuple[Expected, ...], look: Look) -> list[tuple[str, str]]:
    """What is not as expected: the expectation, and what was there instead."""
    failed = []
    for each in expected:
        found = each.observable.difference(each.value, look)
        if found is not None:
            failed.append((each.text, f"{each.observable.name}: {found}"))
    return failed


def require(failed: list[tuple[str, str]], within: str = "") -> None:
    """`ExpectationFailed` if something is not as expected.

    Args:
        within: What to add to the expectation.
    """
    if failed:
        expected = "; ".join(text for text, _ in failed)
        raise ExpectationFailed(f"{expected}{within}", "; ".join(found for _, found in failed))
