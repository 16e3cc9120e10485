"""Logs and garbage collection of a process that plays journeys."""

import contextlib
import gc
import logging
from collections.abc import Iterator


def prepare_process() -> None:
    """Prepare a process that only plays journeys."""
    for logger in _loggers():
        logger.setLevel(logging.CRITICAL)
    # A search for cycles takes a twentieth of the time, and nearly all of a journey is freed without it.
    gc.set_threshold(10_000, 20, 20)


@contextlib.contextmanager
def quiet_logs() -> Iterator[None]:
    """Silence the servers' warnings about faults: journeys ask for these faults, and the trace shows them.

    After the block the logs are as before: the process may have other things to say.
    """
    before = [(logger, logger.level) for logger in _loggers()]
    for logger, _ in before:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in before:
            logger.setLevel(level)


def _loggers() -> list[logging.Logger]:
    return [logging.getLogger(name) for name in ("bank_app_sim", "impact_sdk")]
