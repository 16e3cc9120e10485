"""When to try again what DES could not be told."""

from datetime import timedelta

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=5)

# Enough to be far beyond the longest wait, and few enough for a timedelta to hold.
MOST_DOUBLINGS = 20


def wait_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row, from 1: twice as long each time, up to `LONGEST_WAIT`.

    There is no last attempt: money and accounts are not given up on.
    """
    return min(FIRST_WAIT * (1 << min(failures - 1, MOST_DOUBLINGS)), LONGEST_WAIT)
