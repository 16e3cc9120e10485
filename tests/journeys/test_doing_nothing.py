"""A step that finds nothing to do fails, and says what there was; unless it is told that this may be."""

import pytest

from bank_app_sim import Simulation
from bank_app_sim.journeys.expectations.expected import ExpectationFailed
from bank_app_sim.journeys.journey import STEPS, Journey
from bank_app_sim.journeys.results import Outcome
from bank_app_sim.journeys.steps.people import StepFailed
from bank_app_sim.journeys.text.mistakes import ScriptMistakes

from .written import failed, outcomes, played, written

SAVING = "- launch\n- create a Dream: Bike\n- launch a savehack: weekly 50.00"
FOLLOWING = "- launch\n- create a Dream: Bike\n- launch a savehack: {savehack: save league, team: Hammarby}"
COPYING = "- launch\n- create a Dream: Bike\n- launch a savehack: {savehack: copycat, friend: zacharias}"

# What comes before, the step with its fields, and what is said of it.
AT_ONCE = [
    ("- launch", "a purchase: {amount: 23.40}", "no savehack saves for this purchase; there is nothing"),
    (SAVING, "a salary: {amount: 2000.00}", "no savehack saves for this salary; there is ada's WeeklyLaunch, active"),
    (SAVING, "a goal: {team: Arsenal}", "no savehack saves for this goal; there is ada's WeeklyLaunch, active"),
    (FOLLOWING, "a goal: {team: Hammarby, competition: eurocup}", "there is ada's SaveLeagueLaunch, active"),
    (f"{FOLLOWING}\n- pause the savehack", "a goal: {team: Hammarby}", "there is ada's SaveLeagueLaunch, paused"),
    (SAVING, "a friend saves: {friend: bo, amount: 5.00}", "no savehack saves for this saving"),
    (f"{COPYING}\n- stop the savehack", "a friend saves: {friend: zacharias, amount: 5.00}", "CopycatLaunch, stopped"),
    ("- launch", "the bank decides now: {}", "no order waits for a decision; there is nothing"),
    (f"{SAVING}\n- wait: 5 days", "the bank decides now: {}", "there is ada's, REPORTED"),
    ("- launch", "the bank fails the deposits: {reason: late}", "no deposit of ada is requested; there is nothing"),
    (f"{SAVING}\n- wait: 5 days", "the bank fails the deposits: {reason: late}", "there is one that is settled"),
    ("- launch", "the network is well again: {}", "no planned fault is left"),
    (
        "- the network doubles: POST /users/verify_token\n- launch",
        "the network is well again: {}",
        "no planned fault is left",
    ),
    ("- wait: 1 hour", "the app dies: {}", "the app does not run on ada's phone"),
    ("- launch\n- the app dies", "the app dies: {}", "the app does not run on ada's phone"),
    ("- launch\n- sign out", "sign out: {}", "ada's session has ended already: signed out"),
    ("- launch\n- sign out", "leave: {}", "ada's session has ended already: signed out"),
    ("- launch\n- leave", "leave: {}", "ada's session has ended already: left"),
    (f"{SAVING}\n- pause the savehack", "pause the savehack: {}", "the WeeklyLaunch for Bike is paused already"),
    (SAVING, "resume the savehack: {}", "the WeeklyLaunch for Bike is active already"),
    (f"{SAVING}\n- stop the savehack", "stop the savehack: {}", "the WeeklyLaunch for Bike is stopped already"),
    (SAVING, "resume paused launches: {}", "no savehack of ada waits; there is WeeklyLaunch for Bike, active"),
    (f"{SAVING}\n- pause the savehack", "resume paused launches: {}", "there is WeeklyLaunch for Bike, paused"),
]
# What is said of users and of the bank that nobody asks then.
IN_THE_END = [
    ("the user accepts: {}", "ada is asked, and says yes", "never"),
    ("the user declines: {}", "ada is asked, and says no", "never"),
    ("the user says nothing: {}", "ada is asked, and says nothing", "never"),
    ("the user answers: {answers: [no, yes]}", "ada is asked, and says no, then yes", "never"),
    ("the user thinks for: {time: 20 min}", "ada is asked, and thinks for 20 minutes", "never"),
    ("the bank approves after: {time: 3 days}", "an account is ordered, on which the bank decides after", "never"),
    ("the bank refuses: {}", "an order of ada is refused", "never"),
    ("the bank refuses nobody: {}", "an order for an account is approved", "never"),
]


def allowed(step: str) -> str:
    """The same step, which may do nothing."""
    start, _, end = step.rpartition("}")
    comma = "" if start.endswith("{") else ", "
    return f"{start}{comma}may do nothing: yes}}{end}"


@pytest.mark.parametrize(("before", "step", "said"), AT_ONCE)
async def test_a_step_that_finds_nothing_to_do_fails_and_says_what_there_was(before: str, step: str, said: str) -> None:
    result = await played(written(f"{before}\n- {step}"))

    assert result.outcome is Outcome.FAILED
    assert failed(result).number == result.steps[-1].number
    assert said in failed(result).found
    assert "`may do nothing: yes`" in failed(result).found


@pytest.mark.parametrize(("before", "step", "said"), AT_ONCE)
async def test_a_word_lets_it_find_nothing_on_purpose(before: str, step: str, said: str) -> None:
    result = await played(written(f"{before}\n- {allowed(step)}"))

    assert result.outcome is Outcome.PASSED, failed(result).found


@pytest.mark.parametrize(("step", "expected", "found"), IN_THE_END)
async def test_what_is_said_and_comes_to_nothing_fails_its_step_in_the_end(
    step: str, expected: str, found: str
) -> None:
    result = await played(written(f"- launch\n- {step}\n- create a Dream: Bike"))

    assert outcomes(result) == {"1": "passed", "2": "failed", "3": "passed"}
    assert expected in failed(result).expected
    assert found in failed(result).found
    assert "may do nothing: yes" in failed(result).way_out


@pytest.mark.parametrize("step", [step for step, _, _ in IN_THE_END])
async def test_a_word_lets_it_come_to_nothing_on_purpose(step: str) -> None:
    result = await played(written(f"- launch\n- {allowed(step)}\n- create a Dream: Bike"))

    assert result.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("steps", "expected", "found"),
    [
        (
            "- the user answers: [no, yes]\n- launch a savehack: weekly 5.00\n  fails: HandoverError",
            "no, then",
            "1 of 2",
        ),
        ("- the user declines\n- the user accepts\n- launch a savehack: weekly 5.00", "says no", "never"),
        ("- the bank refuses: bo\n- launch a savehack: weekly 5.00\n- wait: 3 days", "an order of bo", "never"),
        ("- the bank refuses\n- launch a savehack: weekly 5.00\n- wait: 1 day", "an order of ada", "never"),
        (
            "- the bank approves after: 1 day\n- the bank approves after: 3 days\n- launch a savehack: weekly 5.00",
            "decides after 1 day",
            "never",
        ),
    ],
)
async def test_what_is_said_has_to_come_to_all_that_it_says(steps: str, expected: str, found: str) -> None:
    result = await played(written(f"- launch\n- create a Dream: Bike\n{steps}", given="{users: [ada, bo]}"))

    assert failed(result).number == "3"
    assert expected in failed(result).expected
    assert found in failed(result).found


async def test_what_is_said_of_a_user_and_of_the_bank_comes_to_something_where_they_are_asked() -> None:
    steps = (
        "- the user answers: [no, yes]\n- the user thinks for: 5 min\n- the bank approves after: 1 day\n"
        "- the bank refuses\n- launch a savehack: weekly 5.00\n  fails: AccountProvisioningDeclined\n"
        "- resume paused launches\n- wait: 2 days\n- the bank refuses nobody\n"
        "- launch a savehack: daily 5.00\n- wait: 3 days"
    )

    result = await played(written(f"- launch\n- create a Dream: Bike\n{steps}"))

    assert result.outcome is Outcome.PASSED, failed(result)


async def test_the_network_is_well_again_after_a_fault_for_all_messages_that_has_struck() -> None:
    steps = (
        "- the network doubles: {what: POST /dreams, times: all}\n- create a Dream: Bike\n- the network is well again"
    )

    result = await played(written(f"- launch\n{steps}"))

    assert result.outcome is Outcome.PASSED, failed(result)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (
            "a goal: Foo",
            "this journey has no team 'Foo'; there is Hammarby or Arsenal, and `launch a savehack` follows one",
        ),
        ("a friend saves: zacharias 5.00", "this journey has no friend 'zacharias'; there is bo"),
    ],
)
def test_who_is_followed_by_nobody_is_a_mistake_with_those_who_are(step: str, said: str) -> None:
    with pytest.raises(ScriptMistakes) as raised:
        written(f"{FOLLOWING}\n- {step}")

    [mistake] = raised.value.mistakes
    assert said in mistake.sentence
    assert "`may do nothing: yes`" in mistake.sentence
    assert mistake.place.line == 6


def test_every_step_that_may_find_nothing_can_be_told_so() -> None:
    """A step that does the same whatever there is needs no such word; a new one has to be thought about."""
    always = (
        "launch",
        "create a Dream",
        "launch a savehack",
        "withdraw",
        "move money",
        "delete the Dream",
        "look around",
        "keep the session alive",
        "open an account in advance",
        "the bank introduces",
        "the bank posts an account",
        "the bank posts an account again",
        "the bank deletes the user",
        "money arrives on the account",
        "money leaves the account",
        "wait",
        "wait until",
    )
    words = ("may do nothing", "may not happen")

    assert [name for name, step in STEPS.items() if not any(map(step.by_name.get, words))] == [*always]


async def test_in_python_a_step_that_finds_nothing_raises() -> None:
    async with Simulation(seed=7) as simulation:
        journey = Journey(simulation)
        await journey.launch()
        with pytest.raises(StepFailed, match="no order waits for a decision"):
            await journey.bank_decides_now()
        await journey.bank_decides_now(may_do_nothing=True)
        await journey.user_declines()
        with pytest.raises(ExpectationFailed, match="ada is asked, and says no"):
            await journey.end()
