"""What somebody meant who wrote a name that there is not."""

import difflib
from collections.abc import Collection, Iterable

from .answers import MOST_ERRORS

# Longer than any name of ours by far; to compare what is longer takes time and tells nothing.
LONGEST_COMPARED = 64


def nearest(name: str, known: Collection[str]) -> str | None:
    """The one among the known names that was probably meant."""
    if len(name) > LONGEST_COMPARED:
        return None
    return next(iter(difflib.get_close_matches(name, known, n=1)), None)


def is_not_known(name: str, known: Collection[str]) -> str:
    """Says so of a name, with the one that was probably meant, or else all that there are."""
    near = nearest(name, known)
    if near is not None:
        return f"is not known here; did you mean {near}?"
    return f"is not known here; there is {', '.join(known) or 'none'}"


def not_known(names: Iterable[str], known: Collection[str]) -> dict[str, list[str]]:
    """The same of many names, as `Refused` takes it. To look for the nearest takes a while: for as many as are told."""
    in_order = sorted(names)
    hinted = {name: [is_not_known(name, known)] for name in in_order[:MOST_ERRORS]}
    return hinted | {name: ["is not known here"] for name in in_order[MOST_ERRORS:]}
