"""The environment variables that `from_env()` reads.

IMPACT_BASE_URL        the address of DES, without /v1
IMPACT_CLIENT_ID       the bank's client id
IMPACT_CLIENT_SECRET   its secret; only for `ImpactAPI`
IMPACT_TIMEOUT         seconds; see `CallOptions`; optional
IMPACT_ATTEMPTS        see `CallOptions`; optional
IMPACT_DEADLINE        seconds; see `CallOptions`; optional

Every client also reads `IMPACT_SDK_LOG`: see `logs`.
"""

import os
from typing import Any

from .errors import ConfigurationError
from .mistakes.wrong import wrong

BASE_URL = "IMPACT_BASE_URL"
CLIENT_ID = "IMPACT_CLIENT_ID"
CLIENT_SECRET = "IMPACT_CLIENT_SECRET"
# The variables of options that are numbers.
NUMBERS = {
    "timeout": ("IMPACT_TIMEOUT", float),
    "attempts": ("IMPACT_ATTEMPTS", int),
    "deadline": ("IMPACT_DEADLINE", float),
}


def required(variable: str, called: str, argument: str) -> str:
    """The value of a variable; `ConfigurationError`, with its name, if it is not set or is empty."""
    value = os.environ.get(variable, "")
    if not value.strip():
        raise ConfigurationError(
            f"{called} finds no {variable} in the environment; set it, or give {argument} as an argument"
        )
    return value


def options(given: dict[str, Any]) -> dict[str, Any]:
    """The options of the environment, and those that were given. The given ones win."""
    found: dict[str, Any] = {}
    for option, (variable, kind) in NUMBERS.items():
        text = os.environ.get(variable, "").strip()
        if text and given.get(option) is None:
            try:
                found[option] = kind(text)
            except ValueError:
                raise wrong(variable, text, "a number") from None
    return {**given, **found}
