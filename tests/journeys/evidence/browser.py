"""A headless Chromium without a network: Debian's package, driven by playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
from playwright.sync_api import Browser, Page, Request, Route, sync_playwright

# What is Chromium's own business stays away from the network too.
OPTIONS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Where the browser is; None where there is none."""
    return shutil.which("chromium")


@contextmanager
def running(executable: str) -> Iterator[Browser]:
    """A browser of its own, with an empty profile."""
    # Chromium refuses to be root with its sandbox on.
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*OPTIONS, *as_root])
        try:
            yield browser
        finally:
            browser.close()


@attrs.define
class Window:
    """A page that was opened from disk, and what it did that it should not do."""

    page: Page
    requests: list[str] = attrs.Factory(list)
    errors: list[str] = attrs.Factory(list)


@contextmanager
def opened(browser: Browser, file: Path, *, place: str = "", **look: Any) -> Iterator[Window]:
    """The file in a new window; every request but for files is refused, and kept.

    Args:
        place: What follows `#` in the address.
        look: Options of the browser's context: `color_scheme`, `viewport`, `permissions`.
    """
    context = browser.new_context(**{"viewport": {"width": 1360, "height": 800}, **look})
    window = Window(context.new_page())

    def decide(route: Route, request: Request) -> None:
        if request.url.startswith("file://"):
            route.continue_()
        else:
            window.requests.append(request.url)
            route.abort()

    context.route("**/*", decide)
    context.set_offline(True)
    window.page.set_default_timeout(20_000)
    window.page.on("pageerror", lambda error: window.errors.append(str(error)))
    window.page.on("console", lambda said: window.errors.append(said.text) if said.type == "error" else None)
    window.page.on("dialog", lambda dialog: window.errors.append(f"a dialog: {dialog.message}"))
    window.page.goto(file.as_uri() + place)
    try:
        yield window
    finally:
        context.close()
