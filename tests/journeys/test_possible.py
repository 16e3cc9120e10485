"""What can never be otherwise is not expected: nothing in the journey could bring it about."""

import pytest

from bank_app_sim.journeys.results import Outcome
from bank_app_sim.journeys.scripts.possible import DEATHS
from bank_app_sim.journeys.steps.trouble import FAULTS, TroubleSteps
from bank_app_sim.journeys.text.mistakes import ScriptMistakes
from bank_app_sim.journeys.vocabulary.words import words_of

from .written import failed, played, written

NEVER = [
    ("messages sent: {530 from the network: 0}", "", "no step has `the network answers` with 530"),
    (
        "messages sent: {530 from the network: 0}",
        "- the network answers: {what: POST /dreams, status: 429}",
        "with 530; steps ask for 429",
    ),
    (
        "messages sent: {POST /accounts is lost: 0}",
        "- the network loses: POST /dreams",
        "`the network loses: POST /accounts` does",
    ),
    (
        "messages sent: {POST /dreams is lost: 0}",
        "- the network doubles: POST /dreams",
        "no step of this journey asks for it",
    ),
    (
        "messages sent: {the answer to POST /dreams is lost: 0}",
        "- the network loses: POST /dreams",
        "`the network loses the answer to: POST /dreams` does",
    ),
    ("messages in order: [POST /dreams, process dies]", "", "no step of this journey has a process die"),
    ("messages sent: {530 Server Error: 0}", "", "unknown answer '530 Server Error'"),
    ("messages sent: {callback raised Weekly: 0}", "", "unknown message 'callback raised Weekly'"),
    ("messages sent: {callback raised ProvisioningDecline: 0}", "", "'callback raised ProvisioningDeclined'?"),
    ("faults: 0", "", "no step of this journey has the network do anything"),
    ("faults: {held back: 0}", "- the network loses: POST /dreams", "faults of the kind 'held back' are always 0"),
    ("deaths: 0", "", "no step of this journey has such a process die"),
    ("deaths: {DES: 0}", "- the app dies", "`deaths` of DES are always 0"),
    ("events: {DepositFailed: 0}", "", "`webhooks: yes` in `given`"),
    ("events came by: {looking: 0}", "", "`webhooks: yes` in `given`"),
    ("consents: {signed: 0}", "", "`consents: yes` in `given`"),
    ("callbacks: {transfer consent requested: 0}", "", "`consents: yes` in `given`"),
    ("accounts: {Performance: 0}", "", "`performance Dreams: yes` in `given`"),
    ("kinds of savehacks: {monthly: 0}", "- create a Dream: Bike", "no step of this journey launches one"),
    ("deposits: at least 0", "", "everything is at least 0"),
    ("deposits: {failed: at least 0}", "", "everything is at least 0"),
    ("elapsed time: at least 0s", "", "everything is at least 0s"),
]


@pytest.mark.parametrize(("expected", "before", "said"), NEVER)
def test_what_nothing_can_bring_about_is_a_mistake_at_its_place(expected: str, before: str, said: str) -> None:
    line = f"- expect: {{{expected}}}"
    with pytest.raises(ScriptMistakes) as raised:
        written(f"- launch\n{before}\n{line}")

    [mistake] = raised.value.mistakes
    assert said in mistake.sentence
    assert mistake.place.line == (5 if before else 4)


@pytest.mark.parametrize(
    ("expected", "before", "given"),
    [
        ("messages sent: {530 from the network: 0}", "- the network answers: {what: POST /dreams, status: 530}", ""),
        ("messages sent: {POST /dreams is lost: 0, process dies: 0}", "- the network loses: anything\n- DES dies", ""),
        ("messages sent: {Create Dream is lost: 0}", "- the network loses: POST /dreams", ""),
        ("messages sent: {POST /dreams is lost: 0}", "- meanwhile: [[the network loses: Create Dream], [launch]]", ""),
        ("messages sent: {the answer to POST /dreams is lost: 0}", "- DES dies: {answering: POST /dreams}", ""),
        ("messages sent: {callback raised BankRefused: 0, callback raised ConsentDeclined: 0}", "", ""),
        ("faults: 0, deaths: {DES: 0}", "- DES dies: {answering: POST /dreams}", ""),
        ("faults: {receiver dies: 0}", "- DES dies: {answering: POST /dreams}", ""),
        ("events: 0, events came by: {webhook: 0}", "", "{webhooks: yes}"),
        ("accounts: {Performance: 0}", "", "{performance Dreams: yes}"),
        ("accounts: {Performance: 1}", "- the bank posts an account: {type: Performance}", ""),
        ("kinds of savehacks: {monthly: 0}", "- create a Dream: Bike\n- launch a savehack: monthly", ""),
        ("deposits: at least 1, elapsed time: at least 1s, deaths: at most 0", "- DES dies", ""),
        ("consents: 0, callbacks: {transfer consent requested: 0}", "", "{consents: yes}"),
    ],
)
def test_what_something_can_bring_about_may_be_expected(expected: str, before: str, given: str) -> None:
    assert written(f"- launch\n{before}\n- expect: {{{expected}}}", given=given)


@pytest.mark.parametrize("step", ["launch: bo", "the bank introduces: bo", "create a Dream: {name: Bike, by: bo}"])
def test_whose_part_is_looked_at_takes_part_in_a_step(step: str) -> None:
    given, line = "{users: [ada, bo]}", "- expect: {of: bo, deposits: 0}"
    with pytest.raises(ScriptMistakes, match="no step has 'bo' do anything") as raised:
        written(f"- launch\n{line}", given=given)

    [mistake] = raised.value.mistakes
    assert (mistake.place.line, mistake.place.column) == (5, 16)
    assert written(f"- launch\n{line}\n- {step}", given=given)


def test_every_step_that_brings_trouble_is_known() -> None:
    assert [name for name in words_of(TroubleSteps) if name not in (*FAULTS, *DEATHS)] == ["the network is well again"]


@pytest.mark.parametrize("expected", ["saved: {Boat: 0}", "linked Dreams: {Boat: 0}", "achieved Dreams: {Boat: 0}"])
async def test_what_a_dream_has_is_not_known_before_it_is_created(expected: str) -> None:
    early, late = f"- expect: {{{expected}}}", "- create a Dream: Boat"

    result = await played(written(f"- launch\n- create a Dream: Bike\n{early}\n{late}"))
    assert failed(result).found.endswith("no Dream 'Boat' so far; there is Bike")

    later = await played(written(f"- launch\n{late}\n{early}\n- delete the Dream: Boat\n{early}"))
    assert later.outcome is Outcome.PASSED


async def test_a_dream_that_is_not_there_yet_can_be_waited_for() -> None:
    branches = "{soon: [wait: 1 day, create a Dream: Boat], late: [eventually: {within: 2 days, saved: {Boat: 0}}]}"

    result = await played(written(f"- launch\n- meanwhile: {branches}\n- expect: {{Dreams: {{Boat: 1}}}}"))

    assert result.outcome is Outcome.PASSED, failed(result)
