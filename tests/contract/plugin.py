"""Compares every exchange with DES in this process with the document. A whole run fails if a part was never seen."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from bank_app_sim.des.document.document import document
from bank_app_sim.des.watching import watch

from . import callbacks
from .contract import Contract
from .coverage import Coverage, table
from .recorder import Recorder

RECORDER = Recorder(Contract(document()), Coverage(callback_answers=callbacks.SEEN))


def pytest_configure(config: pytest.Config) -> None:
    """Watch each DES of this process from the moment that it is made."""
    config.add_cleanup(watch(RECORDER))


@pytest.fixture(autouse=True)
def keeps_the_contract() -> Iterator[None]:
    """Fail a test in which DES or its client did something that is not in the document."""
    RECORDER.take_faults()
    yield
    faults = RECORDER.take_faults()
    assert not faults, "\n".join(faults)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send the coverage of a worker; fail a whole run in which a part of the document was not seen."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["contract"] = RECORDER.coverage.as_json()
    elif is_whole(session.config) and session.exitstatus == pytest.ExitCode.OK and _unseen():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add the coverage of a worker of pytest-xdist."""
    RECORDER.coverage.add(getattr(node, "workeroutput", {}).get("contract", Coverage().as_json()))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    lines = table(RECORDER.contract, RECORDER.coverage, callbacks.wanted())
    if not RECORDER.coverage.answers:
        return
    seen = sum(line.wanted - len(line.missing) for line in lines)
    terminalreporter.section("the document: what was seen of it, and what was not")
    # Some of the tests see little of the document: then the sum is enough, except with -v.
    for line in lines if is_whole(config) or config.option.verbose > 0 else ():
        terminalreporter.write_line(str(line), red=bool(line.missing))
    terminalreporter.write_line(f"{'in all':<44} {seen:>4} of {sum(line.wanted for line in lines)}")
    if is_whole(config) and _unseen():
        terminalreporter.write_line("no test exercised the answers in red: the run has failed", red=True)


def _unseen() -> bool:
    return any(line.missing for line in table(RECORDER.contract, RECORDER.coverage, callbacks.wanted()))


def is_whole(config: pytest.Config) -> bool:
    """Whether no tests were selected. Tests that need other processes or servers may be left out."""
    option = config.option
    picked = option.keyword or getattr(option, "lf", False) or option.deselect or option.collectonly
    only_left_out = re.fullmatch(r"(not \w+( and not \w+)*)?", option.markexpr)
    return config.args_source is config.ArgsSource.TESTPATHS and not picked and only_left_out is not None
