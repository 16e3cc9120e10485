"""The retry budget: a store of retries, which good answers fill again. No clock, no I/O.

While DES is down, every call fails. A client that tries each call three times would then send three times as much to a
server that is already in trouble. So each retry is taken from a store, and each good answer puts back a part of one. In
all, retries add at most `size` requests, and one more for each `1 / earned` good answers.
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
        size: The number of retries at first, and at most; `math.inf` means no limit.
        earned: The part of a retry that each good answer puts back, 0 to 1.

    Raises:
        ConfigurationError: A number is out of range.
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
    """What is left after a good answer."""
    return min(left + budget.earned, budget.size)


def after_retry(left: float) -> float | None:
    """What is left after a retry; None if there is none to take."""
    return left - 1 if left >= 1 else None


@attrs.define(eq=False)
class RetryStore:
    """The retries that are left to one client. All calls of the client, and of its views, share them."""

    budget: RetryBudget = attrs.field(factory=RetryBudget)
    left: float = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.left = self.budget.size

    def answered(self) -> None:
        """Count a good answer."""
        self.left = after_answer(self.left, self.budget)

    def take(self) -> bool:
        """Take a retry; False if there is none left."""
        left = after_retry(self.left)
        if left is None:
            return False
        self.left = left
        return True
