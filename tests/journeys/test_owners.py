"""What the bank and DES say by themselves belongs to the user of whom it speaks, where that is one."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bank_app_sim.journeys.playing.owners import with_owners
from bank_app_sim.timeline.trace import Message


def exchange(asked: Any, answered: Any, *, user: str = "", request_id: str = "r") -> list[Message]:
    at = datetime(2027, 1, 4, 8, tzinfo=UTC)
    return [
        Message(
            n=n,
            at=at,
            sender=sender,
            receiver=receiver,
            label="x",
            kind="request",
            user=user,
            detail={"request_id": request_id, "body": body},
        )
        for n, (sender, receiver, body) in enumerate(
            [("bank_backend", "des", asked), ("des", "bank_backend", answered)], 1
        )
    ]


def user(name: str) -> dict[str, Any]:
    return {"type": "User", "id": "5487ce1e", "externalId": name}


@pytest.mark.parametrize(
    ("asked", "answered", "owner"),
    [
        (None, {"account": {"user": user("ada"), "externalId": "not hers"}}, "ada"),
        (None, {"transactions": [{"user": user("ada")}, {"user": user("ada")}]}, "ada"),
        (None, {"transactions": [{"user": user("ada")}, {"user": user("bo")}]}, ""),
        ({"customer": "bo"}, None, "bo"),
        ({"customer": "bo"}, {"account": {"user": user("ada")}}, ""),
        (None, {"transactions": []}, ""),
        (None, "no object", ""),
    ],
)
def test_both_sides_of_an_exchange_are_the_one_users_of_whom_it_speaks(asked: Any, answered: Any, owner: str) -> None:
    assert [message.user for message in with_owners(exchange(asked, answered))] == [owner, owner]


def test_what_a_phone_has_sent_is_its_users_whatever_it_speaks_of() -> None:
    messages = exchange({"customer": "bo"}, None, user="ada")

    assert [message.user for message in with_owners(messages)] == ["ada", "ada"]


def test_what_has_no_counterpart_is_nobodys() -> None:
    assert [message.user for message in with_owners(exchange({"customer": "bo"}, None, request_id=""))] == ["", ""]


def test_a_body_of_any_depth_is_read_as_far_as_it_makes_sense() -> None:
    deep: Any = user("ada")
    for _ in range(100_000):
        deep = [deep]

    assert [message.user for message in with_owners(exchange(deep, None))] == ["", ""]
