"""A fault that never strikes: its journey fails at the step that asked for it, unless the step says that it may."""

from datetime import timedelta

import pytest

from bank_app_sim import Simulation
from bank_app_sim.journeys.expectations.expected import ExpectationFailed
from bank_app_sim.journeys.journey import Journey
from bank_app_sim.journeys.results import Outcome
from bank_app_sim.journeys.text.mistakes import ScriptMistakes

from .written import failed, outcomes, played, written

SAVING = "- create a Dream: Bike\n- launch a savehack: weekly 50.00\n- wait: 3 days\n"

# A fault, and what is said of it when it has not happened, or not wholly.
UNUSED = [
    ("the network loses: DELETE /users/{id}", "DELETE /users/{id} is lost", "it has not happened"),
    (
        "the network loses the answer to: GET /impact-events",
        "GET /impact-events has its answer lost",
        "it has not happened",
    ),
    ('the network doubles: {what: "PATCH /accounts/{id}"}', "arrives twice", "it has not happened"),
    ("the network delays: {what: DELETE /session, time: 1 hour}", "DELETE /session is late", "it has not happened"),
    ("the network holds back: POST /session/keep-alive", "arrives after the next", "it has not happened"),
    ("the network answers: {what: POST /consents}", "answered by the network", "it has not happened"),
    ("the network doubles: {what: POST /dreams, times: 2}", "2 times POST /dreams", "it has happened 1 of 2 times"),
    ("the network doubles: {what: POST /dreams, after: 1}", "POST /dreams", "has not happened"),
    ("the network doubles: {what: POST /dreams, after: 3}", "POST /dreams", "2 more would have passed unharmed before"),
    ("the network loses: {what: DELETE /session, times: all}", "DELETE /session is lost", "it has not happened"),
    ("DES dies: {answering: DELETE /session}", "DELETE /session arrives, and its receiver dies", "it has not happened"),
    ("the backend dies: {answering: POST /consents}", "POST /consents arrives", "it has not happened"),
    ("the backend dies: {at: consents.SIGNED.due-not-done}", "dies at consents.SIGNED.due", "it has not happened"),
]


def script(fault: str, more: str = "") -> str:
    return f"- launch\n- {fault}\n{SAVING}{more}- expect: {{accounts: 1}}"


@pytest.mark.parametrize(("fault", "expected", "found"), UNUSED, ids=[fault for fault, _, _ in UNUSED])
async def test_a_fault_that_is_not_used_up_fails_the_step_that_asked_for_it(
    fault: str, expected: str, found: str
) -> None:
    result = await played(written(script(fault)))

    assert result.outcome is Outcome.FAILED
    assert outcomes(result) == {
        "1": "passed",
        "2": "failed",
        "3": "passed",
        "4": "passed",
        "5": "passed",
        "6": "passed",
    }
    assert expected in failed(result).expected
    assert found in failed(result).found
    assert "may not happen: yes" in failed(result).way_out


@pytest.mark.parametrize("fault", [fault for fault, _, _ in UNUSED if fault.endswith("}") and ": {" in fault])
async def test_a_word_lets_it_be_unused_on_purpose(fault: str) -> None:
    result = await played(written(script(f"{fault[:-1]}, may not happen: yes}}")))

    assert result.outcome is Outcome.PASSED


@pytest.mark.parametrize("fault", [UNUSED[0][0], UNUSED[6][0], UNUSED[10][0], UNUSED[12][0]])
async def test_a_network_that_is_well_again_has_nothing_left(fault: str) -> None:
    result = await played(written(script(fault, "- the network is well again\n")))

    assert result.outcome is Outcome.PASSED


async def test_a_message_has_one_name_for_faults_and_for_counts() -> None:
    fault = "- the network doubles: Create Dream\n- the network loses the answer to: Launch Savehack\n"
    counts = "{Create Dream is doubled: 1, the answer to Launch Savehack is lost: 1}"

    result = await played(written(f"- launch\n{fault}{SAVING}- expect: {{messages sent: {counts}}}"))

    assert result.outcome is Outcome.PASSED, failed(result)


async def test_a_fault_for_all_messages_is_used_by_the_first() -> None:
    result = await played(written(script("the network doubles: {what: POST /accounts, times: all}")))

    assert result.outcome is Outcome.PASSED


async def test_each_of_several_steps_answers_for_its_own_fault() -> None:
    steps = (
        "- the network doubles: POST /dreams\n- the network doubles: DELETE /session\n"
        f"- launch\n- meanwhile:\n    - [the network loses: GET /savehacks]\n    - [look around]\n{SAVING}"
    )

    result = await played(written(steps))

    assert {number for number, outcome in outcomes(result).items() if outcome == "failed"} == {"2"}


async def test_a_journey_that_fails_anyway_says_why_and_nothing_of_what_is_left() -> None:
    result = await played(written("- the network loses: DELETE /session\n- launch\n- expect: {users: 7}\n- launch"))

    assert outcomes(result) == {"1": "passed", "2": "passed", "3": "failed", "4": "not reached"}


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("the network loses: {what: POST /accounts, from: SDK}", "Impact Finance SDK never sends POST /accounts"),
        ("the network loses: {what: GET /dreams, from: app}", "Bank App never sends GET /dreams"),
        ("DES dies: {answering: POST /provisioning-orders}", "DES Backend never gets POST /provisioning-orders"),
        ("the backend dies: {answering: POST /dreams}", "Bank Backend never gets POST /dreams"),
        ("DES dies: {answering: POST /dreams, for: 1 hour}", "cannot be together"),
        ("DES dies: {for: 1 hour, may not happen: yes}", "goes with `answering` or `at`"),
        ("the backend dies: {answering: GET /accounts, at: consents.SIGNED.due-not-done}", "it dies once"),
    ],
)
def test_a_fault_that_could_never_strike_is_a_mistake(step: str, said: str) -> None:
    with pytest.raises(ScriptMistakes) as raised:
        written(f"- {step}")

    [mistake] = raised.value.mistakes
    assert said in mistake.sentence
    assert mistake.place.line == 3


async def test_dying_at_the_next_answer_whichever_it_is_waits_for_one() -> None:
    result = await played(
        written("- DES dies: {answering: anything}\n- expect: {deaths: 0}\n- launch\n- expect: {deaths: 1}")
    )

    assert result.outcome is Outcome.PASSED


async def test_in_python_the_end_of_a_journey_says_what_has_not_gone_wrong() -> None:
    async with Simulation(seed=7) as simulation:
        journey = Journey(simulation)
        await journey.network_loses("DELETE /session")
        await journey.network_loses("DELETE /users/{id}", may_not_happen=True)
        await journey.launch()

        with pytest.raises(ExpectationFailed, match="expected DELETE /session is lost, before the journey ends"):
            await journey.end()

        await journey.network_is_well_again()
        await journey.end()


async def test_in_python_a_journey_with_a_world_of_its_own_ends_with_its_block() -> None:
    async def never_looks_at_savehacks() -> None:
        async with Journey.begin() as journey:
            await journey.network_delays("GET /savehacks", time=timedelta(hours=1))
            await journey.launch()

    with pytest.raises(ExpectationFailed, match="GET /savehacks is late"):
        await never_looks_at_savehacks()


async def test_what_a_block_raises_comes_before_what_is_left() -> None:
    async def goes_wrong() -> None:
        async with Journey.begin() as journey:
            await journey.network_loses("GET /savehacks")
            await journey.expect(users=3)

    with pytest.raises(ExpectationFailed, match="users: 3"):
        await goes_wrong()
