"""A client as the environment has it, for `from_env()`.

IMPACT_BASE_URL        the address of DES, without /v1
IMPACT_CLIENT_ID       the bank's client id
IMPACT_CLIENT_SECRET   its secret; of `ImpactAPI` alone
IMPACT_TIMEOUT         seconds; see `CallOptions`; may be left out
IMPACT_ATTEMPTS        likewise
IMPACT_DEADLINE        likewise, in seconds

Besides, every client reads `IMPACT_SDK_LOG`: see `logs`.
"""

import os
from typing import Any

from .errors import ConfigurationError
from .mistakes.wrong import wrong

BASE_URL = "IMPACT_BASE_URL"
CLIENT_ID = "IMPACT_CLIENT_ID"
CLIENT_SECRET = "IMPACT_CLIENT_SECRET"
# Numbers, by the option that they are for.
NUMBERS = {
    "timeout": ("IMPACT_TIMEOUT", float),
    "attempts": ("IMPACT_ATTEMPTS", int),
    "deadline": ("IMPACT_DEADLINE", float),
}


def required(variable: str, called: str, argument: str) -> str:
    """What a variable says; `ConfigurationError`, which names it, where it is not set, or empty."""
    value = os.environ.get(variable, "")
    if not value.strip():
        raise ConfigurationError(
            f"{called} finds no {variable} in the environment; set it, or give {argument} as an argument"
        )
    return value


def options(given: dict[str, Any]) -> dict[str, Any]:
    """The options that the environment has, and those that were given, which win."""
    found: dict[str, Any] = {}
    for option, (variable, kind) in NUMBERS.items():
        text = os.environ.get(variable, "").strip()
        if text and given.get(option) is None:
            try:
                found[option] = kind(text)
            except ValueError:
                raise wrong(variable, text, "a number") from None
    return {**given, **found}
