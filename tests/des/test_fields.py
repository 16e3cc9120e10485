"""Any JSON at all is read or refused in the documented form; nothing else happens."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.des.engine import LARGEST_CENTS
from bank_app_sim.des.readers import cents, day_or_stamp, stamp
from bank_app_sim.server.http.answers import MOST_ERRORS, Refused
from bank_app_sim.server.http.fields import Fields
from bank_app_sim.server.http.readers import TEXT
from bank_app_sim.timeline.clock import moment, timestamp

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
moments_in_any_offset = st.datetimes(timezones=st.timezones())


def refused(fields: Fields) -> bool:
    try:
        fields.check()
    except Refused as error:
        [entry] = error.answer.body["errors"]
        assert entry["field"] == "thing.x"
        assert len(entry["errors"]) == 1
        return True
    return False


@given(json_values)
def test_an_amount_is_an_integer_in_its_bounds_or_refused(value: Any) -> None:
    fields = Fields({"thing": {"x": value}}, "thing")

    amount = fields.required("x", cents(least=1))

    # 1.0 is an integer in JSON.
    is_whole = type(value) is int or (type(value) is float and value.is_integer())
    is_right = is_whole and 1 <= value <= LARGEST_CENTS
    assert refused(fields) != is_right
    assert amount == (value if is_right else 0)


@given(json_values)
def test_a_text_is_a_text_or_refused(value: Any) -> None:
    fields = Fields({"thing": {"x": value}}, "thing")

    text = fields.required("x", TEXT)

    assert refused(fields) or text == value


@given(json_values | st.datetimes().map(str) | st.dates().map(str) | moments_in_any_offset.map(str))
def test_a_moment_is_a_timestamp_or_refused(value: Any) -> None:
    fields = Fields({"thing": {"x": value}}, "thing")

    at = fields.optional("x", stamp)

    assert refused(fields) or at is None or timestamp(moment(at)) == at
    assert at is not None or value is None or refused(fields)


@given(st.datetimes(timezones=st.just(UTC)))
def test_timestamps_are_of_one_width_and_name_the_moment(at: datetime) -> None:
    assert len(timestamp(at)) == len("2026-12-02T10:00:00.000000Z")
    assert moment(timestamp(at)) == at


@given(st.dates())
def test_a_day_stays_a_day(day: date) -> None:
    fields = Fields({"thing": {"x": day.isoformat()}}, "thing")

    assert fields.optional("x", day_or_stamp) == day.isoformat()


@pytest.mark.parametrize(
    "text", ["2027-W22-2", "20270601", "2027-06-01T12:00Z", "2027-06-01T12:00:00,5Z", "2027-06-01T12:00:00+02"]
)
def test_what_iso_8601_writes_and_rfc_3339_does_not_is_refused(text: str) -> None:
    for read in (stamp, day_or_stamp):
        fields = Fields({"thing": {"x": text}}, "thing")
        fields.optional("x", read)

        assert refused(fields)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2027-06-01t12:00:00z", "2027-06-01T12:00:00.000000Z"),
        ("2027-06-30T23:59:60Z", "2027-07-01T00:00:00.000000Z"),
        ("2027-06-01T12:00:00.1234567Z", "2027-06-01T12:00:00.123456Z"),
    ],
)
def test_what_rfc_3339_writes_is_read(text: str, at: str) -> None:
    fields = Fields({"thing": {"x": text}}, "thing")

    assert (fields.optional("x", stamp), fields.optional("x", day_or_stamp)) == (at, at)
    assert not refused(fields)


def test_of_very_many_unknown_fields_the_first_are_told_within_a_moment() -> None:
    fields = Fields({"thing": {f"{n}x": 1 for n in range(50_000)}}, "thing")
    fields.given("x")

    with pytest.raises(Refused) as caught:
        fields.check()

    told = caught.value.answer.body["errors"]
    assert told[0] == {"field": "thing.0x", "errors": ["is not known here; did you mean x?"]}
    assert len(told) == MOST_ERRORS + 1
