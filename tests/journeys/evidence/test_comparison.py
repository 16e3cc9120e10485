"""Where two runs part is found, and nothing else is taken for it."""

import uuid
from collections.abc import Sequence
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.journeys.evidence.comparison import Comparison, compare
from bank_app_sim.journeys.evidence.trace_file import RecordedJourney, RecordedStep
from bank_app_sim.journeys.results import JourneyResult
from bank_app_sim.timeline.trace import Message

from .samples import message, played


def recorded(result: JourneyResult) -> RecordedJourney:
    return journey(result.messages, name=result.name)


def journey(messages: Sequence[Any], **others: Any) -> RecordedJourney:
    about = {"name": "saves", "row": "", "outcome": "passed", "steps": (), **others}
    return RecordedJourney(messages=tuple(map(Message.from_json, messages)), **about)


def saying(*details: Any) -> RecordedJourney:
    """A journey of messages that carry these."""
    return journey([message(n, detail={"body": detail}) for n, detail in enumerate(details, 1)])


def differing(comparison: Comparison) -> list[tuple[str, str | None, str | None]]:
    (parting,) = comparison.partings
    return [(each.field, each.a, each.b) for each in parting.differences]


BODIES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(0, 2)
    | st.sampled_from(["x", str(uuid.UUID(int=1)), str(uuid.UUID(int=2))]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
    max_leaves=6,
)


@given(st.lists(BODIES, max_size=6), st.booleans())
def test_a_run_is_the_same_as_itself(bodies: list[Any], exact: bool) -> None:
    comparison = compare([saying(*bodies)], [saying(*bodies)], exact=exact)

    assert (comparison.is_same, comparison.same) == (True, 1)


@pytest.mark.thorough
@given(st.lists(BODIES, min_size=1, max_size=6), st.data())
def test_the_first_message_that_differs_is_found_and_the_field_in_it(bodies: list[Any], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(bodies) - 1))
    changed = [{"new": "here"} if n >= place else body for n, body in enumerate(bodies)]

    comparison = compare([saying(*bodies)], [saying(*changed)])

    (parting,) = comparison.partings
    assert parting.a is not None
    assert parting.b is not None
    assert (parting.a.n, parting.b.n) == (place + 1, place + 1)
    assert ("detail.body.new", None, "here") in differing(comparison)
    assert [each.n for each in parting.before] == list(range(1, place + 1))[-4:]


@pytest.mark.thorough
@given(st.lists(BODIES, max_size=6), st.lists(BODIES, max_size=6))
def test_both_ways_round_the_same_is_found(some: list[Any], others: list[Any]) -> None:
    there, back = compare([saying(*some)], [saying(*others)]), compare([saying(*others)], [saying(*some)])

    assert there.is_same == back.is_same
    for one, other in zip(there.partings, back.partings, strict=True):
        assert (one.a, one.b) == (other.b, other.a)
        assert {(each.field, each.a, each.b) for each in one.differences} == {
            (each.field, each.b, each.a) for each in other.differences
        }


@given(st.lists(BODIES, max_size=6), st.lists(st.uuids(), min_size=2, max_size=2, unique=True))
def test_ids_that_are_only_others_are_the_same_and_exactly_they_are_not(bodies: list[Any], ids: list[Any]) -> None:
    new = {str(uuid.UUID(int=n)): str(other) for n, other in enumerate(ids, 1)}

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: renamed(inner) for name, inner in value.items()}
        return [renamed(inner) for inner in value] if isinstance(value, list) else new.get(str(value), value)

    others = [renamed(body) for body in bodies]

    assert compare([saying(*bodies)], [saying(*others)]).is_same
    assert compare([saying(*bodies)], [saying(*others)], exact=True).is_same == (bodies == others)


def test_an_id_that_stands_for_another_thing_is_a_difference() -> None:
    one, two, three, four = (str(uuid.UUID(int=n)) for n in range(1, 5))

    comparison = compare([saying([one, two], {"of": one})], [saying([three, four], {"of": four})])

    assert differing(comparison) == [("detail.body.of", f"{one} (id 1)", f"{four} (id 2)")]


def test_two_seeds_of_a_real_world_are_the_same_but_for_their_ids(failing: JourneyResult) -> None:
    other = played(failing.seed + 1)

    assert compare([recorded(failing)], [recorded(other)]).is_same
    exactly = compare([recorded(failing)], [recorded(other)], exact=True)
    assert [field for field, *_ in differing(exactly)] == ["detail.request_id"]


def test_another_name_of_the_dream_is_seen_where_it_first_is(failing: JourneyResult) -> None:
    comparison = compare([recorded(failing)], [recorded(played(dream="Boat"))])

    (parting,) = comparison.partings
    assert parting.a is not None
    assert parting.a.label == "Create Dream"
    assert differing(comparison) == [("detail.body.dream.name", "Bike", "Boat")]


def test_a_run_that_goes_on_is_shown_with_what_the_other_does_not_have() -> None:
    (parting,) = compare([saying(1, 2)], [saying(1)]).partings

    assert parting.a is not None
    assert (parting.a.n, parting.b) == (2, None)


def test_one_and_true_are_not_the_same() -> None:
    assert differing(compare([saying(1)], [saying(True)])) == [("detail.body", "1", "true")]


def test_the_order_of_fields_says_nothing() -> None:
    assert compare([saying({"a": 1, "b": 2})], [saying({"b": 2, "a": 1})]).is_same


def test_a_run_of_which_only_the_latest_were_kept_is_compared_from_there() -> None:
    assert compare([journey([message(1)])], [journey([message(501)])]).is_same


def test_only_the_last_few_of_what_was_the_same_are_shown() -> None:
    (parting,) = compare([saying(*range(9))], [saying(*range(8), "other")]).partings

    assert [each.n for each in parting.before] == [5, 6, 7, 8]


def test_time_is_compared() -> None:
    later = journey([message(1, at="2027-01-04T08:00:00.250000Z")])

    assert [field for field, *_ in differing(compare([journey([message(1)])], [later]))] == ["at"]


def test_where_all_messages_are_the_same_the_steps_are_compared() -> None:
    passed = RecordedStep(number="1", text="expect 1", outcome="passed")
    failed = attrs.evolve(passed, outcome="failed")
    a = journey([message(1)], steps=(passed,))
    b = journey([message(1)], steps=(failed,), outcome="failed")

    comparison = compare([a], [b])

    assert differing(comparison) == [
        ("step 1", "passed: expect 1", "failed: expect 1"),
        ("outcome", "passed", "failed"),
    ]


def test_journeys_are_matched_by_name_row_and_turn() -> None:
    a = [journey([], row="x=1"), journey([]), journey([message(1)]), journey([], name="old")]
    b = [journey([]), journey([message(1)]), journey([message(1)]), journey([], row="x=1")]

    comparison = compare(a, b)

    assert (comparison.same, comparison.partings) == (3, [])
    assert (comparison.only_a, comparison.only_b) == (["old"], ["saves #3"])
