"""Arguments that several steps take."""

from typing import Annotated

from ..vocabulary.amounts import POSITIVE_CENTS
from ..vocabulary.kinds import YES_NO
from ..vocabulary.name_kinds import CUSTOMER, DREAM
from ..vocabulary.words import Argument


def user(name: str, doc: str) -> Argument:
    """A user; the first of the journey if left out."""
    return Argument(name, CUSTOMER, doc)


def dream(name: str, doc: str) -> Argument:
    """One of the user's Dreams."""
    return Argument(name, DREAM, doc)


def amount(doc: str, *, name: str = "amount") -> Argument:
    """An amount that moves; in Python in cents."""
    return Argument(name, POSITIVE_CENTS, doc)


def may_do_nothing(doc: str) -> Argument:
    """Whether the step may find nothing to do."""
    return Argument("may do nothing", YES_NO, doc)


By = Annotated[str | None, user("by", "Which user.")]
