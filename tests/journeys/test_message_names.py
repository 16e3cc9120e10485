"""One vocabulary for messages: by method and path, or as the diagrams call them, and nothing that is never sent."""

import pytest

from bank_app_sim.journeys.expectations.message_comparisons import MESSAGE_NAME
from bank_app_sim.journeys.expectations.message_names import DIAGRAMS, names_of, read
from bank_app_sim.journeys.library import LIBRARY
from bank_app_sim.journeys.results import Outcome
from bank_app_sim.journeys.scripts.reader import read_file
from bank_app_sim.journeys.text.mistakes import Mistake, ScriptMistakes
from bank_app_sim.journeys.text.nodes import Plain
from bank_app_sim.simulation.exchanges import EXCHANGES
from bank_app_sim.simulation.faults import FaultKind

from .written import failed, played, said, written

LABELS = {label for kind in FaultKind for label in kind.labels("POST /dreams")}
ENDS = sorted({label.removeprefix("the answer to ") for label in LABELS})

SAVING = "- launch\n- create a Dream: Bike\n- launch a savehack: weekly 50.00\n- wait: 3 days\n"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("POST /dreams", 1),
        ("POST /v1/dreams", 1),
        ("Create Dream", 1),
        ("Dream Created", 1),
        ("POST /savehack-launches", 1),
        ("POST /accounts", 1),
        ("PATCH /users/{id}", 1),
        ("Account provisioning initiated", 1),
        ("PATCH /transactions/{id}", 1),
        ("POST /provisioning-orders", 1),
        ("Initiate account provisioning", 1),
        ("Initiate (async) account provisioning", 0),
        ("DELETE /session", 0),
        ("callback: Account Provisioning Requested", 1),
        ("202 Accepted", 1),
        ("DELETE /session is lost", 0),
    ],
)
async def test_a_message_is_counted_by_each_of_its_names(name: str, count: int) -> None:
    steps = f"- the network loses: {{what: DELETE /session, may not happen: yes}}\n{SAVING}"
    result = await played(written(f'{steps}- expect: {{messages sent: {{"{name}": {count}}}}}'))

    assert result.outcome is Outcome.PASSED, failed(result).found
    wrong = await played(written(f'{steps}- expect: {{messages sent: {{"{name}": {count + 1}}}}}'))
    assert failed(wrong).found == f"messages sent: {name.replace('/v1', '')}: {count}"


async def test_a_message_with_two_names_is_one_in_all() -> None:
    script = written(SAVING)
    in_all = len(await said(script))

    result = await played(written(f"{SAVING}- expect: {{messages sent: {in_all}}}"))

    assert result.outcome is Outcome.PASSED


async def test_what_the_network_has_done_is_named_with_any_id() -> None:
    steps = '- the network loses: {what: "PATCH /users/{id}", from: SDK}\n' + SAVING
    expected = (
        '- expect: {messages sent: {"PATCH /users/{id} is lost": 1, "PATCH /v1/users/{id}": 1}}\n'
        '- expect: {messages in order: [POST /dreams, "PATCH /users/{id} is lost", Account provisioning initiated]}'
    )

    result = await played(written(steps + expected))

    assert result.outcome is Outcome.PASSED, failed(result).found


@pytest.mark.parametrize(
    "journey",
    [
        "account_for_each_dream",
        "consent_signed",
        "webhook_lost",
        "busy_servers",
        "app_dies_while_asking",
        "callback_late",
    ],
)
async def test_every_message_of_a_journey_has_names_that_can_be_read(journey: str) -> None:
    script = read_file(LIBRARY / f"{journey}.journey.yaml")[0]

    names = {name for message in await said(script) for name in names_of(message)}

    assert {read(name) for name in names} == names
    assert len(names) > 10


@pytest.mark.parametrize("name", [*DIAGRAMS, *(each.name for each in EXCHANGES), "201 Created", "503 from the network"])
def test_a_letter_too_many_is_told_with_the_name_that_was_meant(name: str) -> None:
    at = len(name) - 2
    misspelt = name[:at] + name[at] + name[at:]

    with pytest.raises(Mistake) as raised:
        MESSAGE_NAME.read(Plain(misspelt))

    assert "did you mean" in raised.value.sentence or "it can be" in raised.value.sentence
    assert MESSAGE_NAME.read(Plain(name)) == name


@pytest.mark.parametrize(
    ("expected", "column", "sentence"),
    [
        ("{messages sent: {POST /draems: 0}}", 28, "did you mean 'POST /dreams'?"),
        ("{messages sent: {Craete Dream: 0}}", 28, "did you mean 'Create Dream'?"),
        ("{messages in order: [Create Dream, POST /acounts]}", 46, "did you mean 'POST /accounts'?"),
        ("{messages sent: {201 Craeted: 0}}", 28, "unknown answer '201 Craeted'; did you mean '201 Created'?"),
        ("{messages sent: {POST /acounts is lost: 0}}", 28, "did you mean 'POST /accounts'?"),
        ("{events: {DepositFialed: 0}}", 21, "did you mean 'DepositFailed'?"),
        ("{orders: {refusd: 0}}", 21, "did you mean 'REFUSED'?"),
        ("{messages sent: {POST /dreams: 1, POST /v1/dreams: 2}}", 45, "is here twice, in two spellings"),
        ("{of: ada, events: {DepositFailed: 0}}", 21, "`events` is everybody's"),
        ("{of: ada, deaths: 0, faults: 0}", 21, "`deaths` is everybody's"),
    ],
)
def test_what_is_never_there_cannot_be_counted(expected: str, column: int, sentence: str) -> None:
    with pytest.raises(ScriptMistakes) as raised:
        written(f"- launch\n- expect: {expected}")

    mistake = raised.value.mistakes[0]
    assert sentence in mistake.sentence
    assert (mistake.place.line, mistake.place.column) == (4, column)


@pytest.mark.parametrize("name", [f"{before}{end}" for before in ("", "the answer to ") for end in ENDS])
def test_a_message_that_a_fault_struck_has_a_label_of_a_fault(name: str) -> None:
    if name in LABELS:
        assert read(name) == name
    else:
        with pytest.raises(ValueError, match="unknown message"):
            read(name)
