import logging
from collections.abc import Iterator

import pytest

from bank_app_sim.journeys import runner

# Broken on purpose: test_broken_scripts.py reads them.
collect_ignore_glob = ["broken/*"]


@pytest.fixture(autouse=True)
def quiet_logs() -> Iterator[None]:
    """What journeys bring about on purpose is nothing to warn of; the tests after these may wait for a warning."""
    loggers = [logging.getLogger(name) for name in ("bank_app_sim", "impact_sdk")]
    levels = [logger.level for logger in loggers]
    runner.quiet_logs()
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
