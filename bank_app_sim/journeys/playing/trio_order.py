"""Makes trio run its tasks in the same order each time."""

import contextlib
import random
from collections.abc import Iterator


class _AlwaysTheFirst(random.Random):
    """trio reverses a batch of ready tasks if it draws 0.5 or more; with 0 the first comes first."""

    def random(self) -> float:
        return 0.0


@contextlib.contextmanager
def tasks_in_order() -> Iterator[None]:
    """Within the block, trio runs tasks in the order in which they became ready, as asyncio does.

    By default, trio draws the order anew each time, so that programs do not rely on it; then one seed would give
    different traces. There is no switch: trio's own plugin for Hypothesis sets these variables, too.
    """
    # trio 0.35: _core/_run.py, unrolled_run()
    from trio._core import _run

    left_alone = _run._r, _run._ALLOW_DETERMINISTIC_SCHEDULING
    _run._r, _run._ALLOW_DETERMINISTIC_SCHEDULING = _AlwaysTheFirst(), False  # type: ignore[misc]
    try:
        yield
    finally:
        _run._r, _run._ALLOW_DETERMINISTIC_SCHEDULING = left_alone  # type: ignore[misc]
