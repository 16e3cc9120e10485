"""How many retries a client may make: a store of them that answers fill. Rules, and one number: no clock, no I/O.

While DES is out, every call fails, and a client that tries each three times sends three times as much to a server that
has enough to do. So retries are taken from a store, and answers put back a part of one: however long it lasts, a client
sends at most `size` requests more than it would without retries, and one more for each `1 / earned` answers.
"""

import math

import attrs

from ..mistakes.named import made_by_name
from ..mistakes.wrong import wrong


@made_by_name
@attrs.frozen(kw_only=True)
class RetryBudget:
    """How many retries a client may make.

    Args:
        size: How many there are at first, and at most; `math.inf` for no limit.
        earned: What part of one each answer of DES brings back.

    Raises:
        ConfigurationError: A number that cannot be.
    """

    size: float = 100.0
    earned: float = 0.1

    def __attrs_post_init__(self) -> None:
        if not _is_amount(self.size) or self.size < 0:
            raise wrong("retry_budget.size", self.size, "0 or more retries")
        if not _is_amount(self.earned) or not 0 <= self.earned <= 1:
            raise wrong("retry_budget.earned", self.earned, "a part of a retry, 0 to 1")


def _is_amount(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and not math.isnan(value)


def after_answer(left: float, budget: RetryBudget) -> float:
    """What is in store after an answer of a DES that is well."""
    return min(left + budget.earned, budget.size)


def after_retry(left: float) -> float | None:
    """What is in store after a retry; None where there is none to take."""
    return left - 1 if left >= 1 else None


@attrs.define(eq=False)
class RetryStore:
    """The retries that one client has in store. All calls of a client, and of its views, share them."""

    budget: RetryBudget = attrs.field(factory=RetryBudget)
    left: float = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.left = self.budget.size

    def answered(self) -> None:
        """DES has answered, and was well."""
        self.left = after_answer(self.left, self.budget)

    def take(self) -> bool:
        """Whether there may be one more retry; it is taken from the store."""
        left = after_retry(self.left)
        if left is None:
            return False
        self.left = left
        return True
