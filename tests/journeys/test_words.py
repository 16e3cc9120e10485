"""Every word of a script says what it means: whoever adds one without a sentence is told here."""

from datetime import UTC, datetime

import pytest

from bank_app_sim.journeys.expectations.observables import OBSERVABLES
from bank_app_sim.journeys.given import GIVEN
from bank_app_sim.journeys.journey import STEPS, Journey
from bank_app_sim.journeys.scripts.language import FLOW, MODIFIERS, PARTS, VERBS
from bank_app_sim.journeys.text.mistakes import NOWHERE, Gathering
from bank_app_sim.journeys.text.nodes import Mapped, Plain, node_of
from bank_app_sim.journeys.vocabulary.kinds import Kind
from bank_app_sim.journeys.vocabulary.moments import MOMENT
from bank_app_sim.journeys.vocabulary.savehacks import TERMS
from bank_app_sim.journeys.vocabulary.word_reader import read_arguments
from bank_app_sim.journeys.vocabulary.words import Words

ALL = [*STEPS.values(), GIVEN]


@pytest.mark.parametrize("words", ALL, ids=lambda words: words.name)
def test_every_step_and_every_field_says_what_it_is(words: Words) -> None:
    assert words.doc.endswith(".")
    for field in words.arguments:
        assert field.doc.endswith("."), f"{words.name}: {field.name}"
        assert isinstance(field.kind, Kind)
        assert field.name not in MODIFIERS or field.name in ("by", "times")


@pytest.mark.parametrize("words", ALL, ids=lambda words: words.name)
def test_a_plain_value_stands_for_fields_that_are_there(words: Words) -> None:
    assert set(words.plain) <= set(words.by_name)


def test_no_two_words_can_be_taken_for_each_other() -> None:
    assert len({*VERBS, *MODIFIERS, *PARTS}) == len(VERBS) + len(MODIFIERS) + len(PARTS)
    assert len({name.lower() for name in VERBS}) == len(VERBS)


def test_every_step_is_a_method_for_those_who_write_python() -> None:
    for words in STEPS.values():
        assert getattr(Journey, words.function.__name__) is words.function


def test_what_can_be_expected_says_what_it_is() -> None:
    for observable in OBSERVABLES.values():
        assert observable.doc.endswith("."), observable.name
    assert not {"of", "within"} & set(OBSERVABLES)


def test_what_stands_beside_steps_and_between_them_says_what_it_is() -> None:
    assert all(doc.endswith(".") for doc in (*PARTS.values(), *MODIFIERS.values(), *FLOW.values()))


@pytest.mark.parametrize("savehack", TERMS)
def test_every_savehack_can_be_launched_by_its_name_alone(savehack: str) -> None:
    mistakes = Gathering()

    arguments = read_arguments(STEPS["launch a savehack"], Plain(savehack), NOWHERE, mistakes)

    assert (arguments, mistakes.found) == ({"savehack": savehack}, [])


@pytest.mark.parametrize(
    ("said", "is_fine"),
    [
        ({"savehack": "thief", "min amount": "500.00"}, True),  # the most gives way
        ({"savehack": "thief", "max amount": "2.00"}, True),  # the least gives way
        ({"savehack": "rocket", "amount": "500.00"}, True),
        ({"savehack": "rocket", "amount": "500.00", "max amount": "499.99"}, False),
        ({"savehack": "copycat", "max amount": "0.01"}, True),
        ({"savehack": "daily", "weekday": "monday"}, False),
    ],
)
def test_terms_that_cannot_be_are_refused_before_anything_is_played(said: dict[str, str], is_fine: bool) -> None:
    mistakes = Gathering()
    node = node_of(said)
    assert isinstance(node, Mapped)

    read_arguments(STEPS["launch a savehack"], node, NOWHERE, mistakes)

    assert (not mistakes.found) == is_fine


@pytest.mark.parametrize(
    "text",
    ["2027-01-04 08:00", "2027-01-04T08:00", "2027-01-04 08:00:00", "2027-01-04T08:00:00Z", "2027-01-04 09:00+01:00"],
)
def test_a_person_may_leave_out_of_a_moment_what_is_nought(text: str) -> None:
    assert MOMENT.parse(text) == datetime(2027, 1, 4, 8, tzinfo=UTC)
    assert MOMENT.parse("2027-01-04") == datetime(2027, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2027-W01-1", "20270104", "2027-01-04 08", "2027-01-04 08:00,5", "2027-01-04 08:00+01", "2027-01-04 25:00"]
)
def test_what_is_no_moment_in_a_script_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match="is not a moment; write it in UTC"):
        MOMENT.parse(text)
