from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.server.attempts import LONGEST_REASON, wait_after, why


def test_waits_double_from_a_second_to_five_minutes() -> None:
    seconds = [wait_after(failures).total_seconds() for failures in range(1, 12)]

    assert seconds == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


@given(st.integers(min_value=1, max_value=10**9))
def test_no_number_of_failures_is_the_last(failures: int) -> None:
    assert timedelta(seconds=1) <= wait_after(failures) <= timedelta(minutes=5)


@given(st.text(st.characters(exclude_categories=())))
def test_why_an_attempt_failed_can_be_written_down_everywhere(said: str) -> None:
    text = why(ValueError(said))

    assert text.startswith("ValueError: ")
    assert "\0" not in text
    assert text.encode()  # no half of a character


def test_what_a_peer_says_without_end_is_cut() -> None:
    assert len(why(ValueError("endless " * 1_000_000))) == LONGEST_REASON


def test_a_group_of_one_is_the_one() -> None:
    assert why(ExceptionGroup("of a task group", [OSError("no space")])) == "OSError: no space"
