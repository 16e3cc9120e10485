"""Messages that a fault is about, and what a fault says of them."""

import re

from ...simulation import EVERY_CRASH_POINT, exchanges
from ..text.mistakes import nearest_word
from .amounts import TIMES
from .kinds import Text, choice, whole_numbers

# Any message.
ANYTHING = "anything"
# All messages from now on.
ALL = "all"

# The words of scripts, and what traces call them.
PARTICIPANTS = {"app": "bank_app", "SDK": "sdk", "DES": "des", "backend": "bank_backend"}


def _message(text: str) -> str:
    if text.strip() == ANYTHING:
        return ANYTHING
    if nearest_word(text, [ANYTHING]):
        raise ValueError(f"unknown message {text!r}; did you mean {ANYTHING!r}?")
    return exchanges.message(text)


def any_message(text: str | None) -> str | None:
    """The message as a fault has it: None for any."""
    return None if text == ANYTHING else text


def _how_many(text: str) -> int | None:
    return None if text.strip() == ALL else TIMES.parse(text)


def _status(text: str) -> int:
    if not re.fullmatch(r"[45]\d\d", text):
        raise ValueError(f"{text!r} is not the status of an error; write one from 400 to 599, such as 503")
    return int(text)


MESSAGE = Text(
    "a message by method and path, or as the diagrams call it",
    _message,
    ("POST /accounts", "Create Dream", "anything"),
    pattern=exchanges.PATTERN + "|anything",
)
STATUS = Text("a status", _status, ("503", "429"), pattern=r"[45]\d\d", numbers=whole_numbers(400, 599))
HOW_MANY = Text("a number of messages", _how_many, ("3", ALL), pattern=rf"\d{{1,4}}|{ALL}", numbers=TIMES.numbers)
CRASH_POINT = choice("point of the backend's work", *EVERY_CRASH_POINT)
