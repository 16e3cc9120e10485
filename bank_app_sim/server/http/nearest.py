"""Finds the name that somebody probably meant who wrote an unknown one."""

import difflib
from collections.abc import Collection, Iterable

from .answers import MOST_ERRORS

# Longer than any name of ours by far; comparing longer texts takes time and finds nothing.
LONGEST_COMPARED = 64


def nearest(name: str, known: Collection[str]) -> str | None:
    """The known name that was probably meant; None if no name is near."""
    if len(name) > LONGEST_COMPARED:
        return None
    return next(iter(difflib.get_close_matches(name, known, n=1)), None)


def is_not_known(name: str, known: Collection[str]) -> str:
    """The sentence for an unknown name, with the one that was probably meant, or else with all known ones."""
    near = nearest(name, known)
    if near is not None:
        return f"is not known here; did you mean {near}?"
    return f"is not known here; there is {', '.join(known) or 'none'}"


def not_known(names: Iterable[str], known: Collection[str]) -> dict[str, list[str]]:
    """The sentences for many unknown names, as `Refused` takes them. Only those that it shows get a hint."""
    in_order = sorted(names)
    if not in_order:  # nearly always
        return {}
    hinted = {name: [is_not_known(name, known)] for name in in_order[:MOST_ERRORS]}
    return hinted | {name: ["is not known here"] for name in in_order[MOST_ERRORS:]}
