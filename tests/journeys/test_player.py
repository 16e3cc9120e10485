"""What comes of each step, and what a failing one says."""

from datetime import timedelta

import pytest

from bank_app_sim.journeys import results
from bank_app_sim.journeys.expectations.expected import ExpectationFailed
from bank_app_sim.journeys.journey import Journey
from bank_app_sim.journeys.results import Outcome
from bank_app_sim.journeys.text.mistakes import Mistake
from bank_app_sim.journeys.worlds import fresh
from impact_sdk import AccountProvisioningDeclined

from .written import failed, outcomes, played, written


async def test_a_journey_has_passed_when_all_its_steps_have() -> None:
    result = await played(written("- launch\n- create a Dream: Bike\n- expect: {Dreams: 1}"))

    assert result.outcome is Outcome.PASSED
    assert [step.text for step in result.steps] == ["launch", "create a Dream: Bike", "expect: {Dreams: 1}"]
    assert [step.line for step in result.steps] == [3, 4, 5]
    assert result.failed_step is None


async def test_a_failing_step_says_what_was_expected_and_what_was_there_and_ends_the_journey() -> None:
    result = await played(written("- launch\n- expect: {Dreams: 1, accounts: 0, users: 2}\n- create a Dream: Bike"))

    assert outcomes(result) == {"1": "passed", "2": "failed", "3": "not reached"}
    assert failed(result).expected == "Dreams: 1; users: 2"
    assert failed(result).found == "Dreams: 0; users: 1"
    assert result.messages  # of a journey that has failed they are always kept


async def test_an_error_that_was_not_expected_is_shown_with_the_way_out() -> None:
    result = await played(written("- launch\n- create a Dream: Bike\n- the user declines\n- launch a savehack: weekly"))

    assert failed(result).expected == "the step succeeds"
    assert failed(result).found.startswith("AccountProvisioningDeclined: ")
    assert failed(result).way_out == "if that is right, write beside the step: fails: AccountProvisioningDeclined"


async def test_a_step_that_cannot_be_done_says_why() -> None:
    result = await played(written("- create a Dream: Bike"))

    assert failed(result).found == "StepFailed: ada is not in Impact Finance; let them `launch` first"


async def test_a_bank_that_cannot_be_reached_is_an_error_that_a_script_can_expect() -> None:
    launch = "- the backend dies: {for: 1 hour}\n- launch"
    expected = f"{launch}:\n  fails: BankRefused\n  saying: POST /sign-in was not answered\n- wait: 2 hours\n- launch"

    result = await played(written(launch))

    assert failed(result).way_out == "if that is right, write beside the step: fails: BankRefused"
    assert (await played(written(expected))).outcome is Outcome.PASSED


DECLINED = """
  - launch
  - create a Dream: Bike
  - the user declines
  - launch a savehack: weekly 50.00
    fails: {fails}
"""


@pytest.mark.parametrize("error", ["AccountProvisioningDeclined", "HandoverError", "ImpactError"])
async def test_a_step_that_fails_as_it_should_has_passed_by_the_error_or_one_of_its_bases(error: str) -> None:
    assert (await played(written(DECLINED.format(fails=error)))).outcome is Outcome.PASSED


async def test_another_error_than_the_one_wanted_has_failed() -> None:
    result = await played(written(DECLINED.format(fails="AccountProvisioningTimedOut")))

    assert failed(result).expected == "fails: AccountProvisioningTimedOut"
    assert failed(result).found.startswith("AccountProvisioningDeclined: ")


async def test_success_is_a_failure_where_an_error_is_wanted() -> None:
    result = await played(written("- launch:\n  fails: InvalidCredentials"))

    assert (failed(result).expected, failed(result).found) == ("fails: InvalidCredentials", "it has succeeded")


@pytest.mark.parametrize(("saying", "outcome"), [("does not want", Outcome.PASSED), ("no money", Outcome.FAILED)])
async def test_the_error_has_to_say_what_is_wanted_of_it(saying: str, outcome: Outcome) -> None:
    result = await played(written(DECLINED.format(fails="AccountProvisioningDeclined") + f"    saying: {saying}\n"))

    assert result.outcome is outcome
    if outcome is Outcome.FAILED:
        assert failed(result).expected == "fails: AccountProvisioningDeclined, saying: no money"


async def test_a_step_is_done_so_many_times() -> None:
    result = await played(written("- launch\n- create a Dream: Bike\n  times: 3\n- expect: {Dreams: {Bike: 3}}"))

    assert result.outcome is Outcome.PASSED
    assert result.steps[1].text == "create a Dream: Bike, times: 3"


async def test_each_time_has_to_fail_where_failing_is_wanted() -> None:
    steps = DECLINED.format(fails="AccountProvisioningDeclined") + "    times: 3\n  - expect: {callbacks: 3}\n"

    assert (await played(written(steps))).outcome is Outcome.PASSED


@pytest.mark.thorough
@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # it takes a second
async def test_a_step_that_does_not_end_is_given_up() -> None:
    script = written(
        "- open an account in advance\n- launch",
        given="{the bank approves after: 3000 days, ID tokens last: 3000 days}",
    )

    result = await played(script)

    assert outcomes(result) == {"1": "failed", "2": "not reached"}
    assert failed(result).found.startswith("it has not ended, 400 days later")


async def test_a_step_that_takes_long_because_it_says_so_is_not_given_up() -> None:
    steps = "- wait: 500 days\n- wait until: 2030-01-01\n- expect: {elapsed time: at least 1092 days}"

    result = await played(written(steps))

    assert result.outcome is Outcome.PASSED


async def test_eventually_waits_as_long_as_it_may_and_says_what_was_there_in_the_end() -> None:
    result = await played(
        written(
            "- launch\n- create a Dream: Bike\n- launch a savehack: weekly\n- eventually: {within: 1 day, accounts: 1}"
        )
    )

    assert failed(result).expected == "accounts: 1 within 1 day"
    assert failed(result).found == "accounts: 0"
    assert result.steps[-1].ended_at == "2027-01-05T08:00:00.000000Z"


async def test_eventually_goes_on_as_soon_as_it_is_so() -> None:
    steps = "- launch\n- create a Dream: Bike\n- launch a savehack: weekly\n- eventually: {within: 9 days, accounts: 1}"

    result = await played(written(steps))

    assert result.outcome is Outcome.PASSED
    assert "2027-01-06" <= result.steps[-1].ended_at <= "2027-01-06T12"


BRANCHES = """
  - launch
  - meanwhile:
      ada:
        - create a Dream: Bike
        - expect: {{Dreams: {ada}}}
        - wait: 5 days
      the bank:
        - wait: 2 days
        - expect: {{Dreams: {bank}}}
  - expect: {{Dreams: 1}}
"""


async def test_branches_are_numbered_and_all_of_them_come_to_their_end() -> None:
    result = await played(written(BRANCHES.format(ada=1, bank=1)))

    assert set(outcomes(result).values()) == {"passed"}
    assert sorted(outcomes(result)) == ["1", "2", "2.1.1", "2.1.2", "2.1.3", "2.2.1", "2.2.2", "3"]


async def test_the_first_branch_that_fails_ends_the_others() -> None:
    result = await played(written(BRANCHES.format(ada=1, bank=7)))

    assert outcomes(result) == {
        "1": "passed",
        "2": "failed",
        "2.1.1": "passed",
        "2.1.2": "passed",
        "2.1.3": "not reached",
        "2.2.1": "passed",
        "2.2.2": "failed",
        "3": "not reached",
    }
    assert (failed(result).number, failed(result).found) == ("2.2.2", "Dreams: 1")


async def test_branches_can_have_branches() -> None:
    steps = """
      - launch
      - meanwhile:
          - - meanwhile:
                - [create a Dream: Bike]
                - [create a Dream: Boat, wait: 1 day]
            - expect: {Dreams: {Bike: 1, Boat: 1}}
          - - wait: 2 days
      - expect: {Dreams: 2, elapsed time: 2 days}
    """

    result = await played(written(steps))

    assert result.outcome is Outcome.PASSED, failed(result)


async def test_a_failure_in_a_branch_within_a_branch_ends_all() -> None:
    steps = """
      - meanwhile:
          - - meanwhile:
                - [expect: {users: 5}]
                - [wait: 9 days]
          - - wait: 9 days
      - launch
    """

    result = await played(written(steps))

    assert failed(result).number == "1.1.1.1.1"
    assert result.steps[0].ended_at < "2027-01-05"


async def test_evidence_is_kept_where_it_is_wanted() -> None:
    result = await played(written("- launch\n- create a Dream: Bike\n- expect: {Dreams: 1}"), keeps_evidence=True)

    launch, dream, expect = result.steps
    assert (launch.first_message, expect.last_message) == (1, len(result.messages))
    assert dream.first_message == launch.last_message + 1
    assert (launch.before, launch.after, dream.before, dream.after) == (0, 1, 1, 2)
    assert (expect.before, expect.after) == (2, 2)
    assert [dream["name"] for dream in result.states[2]["dreams"].values()] == ["Bike"]
    assert results.as_json(results.from_json(results.as_json(result))) == results.as_json(result)


async def test_evidence_is_kept_while_a_server_is_down() -> None:
    steps = "- launch\n- the backend dies: {for: 3 hours}\n- DES dies: {for: 1 hour}\n- wait: 1 day\n- look around"

    result = await played(written(steps), keeps_evidence=True)

    assert result.outcome is Outcome.PASSED, failed(result)


async def test_a_fault_of_the_world_is_told_and_does_not_end_the_run() -> None:
    """No step brings this about; what we have not thought of must not be a traceback either."""
    script = written("- launch\n- wait: 1 day")
    async with fresh(script.given, seed=0) as world:

        class Broken:
            async def state(self) -> None:
                raise RuntimeError("the disk is full")

            def __getattr__(self, name: str) -> object:
                return getattr(world, name)

        from bank_app_sim.journeys.playing.player import play
        from bank_app_sim.journeys.playing.recording import Recordings

        result = await play(
            script,
            Broken(),  # type: ignore[arg-type]  # a world, but for its state
            seed=0,
            where="here",
            command="",
            recordings=Recordings.of(script, updates=False),
            keeps_evidence=True,
        )

    assert outcomes(result) == {"1": "failed", "2": "not reached"}
    assert failed(result).found == "RuntimeError: the disk is full"
    assert failed(result).way_out.endswith("it may be a fault of the simulator")


async def test_the_same_steps_are_there_for_those_who_write_python() -> None:
    script = written("- launch", given="{users: [ada, bo], the bank approves after: 1 day}")
    async with fresh(script.given, seed=0) as world:
        journey = Journey(world, script.given)
        await journey.launch()
        await journey.create_dream("Bike", target_cents=90_000)
        await journey.user_declines()
        with pytest.raises(AccountProvisioningDeclined):
            await journey.launch_savehack("weekly", amount_cents=5_000)
        await journey.expect(callbacks=1, savehacks={"paused": 1}, Dreams={"Bike": "at least 1"}, books_agree=True)

        with pytest.raises(ExpectationFailed, match=r"expected accounts: 1; there was accounts: 0"):
            await journey.expect(accounts=1)
        with pytest.raises(Mistake, match=r"unknown thing to expect 'acounts'; did you mean 'accounts'\?"):
            await journey.expect(acounts=1)
        with pytest.raises(ExpectationFailed, match="within 2 days"):
            await journey.eventually(within=timedelta(days=2), accounts=1)
