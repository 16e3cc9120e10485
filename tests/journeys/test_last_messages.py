"""What was said last: what repeats once, why something was refused, and never more lines than fit."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.journeys.playing.last_messages import again, counted_in, last_rounds, line, reason_in
from bank_app_sim.timeline.trace import Message

START = datetime(2027, 1, 4, 8, tzinfo=UTC)


def exchange(n: int, label: str, *, day: int = 0, asked: Any = None, answered: Any = None, status: int = 200) -> Any:
    at = START + timedelta(days=day)
    question = Message(
        n=n, at=at, sender="bank_backend", receiver="des", label=label, kind="request", detail={"body": asked}
    )
    answer = Message(
        n=n + 1,
        at=at,
        sender="des",
        receiver="bank_backend",
        label=f"{status}",
        kind="response",
        detail={"body": answered, "status": status},
    )
    return [question, answer]


def exchanges(labels: str) -> list[Message]:
    return [each for n, label in enumerate(labels) for each in exchange(2 * n + 1, label, day=n)]


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ("AAAA", [("A", 4)]),
        ("ABABAB", [("AB", 3)]),
        ("XABCABCABCY", [("X", 1), ("ABC", 3), ("Y", 1)]),
        ("ABCD", [("A", 1), ("B", 1), ("C", 1), ("D", 1)]),
        ("AABB", [("A", 2), ("B", 2)]),
    ],
)
def test_what_repeats_is_told_once(labels: str, told: list[tuple[str, int]]) -> None:
    rounds = last_rounds(exchanges(labels), lines=100)

    shown: list[tuple[str, int]] = []
    for each in rounds:
        label = "".join(message.label for message in each.messages if message.kind == "request")
        if label:
            shown.append((label, each.times))
    assert shown == told


@given(st.text("ABC", min_size=1, max_size=60), st.integers(12, 40))
def test_no_message_is_lost_and_they_fit(labels: str, lines: int) -> None:
    messages = exchanges(labels)

    rounds = last_rounds(messages, lines)

    assert sum(each.lines for each in rounds) <= lines
    told = counted_in(rounds)
    assert 0 < told <= len(messages)
    assert rounds[0].messages[0] is messages[len(messages) - told]
    assert rounds[-1].last is messages[-1]


def test_a_repeat_says_how_often_and_until_when() -> None:
    (polls,) = last_rounds(exchanges("ABABABAB"))

    assert again(polls) == "… and the same again, 3 times, until Mon 11 Jan 2027 08:00:00"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (exchange(1, "PATCH", asked={"transaction": {"errors": ["insufficient funds"]}})[0], "insufficient funds"),
        (exchange(1, "PATCH", answered={"transaction": {"errors": ["insufficient funds"]}})[1], ""),
        (
            exchange(1, "PUT", status=400, answered={"errors": [{"field": "name", "errors": ["is missing", "x"]}]})[1],
            "name is missing, x",
        ),
        (exchange(1, "PUT", status=409, answered={"errors": [{"field": "base", "errors": ["taken"]}]})[1], "taken"),
        (exchange(1, "PUT", status=500, answered={"errors": "no list"})[1], ""),
        (exchange(1, "PUT", asked={"transaction": {"errors": []}})[0], ""),
        (exchange(1, "PUT", asked={"a": {"errors": ["\x1b[2J" + "x" * 500]}})[0], "\\x1b[2J" + "x" * 195 + "…"),
    ],
)
def test_the_reason_is_said(message: Message, reason: str) -> None:
    assert reason_in(message) == reason
    assert line(message).endswith(f" ({reason})") == bool(reason)
