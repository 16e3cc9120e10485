from collections.abc import Iterator

import pytest

from bank_app_sim.journeys.playing import runner

# Broken on purpose: test_broken_scripts.py reads them.
collect_ignore_glob = ["broken/*"]


@pytest.fixture(autouse=True)
def quiet_logs() -> Iterator[None]:
    """What journeys bring about on purpose is nothing to warn of; the tests after these may wait for a warning."""
    with runner.quiet_logs():
        yield
