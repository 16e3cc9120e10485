from collections.abc import Iterator

import pytest

from bank_app_sim.journeys.playing import quiet

# Broken on purpose: test_broken_scripts.py reads them.
collect_ignore_glob = ["broken/*"]


@pytest.fixture(autouse=True)
def quiet_logs() -> Iterator[None]:
    """Journeys ask for faults; nobody needs warnings about them. Later tests may wait for warnings again."""
    with quiet.quiet_logs():
        yield
