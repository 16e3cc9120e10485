"""How one client asks: what its calls have in common besides their connection. Checked when the client is made."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from .. import logs
from ..mistakes.named import require_known
from ..mistakes.wrong import wrong
from . import deadlines, headers, hooks
from .carriers import time_limits
from .carriers.choice import carried_by
from .carriers.settings import ConnectionOptions
from .hooks import Hooks
from .identity import AppInfo, user_agent
from .options import CallOptions, ClientOptions
from .retries import ATTEMPTS
from .retry_budget import RetryBudget, RetryStore

# Which of a client's options say how it is connected, and which how it asks.
CONNECTION = frozenset({*ConnectionOptions.__annotations__, "clock", "source"})


@attrs.frozen(kw_only=True)
class Policy:
    """How the calls of one client ask, where they do not say otherwise."""

    timeout_seconds: float = time_limits.TIMEOUT_SECONDS
    attempts: int = ATTEMPTS
    deadline_seconds: float | None = None
    retries: RetryStore = attrs.field(factory=RetryStore)
    hooks: Hooks = attrs.field(factory=Hooks)

    def for_calls(self, options: CallOptions) -> "Policy":
        """The same, with the limits of a call, or of several; `ConfigurationError` where one cannot be."""
        if not options or all(value is None for value in options.values()):
            return self
        return attrs.evolve(self, **limits(options))


# Of what has no client.
DEFAULT = Policy(retries=RetryStore(RetryBudget(size=math.inf)))


def limits(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given of a call's limits, checked."""
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


def of_client(called: str, options: dict[str, Any], known: Iterable[str] = ()) -> tuple[Policy, dict[str, Any]]:
    """How a client asks, and what `http.of()` is to be told; `ConfigurationError` where an option cannot work.

    Args:
        called: Such as `ImpactAPI()`.
        known: The arguments it has besides.
    """
    logs.show_as_the_environment_says()
    require_known(called, options, [*known, *ClientOptions.__annotations__])
    given = {name: value for name, value in options.items() if value is not None}
    app = given.get("app_info")
    if app is not None and not isinstance(app, AppInfo):
        raise wrong("app_info", app, "AppInfo(name=…, version=…)")
    added = headers.added("default_headers", given.get("default_headers"))
    connection = {name: value for name, value in given.items() if name in CONNECTION}
    budget = given.get("retry_budget")
    if budget is not None and not isinstance(budget, RetryBudget):
        raise wrong("retry_budget", budget, "RetryBudget(size=…, earned=…)")
    retries = RetryStore(budget or RetryBudget())
    agent = user_agent(app, carried_by(connection.get("transport")))
    return Policy(**limits(given), retries=retries, hooks=hooks.of(given.get("hooks"))), {
        **connection,
        "headers": {"User-Agent": agent, **added},
    }
