"""A web page in a real browser, with a name of its own that leads to 127.0.0.1: it gets nothing from a sandbox."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from ...journeys.evidence.browser import OPTIONS, chromium
from .sandboxes import answering, sandbox

pytestmark = pytest.mark.thorough

REBOUND = "rebound.example"

TRY = """async (url) => {
    try {
        const headers = {'Content-Type': 'application/json'};
        const answer = await fetch(url, {method: 'POST', headers, body: '{"customer": "ada"}'});
        return [answer.status, await answer.text()];
    } catch (error) { return [0, String(error)]; }
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = chromium()
    if executable is None:
        pytest.skip("there is no chromium on this machine; Debian has it: apt-get install chromium")
    leads_here = f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*OPTIONS, *as_root, leads_here])
        yield browser
        browser.close()


def test_a_page_whose_name_leads_here_gets_nothing(browser: Browser, tmp_path: Path) -> None:
    with sandbox(tmp_path) as standing, answering(200, b"<title>a page</title>") as elsewhere:
        page = browser.new_page()
        # Its name leads to this machine now; nothing but the name in Host tells it from ours.
        for url in (standing.des_url, standing.backend_url):
            rebound = url.replace("127.0.0.1", REBOUND)
            for path in ("/sandbox/worlds", "/ledger", "/docs", "/sign-in"):
                answer = page.goto(f"{rebound}{path}")
                assert answer is not None
                assert answer.status == 421
            status, said = page.evaluate(TRY, "/sign-in")
            assert (status, "no name of this server" in said) == (421, True)

        # A page that comes from elsewhere, and asks the sandbox by its own name.
        page.goto(elsewhere.replace("127.0.0.1", "localhost"))
        assert page.evaluate(TRY, f"{standing.backend_url}/sign-in")[0] == 0
        assert "ada" not in httpx.get(f"{standing.backend_url}/ledger").raise_for_status().text
        page.close()


def test_the_page_of_the_document_looks_as_it_should_under_its_policy(browser: Browser, tmp_path: Path) -> None:
    complaints: list[str] = []
    with sandbox(tmp_path) as standing:
        page = browser.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.goto(f"{standing.des_url}/docs")
        display = page.evaluate("getComputedStyle(document.body).display")
        page.close()

    assert (display, [text for text in complaints if "favicon" not in text and "404" not in text]) == ("grid", [])
