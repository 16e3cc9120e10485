"""One reader of bodies for every server: each refusal names the field and says what to send."""

from typing import Any

import pytest

from bank_app_sim.server.http.answers import Refused
from bank_app_sim.server.http.fields import Fields
from bank_app_sim.server.http.readers import TEXT, YES_OR_NO, integer, list_of, nullable, one_of, seconds


def refused(fields: Fields) -> dict[str, list[str]]:
    with pytest.raises(Refused) as caught:
        fields.check()
    return {error["field"]: error["errors"] for error in caught.value.answer.body["errors"]}


@pytest.mark.parametrize(
    ("read", "value", "sentence"),
    [
        (YES_OR_NO, 1, "must be true or false"),
        (list_of(TEXT), "ada", "must be a list"),
        (list_of(TEXT), ["ada", ""], "element 1 can't be blank"),
        (nullable(TEXT), 5, "must be text"),
        (one_of("late", "lost"), "Late", "must be late or lost; did you mean late?"),
        (one_of("late", "lost"), ["late"], "must be late or lost"),
        (seconds(), -1, "must be a number of seconds from 0 to 3155760000"),
        (integer(least=0), True, "must be an integer"),
        (TEXT, "a\0b", "can't contain the character NUL"),
    ],
)
def test_a_wrong_value_is_refused_with_what_to_send(read: Any, value: object, sentence: str) -> None:
    fields = Fields({"x": value})

    fields.required("x", read)

    assert refused(fields) == {"x": [sentence]}


def test_all_that_is_wrong_is_told_at_once() -> None:
    fields = Fields({"name": 5, "nmae": "Bike"})

    fields.required("name", TEXT)
    fields.required("cents", integer(least=1))
    fields.optional("day", TEXT)

    assert refused(fields) == {
        "name": ["must be text"],
        "cents": ["is missing"],
        "nmae": ["is not known here; did you mean name?"],
    }


def test_a_field_that_is_not_there_is_what_it_is_at_present_and_null_is_none() -> None:
    fields = Fields({"thing": {"name": None}}, "thing")

    assert fields.optional("name", TEXT, "Bike") is None
    assert fields.optional("colour", TEXT, "red") == "red"
    assert fields.required("type", TEXT, "Dream") == "Dream"
    fields.check()
