"""What goes back: answers, and refusals, which are short whatever they were told."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

# Whoever has to read them reads no more; and a request of a megabyte can have a hundred thousand wrong fields.
MOST_ERRORS = 100
LONGEST_SHOWN = 1_000


@attrs.frozen
class Text:
    """A body that is ready to be sent, and of a media type of its own. Made for reading: it stays out of the trace."""

    content: bytes = attrs.field(repr=False)
    media_type: str


@attrs.frozen
class Answer:
    """What goes back: a status, a body (a value for JSON, a `Text`, or None for an empty one), and headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = attrs.field(factory=dict, kw_only=True)


class Refused(Exception):
    """A request that gets an error instead of what it asked for.

    Args:
        status: The HTTP status.
        errors: What is wrong with each field, as the API documents it: `{field: [sentence, …]}`. Of very many the first
            are told, and that there are more.
    """

    def __init__(
        self, status: int, errors: Mapping[str, Sequence[str]], *, headers: Mapping[str, str] | None = None
    ) -> None:
        shown = [
            {"field": cut(field), "errors": [cut(text) for text in texts[:MOST_ERRORS]]}
            for field, texts in itertools.islice(errors.items(), MOST_ERRORS)
        ]
        if len(errors) > MOST_ERRORS:
            more = f"more fields are wrong; here are the first {MOST_ERRORS}"
            shown.append({"field": "base", "errors": [more]})
        super().__init__(f"{status}: {shown[:3]}")
        self.answer = Answer(status, {"errors": shown}, headers=headers or {})


def cut(text: str) -> str:
    """A text, with a visible end where it is longer than anybody reads."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}… ({len(text)} characters)"
