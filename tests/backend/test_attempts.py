from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.backend.attempts import wait_after


def test_waits_double_from_a_second_to_five_minutes() -> None:
    seconds = [wait_after(failures).total_seconds() for failures in range(1, 12)]

    assert seconds == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


@given(st.integers(min_value=1, max_value=10**9))
def test_no_number_of_failures_is_the_last(failures: int) -> None:
    assert timedelta(seconds=1) <= wait_after(failures) <= timedelta(minutes=5)
