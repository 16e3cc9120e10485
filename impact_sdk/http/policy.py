"""How the calls of one client ask, besides their connection: limits, retries, hooks."""

import math
from collections.abc import Mapping
from typing import Any

import attrs

from ..mistakes.wrong import wrong
from . import deadlines, hooks
from .carriers import time_limits
from .hooks import Hooks
from .options import CallOptions
from .retries import ATTEMPTS
from .retry_budget import RetryBudget, RetryStore


@attrs.frozen(kw_only=True)
class Policy:
    """How the calls of one client ask, unless they say otherwise."""

    timeout_seconds: float = time_limits.TIMEOUT_SECONDS
    attempts: int = ATTEMPTS
    deadline_seconds: float | None = None
    retries: RetryStore = attrs.field(factory=RetryStore)
    hooks: Hooks = attrs.field(factory=Hooks)

    def for_calls(self, options: CallOptions) -> "Policy":
        """The same, with the limits of one call, or of several; `ConfigurationError` if one cannot be."""
        own = limits(options)
        return attrs.evolve(self, **own) if own else self


# For a client without options.
DEFAULT = Policy(retries=RetryStore(RetryBudget(size=math.inf)))


def limits(given: Mapping[str, Any]) -> dict[str, Any]:
    """The limits of a call that are given, checked."""
    found: dict[str, Any] = {}
    if (timeout := given.get("timeout")) is not None:
        found["timeout_seconds"] = time_limits.of(timeout)
    if (attempts := given.get("attempts")) is not None:
        if not isinstance(attempts, int) or isinstance(attempts, bool) or attempts < 1:
            raise wrong("attempts", attempts, "1 or more")
        found["attempts"] = attempts
    if (deadline := given.get("deadline")) is not None:
        found["deadline_seconds"] = deadlines.of(deadline)
    return found


def of(given: Mapping[str, Any]) -> Policy:
    """How a client asks, by its options; `ConfigurationError` if one cannot work."""
    budget = given.get("retry_budget")
    if budget is not None and not isinstance(budget, RetryBudget):
        raise wrong("retry_budget", budget, "RetryBudget(size=…, earned=…)")
    retries = RetryStore(budget or RetryBudget())
    return Policy(**limits(given), retries=retries, hooks=hooks.of(given.get("hooks")))
