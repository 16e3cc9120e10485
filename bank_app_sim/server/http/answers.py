"""Answers and refusals. A refusal is short, however much is wrong."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

# Nobody reads more of them, and a request of a megabyte can have a hundred thousand wrong fields.
MOST_ERRORS = 100
LONGEST_SHOWN = 1_000


@attrs.frozen
class Text:
    """A body with a media type of its own, such as a page. People read it: it stays out of the trace."""

    content: bytes = attrs.field(repr=False)
    media_type: str


@attrs.frozen
class Answer:
    """The answer to a request: a status, a body (a value for JSON, a `Text`, or None for no body), and headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = attrs.field(factory=dict, kw_only=True)


class Refused(Exception):
    """The request gets this error instead of the work that it asked for.

    Args:
        status: The HTTP status.
        errors: What is wrong with each field, as the API documents it: `{field: [sentence, …]}`. Of very many the
            answer has the first ones, and says that there are more.
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
    """The text; one that is longer than anybody reads is cut visibly."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}… ({len(text)} characters)"
