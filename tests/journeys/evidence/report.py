"""How tests make a report and use its page."""

from collections.abc import Callable, Iterable
from pathlib import Path

import attrs
from playwright.sync_api import Page

from bank_app_sim.journeys import evidence
from bank_app_sim.journeys.results import JourneyResult

from .samples import made, message, step

Open = Callable[..., Page]


def page_of(folder: Path, results: Iterable[JourneyResult]) -> Path:
    return next(file for file in evidence.write(folder, results) if file.suffix == ".html")


def branching() -> JourneyResult:
    """Two branches at once, whose messages are among each other."""
    steps = [
        step("1", 1, 6),
        attrs.evolve(step("1.1.1", 1, 4), branch="her"),
        attrs.evolve(step("1.2.1", 2, 6), branch="him"),
    ]
    hers, his = {"user": "ada", "branch": "her"}, {"user": "bo", "branch": "him"}
    messages = [
        message(1, "PUT /users/1", detail={"request_id": "one"}, **hers),
        message(2, "PUT /users/2", detail={"request_id": "two"}, **his),
        message(3, "PUT /webhook", detail={"request_id": "one"}, **{"from": "des", "to": "bank_backend"}),
        message(
            4, "200 webhook", detail={"request_id": "one"}, kind="response", **{"from": "bank_backend", "to": "des"}
        ),
        message(5, "200 two", detail={"request_id": "two"}, kind="response", **{"from": "des", "to": "sdk"}, **his),
        message(6, "200 one", detail={"request_id": "one"}, kind="response", **{"from": "des", "to": "sdk"}, **hers),
    ]
    thing = {"name": "Bike", "deleted_at": None}
    states = [{"dreams": {"eb2083e6-ce16-4dba-8ff1-8e0242af9fc3": thing}, "consents": {}}]
    return made("branches", steps=steps, messages=messages, states=states)


def titles(page: Page) -> list[str]:
    return page.locator("#journeys > li:not([hidden]) .what > b").all_text_contents()


def choose(page: Page, number: str) -> None:
    page.locator(f".steps [data-step='{number}']").click()
