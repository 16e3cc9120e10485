"""Moments and days on the wire: what RFC 3339, section 5.6, writes, and nothing else."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact_sdk.parsing import moments

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
JULY = datetime(2027, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2027-06-01T12:00:00Z", NOON),
        ("2027-06-01t12:00:00z", NOON),
        ("2027-06-01T14:00:00+02:00", NOON),
        ("2027-06-01T12:00:00-00:00", NOON),
        ("2027-06-01T12:00:00.5Z", NOON.replace(microsecond=500_000)),
        ("2027-06-01T12:00:00.000000Z", NOON),
        ("2027-06-01T12:00:00.1234567899999Z", NOON.replace(microsecond=123_456)),
        (f"2027-06-01T12:00:00.{'9' * 5_000}Z", NOON.replace(microsecond=999_999)),
        ("2028-02-29T00:00:00Z", datetime(2028, 2, 29, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999999Z", datetime.max.replace(tzinfo=UTC)),
        ("2027-06-30T23:59:60Z", JULY),
        ("2027-06-30T23:59:60.25Z", JULY.replace(microsecond=250_000)),
        ("2027-06-30T15:59:60-08:00", JULY),
        ("2027-07-01T05:29:60+05:30", JULY),
        ("2016-12-31T23:59:60z", datetime(2017, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_of_rfc_3339_is_read(text: str, at: datetime) -> None:
    assert moments.moment(text) == at
    assert moments.moment(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2027", "2027-06", "2027-06-01", "20270601", "2027-W22-2", "2027-W22", "2027-152", "2027152"),
        *("2027-W22-2T12:00:00Z", "2027-152T12:00:00Z", "20270601T120000Z", "20270601T12:00:00Z", "2027-06-01T120000Z"),
        *("2027-06-01T12Z", "2027-06-01T12:00Z", "2027-06-01T12:00:00", "2027-06-01T12:00:00 Z"),
        *("2027-06-01T12:00:00,5Z", "2027-06-01T12:00:00.Z", "2027-06-01T12:00:00.5", "2027-06-01T12:00.5Z"),
        *(
            "2027-06-01T12:00:00+02",
            "2027-06-01T12:00:00+0200",
            "2027-06-01T12:00:00+2:00",
            "2027-06-01T12:00:00+24:00",
        ),
        *(
            "2027-06-01T12:00:00+02:60",
            "2027-06-01T12:00:00+02:00:00",
            "2027-06-01T12:00:00UTC",
            "2027-06-01T12:00:00Z+1",
        ),
        *("2027-06-01 12:00:00Z", "2027-06-01_12:00:00Z", "2027-06-01X12:00:00Z", " 2027-06-01T12:00:00Z"),
        *("2027-06-01T12:00:00Z\n", "2027-06-01T12:00:00Z\0", "2027-06-01T12:00:00\N{MINUS SIGN}02:00"),
        *("2027-06-01T1\N{ARABIC-INDIC DIGIT TWO}:00:00Z", "\N{FULLWIDTH DIGIT TWO}027-06-01T12:00:00Z"),
        *("2027-06-01T24:00:00Z", "2027-06-01T12:60:00Z", "2027-06-01T12:00:61Z", "2027-06-31T12:00:00Z"),
        *("2027-02-29T12:00:00Z", "2027-13-01T12:00:00Z", "2027-00-01T12:00:00Z", "2027-06-00T12:00:00Z"),
        *("0000-01-01T00:00:00Z", "+2027-06-01T12:00:00Z", "-2027-06-01T12:00:00Z", "12027-06-01T12:00:00Z"),
        # Leap seconds where there are none.
        *("2027-06-01T12:00:60Z", "2027-06-30T12:59:60Z", "2027-06-29T23:59:60Z", "2027-06-30T23:59:60+02:00"),
        # An offset leads out of the calendar.
        *("0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "9999-12-31T23:59:60Z"),
    ],
)
def test_what_rfc_3339_does_not_write_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a moment|has no UTC offset"):
        moments.moment(text)


@given(
    st.from_regex(
        r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})\Z"
    )
)
def test_whatever_is_accepted_datetime_reads_alike(text: str) -> None:
    try:
        at = moments.moment(text)
    except ValueError:
        return
    if text[17:19] != "60":
        assert at == datetime.fromisoformat(text.upper())


@given(st.datetimes(timezones=st.timezones()))
def test_every_moment_of_ours_is_read_back(at: datetime) -> None:
    offset = at.utcoffset()
    assert offset is not None
    if offset.seconds % 60 == 0:  # the offsets before railways, to the second, are none of RFC 3339
        try:
            expected = at.astimezone(UTC)
        except OverflowError:
            return
        assert moments.moment(at.isoformat()) == expected


@given(st.text())
def test_any_text_is_a_moment_or_a_value_error(text: str) -> None:
    for read in (moments.moment, moments.day):
        with pytest.raises(ValueError, match=r"is no|has no"):
            read(text)


@given(st.dates())
def test_a_day_is_read_back(day: date) -> None:
    assert moments.day(day.isoformat()) == day


@pytest.mark.parametrize(
    "text",
    [
        *("", "2027-W22-2", "20270601", "2027-152", "2027-6-1", "2027-06-01T12:00:00Z", "2027-06-01Z", "2027-06-01\n"),
        *("2027-02-29", "2027-13-01", "0000-01-01", "2027-06-0\N{ARABIC-INDIC DIGIT ONE}", "01.06.2027"),
    ],
)
def test_what_is_no_full_date_is_no_day(text: Any) -> None:
    with pytest.raises(ValueError, match="is not a day"):
        moments.day(text)
