"""The list of journeys in `report.html`, opened from disk in a browser without a network."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .browser import opened
from .report import Open, branching, choose, page_of, titles
from .samples import HOSTILE

pytestmark = pytest.mark.processes

# For 300 journeys with 100,000 messages. Measured on two cores: 0.2 s to the list, 0.3 s to a journey, 3.3 MB.
SECONDS_TO_OPEN, MEGABYTES = 5, 6


def test_a_request_that_is_not_for_a_file_would_be_seen(browser: Browser, tmp_path: Path) -> None:
    """So that the silence of the reports proves something."""
    page = tmp_path / "page.html"
    page.write_text("<img src='http://127.0.0.1:9/picture.png'>")

    with opened(browser, page) as window:
        window.page.wait_for_load_state()

    assert window.requests == ["http://127.0.0.1:9/picture.png"]


def test_the_overview_tells_what_came_of_all(open_page: Open) -> None:
    page = open_page()

    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 5 journeys failed")
    expect(page.locator(".overview .facts").first).to_contain_text("seeds0, 7 to 9")
    assert len(titles(page)) == 2
    page.get_by_role("button", name="All 5").click()
    assert len(titles(page)) == 5
    expect(page.locator("#journeys > li").first).to_contain_text("expected balance of SharedSavings of ada is 100.00")


def test_the_list_can_be_filtered_and_searched(open_page: Open) -> None:
    page = open_page()

    assert titles(page) == ["The account is opened while ada saves already", HOSTILE]
    page.get_by_label("Search").fill("account while-saving")
    assert titles(page) == ["The account is opened while ada saves already"]
    page.get_by_role("button", name="All 5").click()
    page.get_by_label("Search").fill("amount=5")
    assert titles(page) == ["A user empty"]
    page.get_by_label("Search").fill("nothing like it")
    expect(page.get_by_text("No journey is like that.")).to_be_visible()


def test_a_hostile_name_is_text(open_page: Open) -> None:
    page = open_page()
    page.locator("#journeys > li").nth(1).locator("a").click()
    choose(page, "2")
    page.locator(".message[data-n='8'] > summary").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text(HOSTILE)
    expect(page.locator(".command code")).to_have_text(HOSTILE)
    expect(page.locator(".message[data-n='8'] pre").first).to_contain_text("onerror=alert(1)")
    expect(page.get_by_label("State").locator("h5").first).to_contain_text(HOSTILE)
    assert page.locator("img").count() == 0


def test_going_back_leads_to_the_list_and_forward_to_the_journey(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("button", name="All 5").click()
    page.get_by_text("All goes well").click()
    choose(page, "3")

    page.go_back()
    expect(page.locator("#overview")).to_be_visible()
    page.go_forward()
    expect(page.locator(".steps .chosen")).to_contain_text("ada launches Weekly")


def test_the_only_journey_is_open_at_once(open_page: Open, tmp_path: Path) -> None:
    page = open_page(page_of(tmp_path, [branching()]))

    expect(page.get_by_role("heading", level=1)).to_contain_text("A user branches")
    assert page.get_by_text("All journeys").count() == 0


def test_what_is_wrong_comes_first_and_alone(open_page: Open, mixed: Path) -> None:
    page = open_page(mixed)

    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 6 journeys failed, 1 could not be played")
    expect(page.get_by_role("button", name="Failed 2")).to_have_attribute("aria-pressed", "true")
    assert titles(page) == ["Three habits", "A user broken"]
    expect(page.locator(".journeys .error")).to_contain_text("broken.journey.yaml:3:5: unknown step 'lanch'")
    page.get_by_role("button", name="All 6").click()
    assert titles(page)[-2:] == ["A user passes", "A user waits"]
    page.get_by_role("button", name="Skipped 1").click()
    assert titles(page) == ["A user waits"]


def test_rows_of_a_table_stand_below_its_name_the_failing_ones_first(open_page: Open, mixed: Path) -> None:
    page = open_page(mixed)

    group = page.locator("#journeys > .group")
    expect(group).to_contain_text("1 failed 2 passed of 3 rows")
    page.get_by_role("button", name="All 6").click()
    expect(page.locator("#journeys > .row .what i")).to_have_text(["n=3", "n=1", "n=2"])
    page.get_by_label("Search").fill("passes")
    expect(group).to_be_hidden()


def test_it_says_when_and_with_what_it_was_made(open_page: Open, mixed: Path) -> None:
    page = open_page(mixed)

    made_with = page.locator(".made")
    for fact in ("2026-11-28 22:00 UTC", "1.2.3", "abc1234567 on main", "Python 3 on Linux", "in process, trio"):
        expect(made_with).to_contain_text(fact)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("#/gone/step/3", "This report has no journey gone."),
        ("#/branches/step/99", "There is no step 99 in this journey; it has steps 1 to 1.2.1."),
        ("#/branches/message/99", "There is no message 99 in this journey; it has messages 1 to 6."),
        ("#/branches/message/", "There is no message"),
        ("#/branches/chapter/2", "There is nothing at #/branches/chapter/2 in this report."),
        ("#/%E0%A4%A", "This report has no journey %E0%A4%A."),
    ],
)
def test_an_address_that_leads_nowhere_says_so(open_page: Open, place: str, said: str) -> None:
    page = open_page(place=place)

    expect(page.locator(".unknown:not([hidden])")).to_contain_text(said)
    page.evaluate("location.hash = '#/branches/step/1'")
    expect(page.locator(".unknown:not([hidden])")).to_have_count(0)


@pytest.mark.nightly  # a quarter of a minute to make
def test_hundreds_of_journeys_with_100_000_messages_are_opened_at_once(open_page: Open, large: Path) -> None:
    page = open_page(large)

    listed = page.evaluate("performance.now()")
    page.get_by_text("journey-294", exact=True).click()
    expect(page.locator(".message").nth(50)).to_be_attached()
    in_journey = page.evaluate("performance.now()") - listed
    assert large.stat().st_size < MEGABYTES * 1_000_000
    assert max(listed, in_journey) < SECONDS_TO_OPEN * 1_000
