"""Reports, and a browser that opens them from disk."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from playwright.sync_api import Browser, Page

from bank_app_sim.journeys import evidence
from bank_app_sim.journeys.evidence.circumstances import Circumstances
from bank_app_sim.journeys.results import JourneyResult, Outcome

from .browser import Window, chromium, opened, running
from .report import Open, branching, page_of
from .samples import HOSTILE, made, many, played


@pytest.fixture(scope="session")
def failing() -> JourneyResult:
    """A journey in a real world, whose last expectation does not hold."""
    return played()


# Results are made before a browser starts: playwright occupies the event loop of its thread.
@pytest.fixture(scope="session")
def report(failing: JourneyResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few journeys, of which two fail."""
    hostile = attrs.evolve(played(9, dream=HOSTILE), name=HOSTILE, title=HOSTILE, row=HOSTILE, command=HOSTILE)
    results = [
        failing,
        attrs.evolve(played(8, fails=False), name="passes", title="All goes well"),
        hostile,
        branching(),
        made("empty", row="amount=5", outcome=Outcome.SKIPPED, reason="--fail-fast"),
    ]
    return page_of(tmp_path_factory.mktemp("report"), results)


@pytest.fixture(scope="session")
def large(failing: JourneyResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 journeys with 100,000 messages."""
    again = [
        {**values, "n": len(failing.messages) * turn + n}
        for turn in range(5)
        for n, values in enumerate(failing.messages, 1)
    ]
    results = many(attrs.evolve(failing, messages=again[:334]), 300)
    assert sum(len(result.messages) for result in results) > 100_000
    return page_of(tmp_path_factory.mktemp("large"), results)


@pytest.fixture(scope="module")
def mixed(failing: JourneyResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What passed stands first; a table of which one row fails; one that is no script; and one that was not begun."""
    reason = "broken.journey.yaml:3:5: unknown step 'lanch'; did you mean 'launch'?\n    - lanch\n      ^"
    results = [
        made("passes"),
        *(made("habits", row=f"n={n}", title="Three habits") for n in (1, 2)),
        attrs.evolve(failing, name="habits", row="n=3", title="Three habits"),
        made("broken", outcome=Outcome.ERROR, reason=reason),
        made("waits", outcome=Outcome.SKIPPED, reason="interrupted by Ctrl-C"),
    ]
    made_at = Circumstances(
        written_at="2026-11-28T22:00:00Z", version="1.2.3", commit="abc1234567 on main", environment="Python 3 on Linux"
    )
    files = evidence.write(tmp_path_factory.mktemp("mixed"), results, made=made_at)
    return next(file for file in files if file.suffix == ".html")


@pytest.fixture(scope="module")
def browser(report: Path, large: Path) -> Iterator[Browser]:
    executable = chromium()
    if executable is None:
        pytest.skip("there is no chromium on this machine; Debian has it: apt-get install chromium")
    with running(executable) as browser:
        yield browser


@pytest.fixture
def open_page(browser: Browser, report: Path) -> Iterator[Open]:
    """Opens a report; at the end nothing may have gone wrong in it, and nothing may have been asked of a network."""
    windows: list[Window] = []
    contexts: list[Any] = []

    def open_page(file: Path = report, **options: Any) -> Page:
        context = opened(browser, file, **options)
        windows.append(context.__enter__())
        contexts.append(context)
        return windows[-1].page

    yield open_page
    for context in contexts:
        context.__exit__(None, None, None)
    assert [request for window in windows for request in window.requests] == []
    assert [error for window in windows for error in window.errors] == []
