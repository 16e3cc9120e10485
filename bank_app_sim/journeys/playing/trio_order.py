"""trio, with an order of its tasks that is the same each time."""

import contextlib
import random
from collections.abc import Iterator


class _AlwaysTheFirst(random.Random):
    """trio reverses a batch of tasks that are ready where it draws less than a half: the first comes first then."""

    def random(self) -> float:
        return 0.0


@contextlib.contextmanager
def tasks_in_order() -> Iterator[None]:
    """Whatever trio runs within the block, it runs in the order in which it became ready, as asyncio does.

    Left alone, trio draws that order anew each time, so that nobody relies on it; and the same seed would not be the
    same trace. It has no switch for that: this is where trio's own plugin for Hypothesis reaches in, too.
    """
    # trio 0.35: _core/_run.py, unrolled_run()
    from trio._core import _run

    left_alone = _run._r, _run._ALLOW_DETERMINISTIC_SCHEDULING
    _run._r, _run._ALLOW_DETERMINISTIC_SCHEDULING = _AlwaysTheFirst(), False  # type: ignore[misc]
    try:
        yield
    finally:
        _run._r, _run._ALLOW_DETERMINISTIC_SCHEDULING = left_alone  # type: ignore[misc]
