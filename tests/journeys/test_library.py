"""The library: every journey passes, what has to be covered is, and none passes whatever happens."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from bank_app_sim.cli import main
from bank_app_sim.journeys.library import LIBRARY, SUFFIX
from bank_app_sim.journeys.playing.job import Job, Plan
from bank_app_sim.journeys.playing.runner import play_jobs
from bank_app_sim.journeys.results import JourneyResult
from bank_app_sim.journeys.scripts import reader
from bank_app_sim.journeys.scripts.script import Doing, Expecting, Script
from bank_app_sim.journeys.scripts.selection import library, selected
from bank_app_sim.journeys.text.mistakes import ScriptMistakes

SCRIPTS = selected([]).scripts

# What the library has to tell of, and the journeys that do.
SUBJECTS = {
    "the starting page: a savehack first": "account_while_saving",
    "the starting page: the account in advance": "account_in_advance",
    "multi-account": "account_for_each_dream",
    "Performance": "performance_dream performance_paid_out",
    "consents: signed, with an account on the way": "consent_signed",
    "consents: declined": "consent_declined_then_signed",
    "callback: declined": "declined_then_accepted declined_for_good launches_at_once_declined",
    "callback: failed": "callback_fails callback_without_backend",
    "callback: silent": "callback_silent",
    "callback: late": "callback_late",
    "account before the callback": "account_before_the_question",
    "account during the callback": "account_during_the_question",
    "account after the callback": "account_after_the_question",
    "duplicate provisioning: the three habits": "external_id_habits same_external_id_refused",
    "duplicate provisioning: the bank's own orders": "order_asked_twice",
    "refused customer": "refused_then_accepted strangers",
    "insufficient funds": "insufficient_funds insufficient_funds_from_the_start",
    "reconciliation": "money_taken_at_a_branch performance_dream",
    "residuals": "interest_into_a_dream",
    "expiry, renewal: sessions": "id_token_renewed id_token_not_renewed session_without_activity session_of_one_hour",
    "expiry, renewal: the backend": "access_token_expires",
    "sign-out": "signed_out",
    "deleted user": "deleted_user",
    "webhook lost": "webhook_lost",
    "webhook doubled": "webhook_doubled",
    "webhook reordered": "webhook_reordered",
    "DES down when the bank looks": "des_down_when_the_bank_looks",
    "crash of the app": "app_dies_while_asking",
    "crash of the backend": "backend_dies_while_opening backend_dies_signing backend_dies_for_each_dream",
    "crash of DES": "des_dies_answering",
    "answers lost": "answer_lost",
    "no network at launch": "no_network_at_launch",
    "busy servers": "busy_servers",
    "two users at once": "two_users_at_once",
    "ten launches at once": "ten_launches_at_once",
    "savehacks on purchases": "roundup_on_purchases",
    "savehacks on salaries": "part_of_the_salary",
    "savehacks on goals": "goals_of_the_team",
    "savehacks on friends": "copy_a_friend",
    "deposits that the bank fails": "deposits_failed_by_hand",
    "withdrawals": "withdrawn performance_paid_out",
    "moves between Dreams": "moved_between_dreams",
    "pausing and resuming": "paused_and_resumed",
    "stopping": "stopped copy_a_friend",
    "a Dream given up": "dream_given_up",
    "a Dream achieved": "dream_achieved",
    "three months of saving": "three_months_of_saving",
    "strangers": "strangers",
    "begins with another journey": "second_dream_months_later",
}

# A journey, a line of it, and what stands there instead in a world where what the journey is about is broken.
BROKEN = [
    ("account_while_saving", "  - launch", "  - the bank refuses: ada\n  - launch"),
    ("account_in_advance", "  - open an account in advance", "  - the bank introduces: ada"),
    ("account_for_each_dream", "one for each Dream", "one for each user"),
    ("performance_dream", "performance Dreams: yes", "accounts: one for each Dream"),
    ("consent_signed", "consents: yes", "consents: no"),
    ("consent_declined_then_signed", "  - the user declines", None),
    ("declined_then_accepted", "approves after: 3 days", "approves after: 2 days"),
    ("declined_for_good", "  - the user declines", None),
    ("launches_at_once_declined", "  - the user thinks for: 1 minute", "  - the user accepts"),
    ("callback_fails", "  - the network answers", None),
    ("callback_without_backend", "  - the backend dies", None),
    ("callback_silent", "the user says nothing", "the user accepts"),
    ("callback_late", "45 minutes", "25 minutes"),
    ("account_before_the_question", "  - the bank posts an account", None),
    ("account_during_the_question", "the user's ID", "nothing"),
    ("account_after_the_question", "  - the bank decides now", None),
    (
        "external_id_habits",
        "  - the bank posts an account again",
        "  - the bank posts an account again: another\n  - the bank posts an account again",
    ),
    ("order_asked_twice", "  - the network loses the answer", None),
    ("refused_then_accepted", "the bank refuses: ada", "users: [ada, bo], the bank refuses: bo"),
    ("insufficient_funds", "opening balance: 80.00", "opening balance: 800.00"),
    ("money_taken_at_a_branch", "  - money leaves the account: 240.00", None),
    ("interest_into_a_dream", "  - money arrives", None),
    ("id_token_renewed", "last: 15 minutes", "last: 365 days"),
    ("access_token_expires", "access tokens last: 1 hour", "access tokens last: 10 days"),
    ("id_token_not_renewed", "  - the network loses", None),
    ("session_without_activity", "  - keep the session alive", None),
    ("session_of_one_hour", "at most: 1 hour", "at most: 2 hours"),
    ("signed_out", "  - sign out", None),
    ("deleted_user", "webhooks: yes", "webhooks: no"),
    ("webhook_lost", "  - the network loses", None),
    ("webhook_doubled", "  - the network doubles", None),
    ("webhook_reordered", "  - the network holds back", None),
    ("des_down_when_the_bank_looks", "  - DES dies", None),
    ("app_dies_while_asking", ", the app dies", ""),
    ("backend_dies_while_opening", "  - the backend dies", None),
    ("backend_dies_for_each_dream", "  - the backend dies", None),
    ("des_dies_answering", "  - DES dies", None),
    ("answer_lost", "  - the network loses", None),
    ("busy_servers", "  - the network answers", None),
    ("no_network_at_launch", "  - the network loses", None),
    ("ten_launches_at_once", "  - wait: 3 days", "  - the bank posts an account: another\n  - wait: 3 days"),
    ("strangers", "refuses: bo", "refuses: ada"),
    ("roundup_on_purchases", "amount: 50.00", "amount: 50.01"),
    ("goals_of_the_team", "team: Malmö", "team: Hammarby"),
    ("copy_a_friend", "  - stop the savehack", None),
    ("withdrawn", "  - withdraw: 120.00", None),
    ("moved_between_dreams", "amount: 200.00", "amount: 199.00"),
    ("paused_and_resumed", "  - pause the savehack", None),
    ("stopped", "  - stop the savehack", None),
    ("dream_achieved", "target: 100.00", "target: 1000.00"),
    ("same_external_id_refused", "  - the bank posts an account: {external ID: dreams, for: bo}", None),
    ("performance_paid_out", "withdraw: 560.00", "withdraw: 550.00"),
    ("insufficient_funds_from_the_start", "opening balance: 0", "opening balance: 1000"),
    ("backend_dies_signing", "  - the backend dies", None),
    ("two_users_at_once", "[ada, bo]", "[ada, bo], the bank refuses: bo"),
    ("part_of_the_salary", "percentage: 15", "percentage: 16"),
    ("dream_given_up", "  - delete the Dream: Bike\n  - wait: 7 days", "  - wait: 7 days"),
    ("deposits_failed_by_hand", "  - the bank fails the deposits", None),
    ("second_dream_months_later", "  - launch a savehack", None),
    ("three_months_of_saving", "  - wait: 91 days", "  - pause the savehack\n  - wait: 91 days"),
]


def played(scripts: Sequence[Script], *, seed: int = 7, event_loop: str = "asyncio") -> list[JourneyResult]:
    return play_jobs([Job(script, seed) for script in scripts], Plan(event_loop=event_loop))


def not_passed(results: Sequence[JourneyResult]) -> list[str]:
    return [f"{result.name}[{result.row}]: {result.failed_step}" for result in results if result.failed_step]


def expects(step: str) -> bool:
    """Whether a step says what has to be so: with an expectation, or by failing as it has to."""
    return step.startswith(("expect:", "eventually:")) or "fails: " in step


def broken(name: str, old: str, new: str | None) -> str:
    """The script with a piece of it replaced, or (None) without the lines that begin with it."""
    text = (LIBRARY / f"{name}{SUFFIX}").read_text(encoding="utf-8")
    assert old in text
    if new is not None:
        return text.replace(old, new)
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(old))


@pytest.mark.parametrize("event_loop", ["asyncio", pytest.param("trio", marks=pytest.mark.thorough)])
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.full_name)
def test_a_journey_passes(script: Script, event_loop: str) -> None:
    assert not_passed(played([script], event_loop=event_loop)) == []


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(1, marks=pytest.mark.thorough),
        *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(2, 7)),
    ],
)
def test_every_journey_passes_whoever_goes_first(seed: int) -> None:
    assert not_passed(played(SCRIPTS, seed=seed)) == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_there_is_a_journey_about(subject: str) -> None:
    there = {script.name for script in SCRIPTS}

    assert set(SUBJECTS[subject].split()) <= there


def test_every_journey_is_about_something_that_was_asked_for() -> None:
    asked_for = {name for names in SUBJECTS.values() for name in names.split()}

    assert {script.name for script in SCRIPTS} == asked_for


def test_the_list_describes_each_journey_in_a_line() -> None:
    lines = CliRunner().invoke(main, ["run", "--list"]).output.splitlines()

    assert len(lines) == len(library()) >= 30
    titles = dict(line.split(maxsplit=1) for line in lines)
    assert titles == {script.name: script.title for script in SCRIPTS}
    assert len(set(titles.values())) == len(titles)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.full_name)
def test_a_journey_ends_with_what_has_to_be_so(script: Script) -> None:
    last = script.steps[-1]

    assert isinstance(last, Expecting) or (isinstance(last, Doing) and last.fails is not None)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.full_name)
def test_where_money_moves_the_books_have_to_agree(script: Script) -> None:
    text = Path(script.file).read_text(encoding="utf-8")

    assert ("settled" not in text and "saved" not in text and "balance" not in text) or "books agree: yes" in text


def test_for_each_journey_there_is_a_world_in_which_it_fails() -> None:
    assert {name for name, _, _ in BROKEN} == {script.name for script in SCRIPTS}


def read(text: str, path: Path) -> tuple[list[Script], list[str]]:
    """The scripts, or what is wrong with them."""
    try:
        return reader.read(text, path), []
    except ScriptMistakes as error:
        return [], [each.sentence for each in error.mistakes]


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "old", "new"), BROKEN, ids=[name for name, _, _ in BROKEN])
def test_a_journey_fails_at_an_expectation_where_its_world_is_broken(name: str, old: str, new: str | None) -> None:
    scripts, mistakes = read(broken(name, old, new), LIBRARY / f"{name}{SUFFIX}")
    failed = [result.failed_step for result in played(scripts)]

    # What it expects may be something that can never be there in such a world.
    # Or a column of the table that has no use there.
    assert [each for each in mistakes if " here" not in each and "does not use the column" not in each] == []

    assert [step and step.text for step in failed if step is None or not expects(step.text)] == []
    assert failed or mistakes
