"""A journey in `report.html`: its steps, messages and state."""

from pathlib import Path

import attrs
import pytest
from playwright.sync_api import expect

from bank_app_sim.journeys.results import Outcome

from .report import Open, choose, page_of
from .samples import made, step

pytestmark = pytest.mark.processes


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


def test_a_journey_of_which_nothing_was_kept_can_be_opened(open_page: Open) -> None:
    page = open_page(place="#/empty--amount=5")

    expect(page.get_by_text("No messages were kept.")).to_be_visible()
    expect(page.get_by_text("No state was kept.")).to_be_visible()


@pytest.mark.parametrize(("name", "title"), [("broken", "It could not be played"), ("waits", "It was not played")])
def test_one_that_was_not_played_says_why(open_page: Open, mixed: Path, name: str, title: str) -> None:
    page = open_page(mixed, place=f"#/{name}")

    expect(page.get_by_label("Failure")).to_contain_text(title)
    expect(page.get_by_label("Failure").locator("pre")).not_to_be_empty()


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
