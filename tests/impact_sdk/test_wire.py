from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact_sdk import (
    Account,
    Dream,
    EventBatch,
    LaunchState,
    Reference,
    Savehack,
    SavehackLaunch,
    Transaction,
    TransactionState,
    User,
    wire,
)

from .answers import DREAM, LAUNCH, TRANSACTION


def test_null_and_absent_are_the_same() -> None:
    assert wire.read(Dream, DREAM) == wire.read(Dream, {**DREAM, "account": None, "expiresAt": None})


def test_a_member_that_nobody_knows_is_passed_over() -> None:
    assert wire.read(Dream, DREAM) == wire.read(Dream, {**DREAM, "colour": "green"})


@pytest.mark.parametrize(
    ("kind", "answer", "problem"),
    [
        (Dream, {**DREAM, "targetCents": "250000"}, r"expected a whole number, not a text @ \$.targetCents"),
        (Dream, {**DREAM, "targetCents": 1.5}, r"expected a whole number, not a number @ \$.targetCents"),
        (Dream, {**DREAM, "targetCents": 2.0**53}, r"expected a whole number, not a number @ \$.targetCents"),
        (Dream, {**DREAM, "targetCents": True}, r"expected a whole number, not true or false @ \$.targetCents"),
        (Dream, {**DREAM, "name": 5}, r"expected a text, not a whole number @ \$.name"),
        (Dream, {**DREAM, "user": "u1"}, r"expected an object, not a text @ \$.user"),
        (Dream, {**DREAM, "user": {"id": "u1"}}, r"type is missing @ \$.user"),
        (Dream, {**DREAM, "expiresAt": "next year"}, r"next year.* @ \$.expiresAt"),
        (Dream, [], r"expected an object, not a list @ \$"),
        (Transaction, {**TRANSACTION, "requestedAt": "2027-01-04T08:00:00"}, r"has no UTC offset @ \$.requestedAt"),
        (Transaction, {**TRANSACTION, "state": None}, r"expected a text, not null @ \$.state"),
        (Account, {"id": "a1", "type": "SharedSavings"}, r"user is missing @ \$.user"),
        (Transaction, {**TRANSACTION, "errors": "no"}, r"expected a list, not a text @ \$.errors"),
        (Transaction, {**TRANSACTION, "errors": {"a": 1}}, r"expected a list, not an object @ \$.errors"),
        (Transaction, {**TRANSACTION, "errors": ["no", 5]}, r"expected a text, not a whole number @ \$.errors\[1\]"),
        (Savehack, {"id": "s1", "type": "x", "translatedName": []}, r"an object, not a list @ \$.translatedName"),
        (EventBatch, {"batch_id": 5}, r"expected a text, not a whole number @ \$.batch_id"),
        (EventBatch, {}, r"batch_id is missing @ \$.batch_id"),
    ],
)
def test_an_answer_that_breaks_the_promise_is_refused_with_its_path(kind: type, answer: Any, problem: str) -> None:
    with pytest.raises(wire.Unreadable, match=problem):
        wire.read(kind, answer)


def test_all_problems_are_named_at_once() -> None:
    with pytest.raises(wire.Unreadable) as caught:
        wire.read(Dream, {**DREAM, "name": 5, "targetCents": "x"})

    assert len(caught.value.problems) == 2


def test_a_whole_number_may_be_written_with_a_point() -> None:
    """1000.0 is an integer in JSON Schema too."""
    cents = wire.read(Dream, {**DREAM, "targetCents": 1000.0}).target_cents

    assert (cents, type(cents)) == (1000, int)


def test_a_dreams_day_is_read_as_a_day_and_as_a_moment() -> None:
    """Older answers have the one, newer ones the other."""
    day = wire.read(Dream, {**DREAM, "expiresAt": "2027-06-01"}).expires_at
    moment = wire.read(Dream, {**DREAM, "expiresAt": "2027-06-01T02:00:00+02:00"}).expires_at

    assert day == date(2027, 6, 1)
    assert moment == datetime(2027, 6, 1, tzinfo=UTC)


def test_a_state_that_nobody_knows_is_kept() -> None:
    state = wire.read(Transaction, {**TRANSACTION, "state": "reversed"}).state

    assert state == "reversed"
    assert not state.is_known
    assert not TransactionState("SETTLED").is_known  # the name of a member is not its text
    assert TransactionState.SETTLED.is_known


def test_a_transactions_dream_may_be_three_members_or_the_whole_dream() -> None:
    short = wire.read(Transaction, {**TRANSACTION, "toDream": {"id": "d1", "type": "Dream", "name": "Bike"}})
    whole = wire.read(Transaction, {**TRANSACTION, "toDream": DREAM})

    assert short == whole


@pytest.mark.parametrize(
    ("timestamps", "state"),
    [
        ({}, LaunchState.ACTIVE),
        ({"pausedAt": "2027-01-04T08:00:00Z"}, LaunchState.PAUSED),
        ({"stoppedAt": "2027-01-04T08:00:00Z"}, LaunchState.STOPPED),
        ({"draftedAt": "2027-01-04T08:00:00Z"}, LaunchState.DRAFT),
        ({"draftedAt": "2027-01-04T08:00:00Z", "pausedAt": "2027-01-04T08:00:00Z"}, LaunchState.DRAFT),
        ({"draftedAt": "2027-01-04T08:00:00Z", "stoppedAt": "2027-01-04T08:00:00Z"}, LaunchState.STOPPED),
        ({"pausedAt": "2027-01-04T08:00:00Z", "stoppedAt": "2027-01-04T08:00:00Z"}, LaunchState.STOPPED),
    ],
)
def test_a_launchs_state_follows_from_its_timestamps(timestamps: dict[str, str], state: LaunchState) -> None:
    assert wire.read(SavehackLaunch, {**LAUNCH, **timestamps}).state is state


@given(
    st.builds(
        User,
        id=st.text(),
        external_id=st.none() | st.text(),
        given_name=st.none() | st.text(),
        provisioning_initiated_at=st.none() | st.datetimes(timezones=st.just(UTC)),
        unread_messages_count=st.none() | st.integers(-(2**63), 2**63 - 1),
    )
)
def test_what_is_written_is_read_back(user: User) -> None:
    written = wire.fields(attrs.asdict(user))

    assert wire.read(User, wire.loads(wire.dumps(written))) == user


@pytest.mark.thorough
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_json_value_breaks_the_reader(value: Any) -> None:
    for kind in (Dream, Transaction, SavehackLaunch, Reference):
        with pytest.raises(wire.Unreadable):
            wire.read(kind, value)


def test_names_and_values_are_written_as_the_wire_has_them() -> None:
    values = {
        "target_cents": 5,
        "expires_at": date(2027, 6, 1),
        "settled_at": datetime(2027, 6, 1, 2, tzinfo=timezone(timedelta(hours=2))),
        "state": TransactionState.SETTLED,
        "errors": ("a", "b"),
    }

    assert wire.body("savehack_launch", values) == {
        "savehackLaunch": {
            "targetCents": 5,
            "expiresAt": "2027-06-01",
            "settledAt": "2027-06-01T00:00:00Z",
            "state": "settled",
            "errors": ["a", "b"],
        }
    }
