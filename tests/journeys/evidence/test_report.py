"""`report.html`, opened from disk in a browser without a network, and used."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from playwright.sync_api import Browser, Page, expect

from bank_app_sim.journeys import evidence
from bank_app_sim.journeys.evidence.circumstances import Circumstances
from bank_app_sim.journeys.results import JourneyResult, Outcome

from .browser import Window, chromium, opened, running
from .samples import HOSTILE, made, many, message, played, step

pytestmark = pytest.mark.processes

# For 300 journeys with 100,000 messages. Measured on two cores: 0.2 s to the list, 0.3 s to a journey, 3.3 MB.
SECONDS_TO_OPEN, MEGABYTES = 5, 6

Open = Callable[..., Page]


# The results are made before there is a browser: playwright occupies the event loop of its thread.
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


def page_of(folder: Path, results: list[JourneyResult] | Any) -> Path:
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


def titles(page: Page) -> list[str]:
    return page.locator("#journeys > li:not([hidden]) .what > b").all_text_contents()


def choose(page: Page, number: str) -> None:
    page.locator(f".steps [data-step='{number}']").click()


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


def test_a_failing_journey_shows_why_and_how_to_repeat_it(open_page: Open) -> None:
    page = open_page()
    page.get_by_text("The account is opened while ada saves already").click()

    failure = page.get_by_label("Failure")
    expect(failure).to_contain_text("Step 5 failed")
    expect(failure).to_contain_text("balance of SharedSavings of ada is 100.00")
    expect(failure).to_contain_text("one deposit was settled by then")
    expect(page.locator(".command code")).to_have_text("bank-app-sim run account-while-saving --seed 7")
    expect(page.locator(".steps .chosen")).to_contain_text("expect balance of ada's account")
    expect(page.locator(".journey .facts")).to_contain_text("Mon 4 Jan 2027 08:00:00 → Thu 7 Jan 2027 08:00:00")


def test_the_command_can_be_copied(open_page: Open) -> None:
    page = open_page(place="#/account-while-saving", permissions=["clipboard-read", "clipboard-write"])

    page.get_by_role("button", name="Copy").click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "bank-app-sim run account-while-saving --seed 7"


def test_a_step_leads_to_its_messages_its_clock_and_what_it_changed(open_page: Open) -> None:
    page = open_page(place="#/account-while-saving")
    choose(page, "4")

    expect(page.locator(".heading.chosen")).to_be_in_viewport()
    chosen = page.locator(".message.chosen").evaluate_all("rows => rows.map((row) => Number(row.dataset.n))")
    assert chosen == [*range(22, 34)]
    state = page.get_by_label("State")
    expect(state.locator(".clock")).to_contain_text("Mon 4 Jan 2027 08:00:00 → Thu 7 Jan 2027 08:00:00")
    expect(state.locator(".thing.changed", has_text="Bike").first).to_contain_text("balance0.00 → 50.00")
    expect(state.locator(".thing.added")).to_contain_text("SharedSavings of ada")
    expect(state.get_by_text("1 unchanged")).to_be_visible()
    expect(state.get_by_text("Weekly")).to_be_hidden()


def test_a_step_that_changed_nothing_says_so(open_page: Open) -> None:
    page = open_page(place="#/account-while-saving/step/1")

    expect(page.get_by_label("State")).to_contain_text("The step changed nothing.")


def test_a_thing_is_called_by_its_name_and_what_is_not_there_is_left_out(open_page: Open) -> None:
    page = open_page(place="#/branches")

    state = page.get_by_label("State")
    expect(state.locator("h5")).to_have_text("Bikeeb2083e6")
    expect(state.locator("h4")).to_have_text("dreams")
    expect(state.locator("dt")).to_have_text("name")


def test_a_message_opens_to_its_request_and_answer(open_page: Open) -> None:
    page = open_page(place="#/account-while-saving")
    page.locator(".message[data-n='26'] > summary").click()

    detail = page.locator(".message[data-n='26'] .detail")
    expect(detail.locator(".saying").nth(0)).to_contain_text("POST /v1/accounts")
    expect(detail.locator("pre").nth(0)).to_contain_text('"type": "SharedSavings"')
    expect(detail.locator(".saying").nth(1)).to_contain_text("201 Created")
    assert '\n  "account": {\n    "type"' in (detail.locator("pre").nth(1).text_content() or "")
    assert page.url.endswith("#/account-while-saving/message/26")


@pytest.mark.parametrize(("asked", "answered"), [(1, "200 one"), (2, "200 two"), (3, "200 webhook")])
def test_a_request_is_shown_with_its_own_answer_whatever_else_is_under_way(
    open_page: Open, asked: int, answered: str
) -> None:
    page = open_page(place=f"#/branches/message/{asked}")

    expect(page.locator(f".message[data-n='{asked}'] .saying").nth(1)).to_contain_text(answered)


def test_equal_polls_are_one_row_that_tells_when_they_were(open_page: Open) -> None:
    page = open_page(place="#/account-while-saving/message/32")

    row = page.locator(".message[data-n='32']")
    expect(row.locator(".times")).to_have_text("x24")
    row.get_by_text("The same 24 times").click()
    moments = row.locator(".repeats li")
    expect(moments).to_have_count(24)
    expect(moments.last).to_contain_text("78Thu 7 Jan 2027 08:00:00")
    assert page.locator(".message[data-n='34']").count() == 0


def test_a_link_to_a_message_within_a_fold_leads_to_the_fold(open_page: Open) -> None:
    page = open_page(place="#/account-while-saving/message/40")

    expect(page.locator(".message[data-n='33']")).to_have_attribute("open", "")
    expect(page.locator(".message[data-n='33']")).to_be_in_viewport()


def test_branches_share_the_messages_and_each_shows_its_own(open_page: Open) -> None:
    page = open_page(place="#/branches")

    choose(page, "1.2.1")
    chosen = page.locator(".message.chosen").evaluate_all("rows => rows.map((row) => Number(row.dataset.n))")
    assert chosen == [2, 5], "of those in its time, the ones of its branch"
    expect(page.get_by_label("State").locator(".clock")).to_contain_text("2 messages")
    expect(page.locator(".steps .branch")).to_have_text(["her", "him"])
    tops = page.locator(".band").evaluate_all("bands => bands.map((band) => band.style.top)")
    assert len(set(tops)) == 3, "what runs at the same time stands in rows of its own"


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


def test_everything_can_be_reached_with_the_keyboard(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("button", name="All 5").press("Enter")
    page.keyboard.press("/")
    expect(page.get_by_label("Search")).to_be_focused()
    page.keyboard.type("goes well")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("All goes well")

    page.locator(".steps button").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".steps .chosen")).to_contain_text("ada creates Dream Bike")
    page.locator(".message[data-n='8'] > summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".message[data-n='8'] .detail")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#overview")).to_be_visible()
    assert titles(page) == ["All goes well"], "the list is as it was left"


def test_going_back_leads_to_the_list_and_forward_to_the_journey(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("button", name="All 5").click()
    page.get_by_text("All goes well").click()
    choose(page, "3")

    page.go_back()
    expect(page.locator("#overview")).to_be_visible()
    page.go_forward()
    expect(page.locator(".steps .chosen")).to_contain_text("ada launches Weekly")


def test_a_journey_of_which_nothing_was_kept_can_be_opened(open_page: Open) -> None:
    page = open_page(place="#/empty--amount=5")

    expect(page.get_by_text("No messages were kept.")).to_be_visible()
    expect(page.get_by_text("No state was kept.")).to_be_visible()


def test_the_only_journey_is_open_at_once(open_page: Open, tmp_path: Path) -> None:
    page = open_page(page_of(tmp_path, [branching()]))

    expect(page.get_by_role("heading", level=1)).to_contain_text("A user branches")
    assert page.get_by_text("All journeys").count() == 0


@pytest.fixture(scope="module")
def mixed(failing: JourneyResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What passed stands first; a table of which one row fails; one that is no script; and one that was not begun."""
    reason = "broken.journey.yaml:3:5: 'lanch' is no step; did you mean 'launch'?\n    - lanch\n      ^"
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


def test_what_is_wrong_comes_first_and_alone(open_page: Open, mixed: Path) -> None:
    page = open_page(mixed)

    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 6 journeys failed, 1 could not be played")
    expect(page.get_by_role("button", name="Failed 2")).to_have_attribute("aria-pressed", "true")
    assert titles(page) == ["Three habits", "A user broken"]
    expect(page.locator(".journeys .error")).to_contain_text("broken.journey.yaml:3:5: 'lanch' is no step")
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


@pytest.mark.parametrize(("name", "title"), [("broken", "It could not be played"), ("waits", "It was not played")])
def test_one_that_was_not_played_says_why(open_page: Open, mixed: Path, name: str, title: str) -> None:
    page = open_page(mixed, place=f"#/{name}")

    expect(page.get_by_label("Failure")).to_contain_text(title)
    expect(page.get_by_label("Failure").locator("pre")).not_to_be_empty()


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


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize(("number", "owner"), [(26, "4"), (2, "1"), (78, "4")])
def test_a_link_to_a_message_brings_it_into_view_and_chooses_its_step(
    open_page: Open, number: int, owner: str, width: int
) -> None:
    page = open_page(place=f"#/account-while-saving/message/{number}", viewport={"width": width, "height": 700})

    expect(page.locator(f".steps [data-step='{owner}']")).to_have_attribute("aria-current", "step")
    expect(page.locator(".message[open]")).to_be_in_viewport()


def test_a_message_of_a_branch_chooses_the_step_in_the_branch(open_page: Open) -> None:
    page = open_page(place="#/branches/message/2")

    expect(page.locator(".steps .chosen")).to_contain_text("1.2.1")
    expect(page.locator(".message[data-n='2'] .user")).to_have_text("bo: ")


def test_the_script_and_what_was_given_are_there(open_page: Open, tmp_path: Path) -> None:
    source = "journey: x\nsteps:\n  - launch\n  - expect: {accounts: 1}\n"
    wrong = attrs.evolve(step("2", 1, 0), outcome=Outcome.FAILED, file="x.journey.yaml", line=4)
    shown = made(steps=[wrong], given={"users": "ada, bo"}, sources={"x.journey.yaml": source}, outcome=Outcome.FAILED)

    page = open_page(page_of(tmp_path, [shown]))

    script = page.get_by_label("Script")
    expect(script).to_contain_text("usersada, bo")
    expect(script.locator(".source li")).to_have_count(4)
    expect(script.locator(".source .failed")).to_have_text("  - expect: {accounts: 1}")


OVERLAPS = """(selector) => {
  const boxes = [...document.querySelectorAll(selector)]
    .filter((one) => one.checkVisibility() && one.textContent)
    .map((one) => ({ text: one.textContent, box: one.getBoundingClientRect() }))
    .filter(({ box }) => box.width && box.height);
  const isOver = (a, b) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const outside = boxes.filter(({ box }) => box.left < -1 || box.right > innerWidth + 1).map(({ text }) => text);
  const pairs = boxes.flatMap((one, n) => boxes.slice(n + 1)
    .filter((other) => isOver(one.box, other.box)).map((other) => `${one.text} | ${other.text}`));
  return [...outside, ...pairs];
}"""

LABELS = (".moments span", ".ticks .labels span", ".lanes div span", ".message .n, .message .label", ".band > span")


@pytest.mark.parametrize("width", [400, 800, 1280])
@pytest.mark.parametrize("place", ["#/account-while-saving", "#/branches"])
def test_no_label_lies_over_another_or_outside(open_page: Open, place: str, width: int) -> None:
    page = open_page(place=place, viewport={"width": width, "height": 800})
    expect(page.locator(".moments span").first).to_be_visible()

    for labels in (
        ".moments span",
        ".ticks .labels span",
        ".lanes div span",
        ".message .n, .message .label",
        ".band > span",
    ):
        assert page.evaluate(OVERLAPS, labels) == [], labels


@pytest.mark.parametrize("width", [400, 800, 1280])
def test_nor_does_a_moment_of_a_run_on_the_machines_clock(open_page: Open, tmp_path: Path, width: int) -> None:
    """It is written to the millisecond."""
    moments = [f"2026-11-29T16:20:{16 + n // 9}.{100 + 100 * (n % 9)}000Z" for n in range(36)]
    messages = [message(n, f"GET /{n}", at=at) for n, at in enumerate(moments, 1)]  # none repeats another
    steps = [attrs.evolve(step("1", 1, 36), began_at=moments[0], ended_at=moments[-1])]
    quick = page_of(tmp_path, [made("quick", steps=steps, messages=messages, states=[{"dreams": {}}])])

    page = open_page(quick, place="#/quick", viewport={"width": width, "height": 800})
    expect(page.locator(".moments span").first).to_be_visible()

    assert page.evaluate(OVERLAPS, ".moments span") == []


@pytest.mark.parametrize("place", ["", "#/account-while-saving/step/4"])
@pytest.mark.parametrize("width", [360, 800])
def test_a_narrow_window_is_not_scrolled_sideways(open_page: Open, place: str, width: int) -> None:
    page = open_page(place=place, viewport={"width": width, "height": 800})
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= width


CONTRASTS = """() => {
  const channel = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const light = (layers) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of layers) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(channel);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = {};
  for (const one of document.querySelectorAll('body *')) {
    const own = [...one.childNodes].filter((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own.length || !one.checkVisibility() || one.closest('script, style, noscript, [aria-hidden]')) continue;
    const layers = [];
    let opacity = 1;
    for (let up = one; up; up = up.parentElement) {
      layers.unshift(getComputedStyle(up).backgroundColor);
      opacity *= Number(getComputedStyle(up).opacity);
    }
    if (opacity < 1) continue; // dimmed on purpose: what did not change
    const [text, ground] = [light([...layers, getComputedStyle(one).color]), light(layers)];
    const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
    if (contrast < 4.5) found[`${one.tagName} ${one.className}: ${own[0].textContent.trim()}`] = contrast;
  }
  return found;
}"""


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("place", ["", "#/account-while-saving/step/4", "#/account-while-saving/message/26"])
def test_every_text_can_be_read_in_light_and_in_dark(open_page: Open, place: str, colours: str) -> None:
    """The contrast that WCAG 2 asks for, level AA."""
    page = open_page(place=place, color_scheme=colours)
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (colours == "light")
    assert page.evaluate(CONTRASTS) == {}


@pytest.mark.nightly  # a quarter of a minute to make
def test_hundreds_of_journeys_with_100_000_messages_are_opened_at_once(open_page: Open, large: Path) -> None:
    page = open_page(large)

    listed = page.evaluate("performance.now()")
    page.get_by_text("journey-294", exact=True).click()
    expect(page.locator(".message").nth(50)).to_be_attached()
    in_journey = page.evaluate("performance.now()") - listed
    assert large.stat().st_size < MEGABYTES * 1_000_000
    assert max(listed, in_journey) < SECONDS_TO_OPEN * 1_000
