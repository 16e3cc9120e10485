"""Takes the pictures of `docs/report.md`: `python -m tests.screenshots [REPORT.html]`.

Without a report it makes one from the samples of the tests. The pictures show the overview, the first failed journey,
and that journey at the step before the failure.
"""

import sys
import tempfile
from pathlib import Path

import attrs
from playwright.sync_api import Page

import bank_app_sim
from bank_app_sim.journeys import evidence

from .journeys.evidence.browser import chromium, opened, running
from .journeys.evidence.samples import played

DOCS = Path(bank_app_sim.__file__).parent / "docs"
SIZE = {"width": 1280, "height": 860}


def main() -> None:
    executable = chromium()
    if executable is None:
        sys.exit("there is no chromium on this machine; Debian has it: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(sys.argv[1]).resolve() if sys.argv[1:] else _of_samples(Path(folder))
        with running(executable) as browser, opened(browser, report, viewport=SIZE) as window:
            _take(window.page, "report-overview.png")
            window.page.locator("#journeys > li.failed a").first.click()
            window.page.locator(".steps .failed").first.wait_for()
            window.page.keyboard.press("Home")
            _take(window.page, "report-failure.png")
            window.page.locator(".steps li:has(.failed)").first.locator("xpath=preceding-sibling::li[1]/button").click()
            _open_an_exchange(window.page)
            _take(window.page, "report-step.png")


def _of_samples(folder: Path) -> Path:
    failing = played()
    results = [
        attrs.evolve(played(fails=False), name="holds", title="The same with an expectation that holds"),
        failing,
        attrs.evolve(
            played(8, fails=False), name="another-seed", title="The same with another seed", row="weekday=monday"
        ),
    ]
    return next(file for file in evidence.write(folder, results) if file.suffix == ".html")


def _open_an_exchange(page: Page) -> None:
    """Open the third request of the step, or the last one if there are fewer."""
    requests = page.locator(".message.chosen:has(.arrow.question)")
    requests.nth(min(2, requests.count() - 1)).locator("summary").click()


def _take(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.screenshot(path=DOCS / name)
    print(f"{DOCS / name}: {(DOCS / name).stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main()
