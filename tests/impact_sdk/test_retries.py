from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact_sdk.http.retries import (
    ATTEMPTS,
    FIRST_WAIT_SECONDS,
    LONGEST_RETRY_AFTER_SECONDS,
    LONGEST_WAIT_SECONDS,
    Outcome,
    wait_before_next,
)
from impact_sdk.parsing import retry_after

NOW = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)


def waits(outcome: Outcome, *, is_repeatable: bool, attempt: int = 1) -> bool:
    return wait_before_next(outcome, attempt=attempt, is_repeatable=is_repeatable, jitter=0.5) is not None


@pytest.mark.parametrize(
    ("outcome", "repeatable", "not_repeatable"),
    [
        (Outcome(was_sent=False), True, True),
        (Outcome(was_sent=True), True, False),
        (Outcome(status=429), True, True),
        (Outcome(status=500), True, False),
        (Outcome(status=502), True, False),
        (Outcome(status=503), True, False),
        (Outcome(status=504), True, False),
        # Codes without a name are as good as 500, also those beyond all classes (RFC 9110, 15).
        *((Outcome(status=status), True, False) for status in (507, 508, 520, 522, 524, 529, 530, 598, 599, 600, 999)),
        (Outcome(status=409), False, False),
        (Outcome(status=409, retry_after=1), True, False),
        (Outcome(status=400), False, False),
        (Outcome(status=401), False, False),
        (Outcome(status=404), False, False),
        (Outcome(status=422), False, False),
        # It was not whole when it came; a proxy may say so of another one.
        (Outcome(status=408), True, False),
        *((Outcome(status=status), False, False) for status in (418, 451, 499, 501, 505, 506, 510, 511)),
    ],
)
def test_what_is_tried_again(outcome: Outcome, repeatable: bool, not_repeatable: bool) -> None:
    assert waits(outcome, is_repeatable=True) is repeatable
    assert waits(outcome, is_repeatable=False) is not_repeatable


def test_the_last_attempt_is_the_last() -> None:
    assert waits(Outcome(status=429), is_repeatable=True, attempt=ATTEMPTS - 1)
    assert not waits(Outcome(status=429), is_repeatable=True, attempt=ATTEMPTS)


@given(attempt=st.integers(1, 1000), jitter=st.floats(0, 1))
def test_waits_grow_and_never_exceed_the_longest(attempt: int, jitter: float) -> None:
    wait = wait_before_next(
        Outcome(status=429), attempt=attempt, attempts=attempt + 1, is_repeatable=False, jitter=jitter
    )

    assert wait is not None
    assert 0.25 <= wait <= LONGEST_WAIT_SECONDS


@given(st.floats(0, LONGEST_RETRY_AFTER_SECONDS, exclude_min=True))
def test_the_server_says_how_long_to_wait(seconds: float) -> None:
    outcome = Outcome(status=429, retry_after=seconds)

    assert wait_before_next(outcome, attempt=1, is_repeatable=False, jitter=1) == seconds


@pytest.mark.parametrize("status", [429, 409, 503])
def test_attempts_do_not_come_at_once_where_the_server_names_no_length(status: int) -> None:
    outcome = Outcome(status=status, retry_after=0)

    assert wait_before_next(outcome, attempt=1, is_repeatable=True, jitter=0) == 0.25
    assert wait_before_next(outcome, attempt=2, is_repeatable=True, jitter=0) == 0.5


def test_a_server_that_asks_for_more_than_a_minute_is_not_waited_for() -> None:
    assert not waits(Outcome(status=429, retry_after=LONGEST_RETRY_AFTER_SECONDS + 1), is_repeatable=True)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2", 2.0),
        (" 0 ", 0.0),
        ("Mon, 04 Jan 2027 08:00:05 GMT", 5.0),
        ("Mon, 04 Jan 2027 08:00:05 -0000", 5.0),
        ("Mon, 04 Jan 2027 07:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("²", None),
        ("1e3", None),
        ("86401", 86_400.0),
        ("9" * 400, 86_400.0),
        ("9" * 100_000, 86_400.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        ("Mon, 04 Jan 99999999999999999999 08:00:00 GMT", None),
        ("Mon, 99999999999999999999 Jan 2027 08:00:00 GMT", None),
        ("Mon, 04 Jan 2027 08:00:00 +9999999999", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 86_400.0),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0.0),
    ],
)
def test_retry_after_is_read_in_both_its_forms(text: str, seconds: float | None) -> None:
    assert retry_after.seconds(text, NOW) == seconds


@given(
    st.text()
    | st.from_regex(r"\A[0-9]*\Z")
    | st.from_regex(r"\A(Mon, )?[0-9]{1,22} (Jan|Feb)[a-z]? -?[0-9]{1,22} [0-9:]{1,12} (GMT|[+-][0-9]{1,12})?\Z")
)
def test_no_retry_after_header_breaks_the_client(text: str) -> None:
    seconds = retry_after.seconds(text, NOW)

    assert seconds is None or 0 <= seconds <= retry_after.LONGEST_SECONDS


def test_the_page_has_the_waits() -> None:
    page = (Path(__file__).parents[2] / "bank_app_sim" / "docs" / "network.md").read_text()
    words = " ".join(page.split())

    assert f"The call waits for {LONGEST_RETRY_AFTER_SECONDS:g} seconds at most" in words
    assert f"the waits are {FIRST_WAIT_SECONDS:g} seconds, 1, 2 and so on up to {LONGEST_WAIT_SECONDS:g}," in words
