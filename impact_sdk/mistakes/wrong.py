"""How a caller is told of a mistake: which argument, what it was, and what to give."""

from .errors import ConfigurationError
from .shown import shown

# Never shown, whatever is wrong with them.
SECRETS = frozenset({"auth", "client_secret", "id_token", "secret"})


def wrong(name: str, value: object, wanted: str) -> ConfigurationError:
    """The error for an argument that cannot be."""
    said = "is not shown, and cannot be" if name in SECRETS else f"is {shown(value)}"
    return ConfigurationError(f"{name} {said}; give {wanted}")


def what_is_wrong_with_text(value: object) -> str | None:
    """What to give instead; None for a text that can be written."""
    if not isinstance(value, str):
        return "a text"
    try:
        value.encode()
    except UnicodeEncodeError:
        return "a text without halves of characters (lone surrogates)"
    return None
