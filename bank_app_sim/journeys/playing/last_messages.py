"""The last messages before a failure: repetitions once, and the reasons of refusals. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from impact_sdk.parsing.visible import visible

from ...timeline.trace import PARTICIPANTS, Message

# So many lines fit on a screen together with the failure.
LINES = 12

# The most exchanges in a round: a bank asks for events, then for transactions, and again.
LONGEST_ROUND = 4

# How many of the last messages are searched for repetitions.
LOOKED_AT = 2_000

LONGEST_REASON = 200


@attrs.frozen
class Round:
    """Some messages, and how often they came in a row.

    Attributes:
        messages: Those of the first time.
        last: The last message of the last time.
    """

    messages: Sequence[Message]
    times: int
    last: Message

    @property
    def lines(self) -> int:
        """How many lines it takes."""
        return len(self.messages) + (self.times > 1)


def last_rounds(messages: Sequence[Message], lines: int = LINES) -> Sequence[Round]:
    """The last messages, in so many lines or a few less."""
    rounds = _rounds(messages[-LOOKED_AT:])
    taken = 0
    while taken < len(rounds) and sum(each.lines for each in rounds[-taken - 1 :]) <= lines:
        taken += 1
    return rounds[len(rounds) - max(1, taken) :]


def counted_in(rounds: Sequence[Round]) -> int:
    """How many messages the rounds have."""
    return sum(len(each.messages) * each.times for each in rounds)


def _rounds(messages: Sequence[Message]) -> list[Round]:
    heard = [_heard(message) for message in messages]
    rounds: list[Round] = []
    place = 0
    while place < len(messages):
        length, times = _repeated(messages, heard, place)
        end = place + length * times
        rounds.append(Round(messages[place : place + length], times, messages[end - 1]))
        place = end
    return rounds


def _repeated(messages: Sequence[Message], heard: Sequence[object], place: int) -> tuple[int, int]:
    """The length of the round that begins here, and how often it comes; 1 and 1 if nothing repeats."""
    if messages[place].kind == "request":
        for length in range(2, 2 * LONGEST_ROUND + 1, 2):
            this, times = heard[place : place + length], 1
            while heard[place + times * length : place + (times + 1) * length] == this:
                times += 1
            if times > 1:
                return length, times
    return 1, 1


def _heard(message: Message) -> tuple[str, str, str, str]:
    return message.sender, message.receiver, message.label, reason_in(message)


def reason_in(message: Message) -> str:
    """Why something has failed or was refused; empty if the message does not say so."""
    body = message.detail.get("body")
    if not isinstance(body, Mapping):
        return ""
    is_refusal = message.detail.get("status", 0) >= 400
    told = [body] if is_refusal else [value for value in body.values() if isinstance(value, Mapping)]
    if message.kind == "response" and not is_refusal:
        return ""  # it repeats the request
    errors = [each for value in told for each in _listed(value.get("errors"))]
    return visible("; ".join(map(_sentence, errors)), longest=LONGEST_REASON) if errors else ""


def _listed(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _sentence(error: object) -> str:
    """`errors` has sentences, or fields with sentences."""
    if not isinstance(error, Mapping):
        return str(error)
    sentences = ", ".join(map(str, _listed(error.get("errors"))))
    field = error.get("field")
    return sentences if field in (None, "base") else f"{field} {sentences}"


def line(message: Message) -> str:
    """One message: when, from whom, to whom, what, and why."""
    arrow = "┄┄▷" if message.kind in ("return", "response") else "──▶"
    reason = reason_in(message)
    return (
        f"{message.at:%a %d %b %Y %H:%M:%S}  {PARTICIPANTS[message.sender]} {arrow} {PARTICIPANTS[message.receiver]}  "
        f"{visible(message.label)}{f' ({reason})' if reason else ''}"
    )


def again(round_: Round) -> str:
    """The line that says how often a round came again."""
    times = "once" if round_.times == 2 else f"{round_.times - 1:,} times"
    return f"… and the same again, {times}, until {round_.last.at:%a %d %b %Y %H:%M:%S}"
