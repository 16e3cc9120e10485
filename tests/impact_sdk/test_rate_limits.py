import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact_sdk import RateLimit
from impact_sdk.parsing.rate_limits import rate_limit

NOW = datetime(2027, 1, 4, 8, tzinfo=UTC)
SOON = int(NOW.timestamp()) + 90
NAMES = [
    "ratelimit",
    "ratelimit-policy",
    "ratelimit-limit",
    "ratelimit-reset",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        # The draft as it is: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/10/
        ({"ratelimit": '"default";r=50;t=30'}, RateLimit(remaining=50, reset_seconds=30)),
        ({"ratelimit": "default;r=50"}, RateLimit(remaining=50)),
        (
            {"ratelimit-policy": '"burst";q=100;w=60,"daily";q=1000;w=86400', "ratelimit": '"daily";r=1;t=30'},
            RateLimit(limit=1000, remaining=1, reset_seconds=30),
        ),
        (
            {"ratelimit-policy": '"a";q=9;w=1;pk=:dHdv:, "b, c";q=8', "ratelimit": '"a";r=7;t=3, "b, c";r=2;t=9'},
            RateLimit(limit=8, remaining=2, reset_seconds=9),
        ),
        # As it was in draft 07, and up to 06.
        ({"ratelimit": "limit=100, remaining=5, reset=7"}, RateLimit(limit=100, remaining=5, reset_seconds=7)),
        (
            {"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "5", "ratelimit-reset": "7"},
            RateLimit(limit=100, remaining=5, reset_seconds=7),
        ),
        # As everybody had it before, in seconds or as a moment.
        (
            {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "60"},
            RateLimit(limit=100, remaining=0, reset_seconds=60),
        ),
        ({"x-ratelimit-reset": str(SOON)}, RateLimit(reset_seconds=90)),
        ({"x-ratelimit-reset": str(SOON - 100)}, RateLimit(reset_seconds=0)),
        # A date, by RFC 3339 or as HTTP has it.
        ({"x-ratelimit-reset": "2027-01-04T08:01:30Z"}, RateLimit(reset_seconds=90)),
        ({"ratelimit-reset": "2027-01-04T09:01:30+01:00"}, RateLimit(reset_seconds=90)),
        ({"x-ratelimit-reset": " Mon, 04 Jan 2027 08:01:30 GMT "}, RateLimit(reset_seconds=90)),
        ({"x-ratelimit-reset": "Mon, 04 Jan 2027 07:00:00 GMT"}, RateLimit(reset_seconds=0)),
        # Nothing that can be read.
        ({"x-ratelimit-reset": "2027-01-04"}, None),
        ({"ratelimit": "soon", "x-ratelimit-limit": "many"}, None),
        ({"x-ratelimit-limit": "1.5"}, None),
    ],
)
def test_a_rate_limit_is_read_in_each_of_its_forms(headers: dict[str, str], expected: RateLimit | None) -> None:
    assert rate_limit(headers, NOW) == expected


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("piece", [" ;", " ", "a;", 'a;"', '"', ", ", "a\t", "limit ", "limit=", ";r=", 'a;b="c"', "9"])
def test_no_header_takes_long_to_read(name: str, piece: str) -> None:
    """A server's answer would else hold up everybody: these have as many signs as a header can."""
    for end in ("", '"', ","):
        headers = {"ratelimit": '"a";r=1', name: f"a{piece * (60_000 // len(piece))}{end}"}
        began = time.process_time()

        rate_limit(headers, NOW)

        assert time.process_time() - began < 1


@pytest.mark.thorough
@given(st.dictionaries(st.sampled_from(NAMES), st.text() | st.from_regex(r'("[a-z]*"|limit|r);?=?\d*[;,=]r=\d*')))
def test_no_header_breaks_the_reader(headers: dict[str, str]) -> None:
    found = rate_limit(headers, NOW)

    assert found is None or isinstance(found, RateLimit)
