"""The error for a wrong argument: its name, its value, and what to give instead."""

from .errors import ConfigurationError
from .shown import shown

# Their values are never shown.
SECRETS = frozenset({"auth", "client_secret", "id_token", "secret"})


def wrong(name: str, value: object, wanted: str) -> ConfigurationError:
    """The error for a wrong argument."""
    said = "is not shown, and cannot be" if name in SECRETS else f"is {shown(value)}"
    return ConfigurationError(f"{name} {said}; give {wanted}")


def what_is_wrong_with_text(value: object) -> str | None:
    """What to give instead; None if the value is a text that can be encoded."""
    if not isinstance(value, str):
        return "a text"
    try:
        value.encode()
    except UnicodeEncodeError:
        return "a text without halves of characters (lone surrogates)"
    return None
