"""Secrets that nothing shows: no `repr`, no message, and no report of an error with local variables.

Such a report shows the `repr` of every variable. So a secret is wrapped where it enters, and unwrapped only in the
expression that sends it: no variable of ours ever holds its text.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

# It replaces a secret.
REDACTED = "[redacted]"

# A shorter text may be an ordinary word.
SHORTEST = 8
# So many characters of a longer secret give it away.
SHORTEST_BEGINNING = 16

# Characters that no way of quoting changes.
_PLAIN = re.compile("[A-Za-z0-9_.-]*")


class Secret:
    """A text that is not shown. It equals another object of its class with the same text.

    A pickle holds it in the clear, there is no other way: protect the pickle like the secret.
    """

    __slots__ = ("_text",)

    def __init__(self, text: object) -> None:
        self._text: Any = text._text if isinstance(text, Secret) else text

    def reveal(self) -> Any:
        """The text; if the secret was made of another value, that value."""
        return self._text

    def encode(self, encoding: str = "utf-8") -> "ConcealedBytes":
        """Its bytes. They are not shown either."""
        return ConcealedBytes(self._text.encode(encoding))

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return REDACTED

    def __format__(self, how: str) -> str:
        return format(REDACTED, how)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self._text,)


class ConcealedBytes(bytes):
    """Bytes of a header or a body that may hold a secret. They are not shown, but slices of them are."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} bytes, not shown>"

    __str__ = __repr__

    def __format__(self, how: str) -> str:
        return format(repr(self), how)


def revealed(value: object) -> Any:
    """The JSON value of a secret: its text. TypeError for any other object."""
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError(f"JSON has nothing for {type(value).__name__}")


def _without_beginning(secret: str, text: str) -> str:
    """The text without the beginning of a secret: servers cut long texts, and so do we."""
    head, end = secret[:SHORTEST_BEGINNING], 0
    pieces: list[str] = []
    while (start := text.find(head, end)) >= 0:
        pieces += [text[end:start], REDACTED]
        end = start
        for sign in secret:
            if text[end : end + 1] != sign:
                break
            end += 1
    return "".join([*pieces, text[end:]])


class Redaction:
    """Takes the secrets of one request out of the text of its answer. Servers repeat what they were sent.

    A copy in another process knows no secret.

    Args:
        secrets: Secrets in the request.
        headers: Its headers. Only those that are `Secret` count.
    """

    __slots__ = ("_headers", "_secrets")

    def __init__(self, secrets: Iterable[Secret] = (), *headers: "Mapping[str, str | Secret]") -> None:
        self._secrets = tuple(secrets)
        self._headers = headers

    def of(self, text: str) -> str:
        """The text without the secrets, however they are quoted in it."""
        # Fast path for ids, since every answer has one: such a text cannot hold a secret in quoted form.
        if _PLAIN.fullmatch(text) and not any(each[:SHORTEST] in text for each in self._texts()):
            return text
        spellings = self._spellings()
        for spelling in spellings:
            text = text.replace(spelling, REDACTED)
        for spelling in spellings:
            if len(spelling) > SHORTEST_BEGINNING:
                text = _without_beginning(spelling, text)
        return text

    def __repr__(self) -> str:
        return "<Redaction>"

    def __reduce__(self) -> tuple[object, ...]:
        return Redaction, ()

    def _spellings(self) -> list[str]:
        """All quoted forms, longest first: one may be part of another."""
        import html
        import json
        from urllib.parse import quote, quote_plus

        texts = self._texts()
        ways = (str, lambda text: quote(text, safe=""), quote_plus, html.escape, lambda text: json.dumps(text)[1:-1])
        return sorted({way(text) for text in texts for way in ways}, key=len, reverse=True)

    def _texts(self) -> list[str]:
        texts = [secret.reveal() for secret in self._secrets]
        for name, value in ((name, value) for headers in self._headers for name, value in headers.items()):
            if isinstance(value, Secret):
                text = value.reveal()
                held = [cookie.partition("=")[2] for cookie in text.split("; ")] if name == "Cookie" else text.split()
                # The first word of the header is its scheme.
                texts += [each for each in (held if name == "Cookie" else held[1:] or held) if len(each) >= SHORTEST]
        return [text for text in texts if text]
