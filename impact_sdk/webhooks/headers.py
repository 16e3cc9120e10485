"""Reads the headers of a webhook, in the form of any web framework. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..errors import ConfigurationError, InvalidSignature
from ..mistakes.shown import shown

NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")

# Most frameworks give a mapping of texts, ASGI pairs of bytes, WSGI an environment with HTTP_WEBHOOK_ID.
Headers = (
    Mapping[str, Any]
    | Mapping[bytes, bytes]
    | Iterable[tuple[str, str]]
    | Iterable[tuple[bytes, bytes]]
    | Iterable[Sequence[bytes]]
)

FORMS = "all of the request's: a mapping of names to values, or pairs of a name and a value, as texts or as bytes"
OF_WSGI = "http_"


def signed(headers: Headers) -> tuple[str, str, str]:
    """Id, timestamp and signature.

    Raises:
        ConfigurationError: `headers` are not headers, or one of the three is neither text nor bytes.
        InvalidSignature: One of the three is missing or empty.
    """
    present: dict[str, Any] = {}
    for each, value in _pairs(headers):
        name = (_text(each) or "").lower()
        if name.startswith(OF_WSGI):
            present.setdefault(name.removeprefix(OF_WSGI).replace("_", "-"), value)
        else:
            present[name] = value
    webhook_id, timestamp, signature = (_value(name, present.get(name)) for name in NAMES)
    absent = [name for name in NAMES if not present.get(name)]
    if absent:
        raise InvalidSignature(f"the webhook has no {', '.join(absent)}; is it from DES?")
    return webhook_id, timestamp, signature


def _pairs(headers: object) -> list[tuple[object, object]]:
    of_mapping = getattr(headers, "items", None)
    try:
        if isinstance(headers, (str, bytes)):
            raise TypeError("a text has no names")
        pairs: Any = of_mapping() if callable(of_mapping) else headers
        return [(name, value) for name, value in pairs]
    except (TypeError, ValueError) as error:  # not shown: they may hold a password
        raise ConfigurationError(f"headers is {type(headers).__name__}; give {FORMS}") from error


def _value(name: str, value: object) -> str:
    text = "" if value is None else _text(value)
    if text is None:
        raise ConfigurationError(f"headers has {name} as {shown(value)}; give one text for it, or bytes")
    return text


def _text(value: object) -> str | None:
    # As in ASGI and WSGI: each byte is one character.
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else None
