"""Secrets, held so that nothing shows them: no `repr`, no message, and no report of errors that has local variables.

What a frame holds is written into such a report, as its `repr`. So a secret is wrapped where it enters, and unwrapped
in the very expression that sends it: no variable of ours ever has its text.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

# Stands where a secret was.
REDACTED = "[redacted]"

# What is shorter may be a word.
SHORTEST = 8
# Of a secret that is longer, this gives it away.
SHORTEST_BEGINNING = 16

# What every way of writing leaves as it is.
_PLAIN = re.compile("[A-Za-z0-9_.-]*")


class Secret:
    """A text that is not shown. It is equal to another one of its class that holds the same.

    Pickled it is in the clear, as there is no other way: keep what you pickle as you keep the secret.
    """

    __slots__ = ("_text",)

    def __init__(self, text: object) -> None:
        self._text: Any = text._text if isinstance(text, Secret) else text

    def reveal(self) -> Any:
        """The text; whatever else it was made of, where that was no text."""
        return self._text

    def encode(self, encoding: str = "utf-8") -> "ConcealedBytes":
        """Its bytes, which are not shown either."""
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
    """Bytes that may hold a secret: of a header, or of a body. They are not shown; what is cut from them is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} bytes, not shown>"

    __str__ = __repr__

    def __format__(self, how: str) -> str:
        return format(repr(self), how)


def revealed(value: object) -> Any:
    """What JSON writes for a value that it does not know: a secret's text. TypeError for any other."""
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError(f"JSON has nothing for {type(value).__name__}")


def _without_beginning(secret: str, text: str) -> str:
    """Also where only its beginning stands there: long texts are cut, by servers and by us."""
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
    """What takes the secrets of one request out of what its answer says: servers repeat what they were sent.

    Copied to another process it knows no secret.

    Args:
        secrets: What the request held.
        headers: Its headers, or some of them: those that are secrets are meant.
    """

    __slots__ = ("_headers", "_secrets")

    def __init__(self, secrets: Iterable[Secret] = (), *headers: "Mapping[str, str | Secret]") -> None:
        self._secrets = tuple(secrets)
        self._headers = headers

    def of(self, text: str) -> str:
        """The text without them, in each of the ways in which they may be written in it."""
        # An id, of which there is one in every answer: in such a text a secret stands as it is, or not at all.
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
        """Longest first, as one may be a part of another."""
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
                # What stands before it is its scheme.
                texts += [each for each in (held if name == "Cookie" else held[1:] or held) if len(each) >= SHORTEST]
        return [text for text in texts if text]
