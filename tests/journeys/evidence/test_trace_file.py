"""`trace.json` is what its schema and its page say, and the same for the same seed."""

import json
import re
from pathlib import Path
from typing import Any

import attrs
import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bank_app_sim
from bank_app_sim.journeys import evidence
from bank_app_sim.journeys.evidence import trace_file
from bank_app_sim.journeys.evidence.trace_file import NoTrace
from bank_app_sim.journeys.results import JourneyResult, Outcome

from .samples import HOSTILE, made, message, played

ROOM = Path(bank_app_sim.__file__).parent
SCHEMA = json.loads((ROOM / "journeys" / "evidence" / "trace.schema.json").read_text())


def written(*results: JourneyResult) -> Any:
    return json.loads(trace_file.document(results))


def test_a_file_is_valid_by_its_schema(failing: JourneyResult) -> None:
    jsonschema_rs.validate(SCHEMA, written(failing, made(outcome=Outcome.SKIPPED, reason=HOSTILE, row=HOSTILE)))


def test_the_schema_allows_no_field_that_it_does_not_name(failing: JourneyResult) -> None:
    document = written(failing)
    document["journeys"][0]["steps"][0]["seconds"] = 1

    with pytest.raises(jsonschema_rs.ValidationError, match="seconds"):
        jsonschema_rs.validate(SCHEMA, document)


def test_the_page_explains_every_field_of_the_schema() -> None:
    page = (ROOM / "docs" / "trace.md").read_text()
    rows = "\n".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| `"))
    named = {name for part in ("journey", "step", "message") for name in SCHEMA["$defs"][part]["properties"]}

    assert set(re.findall(r"`(\w+)`", rows)) == named | set(SCHEMA["properties"])


def test_the_example_of_the_page_is_a_trace() -> None:
    example = (ROOM / "docs" / "trace.md").read_text().split("```json\n")[1].split("```")[0]

    jsonschema_rs.validate(SCHEMA, json.loads(example))


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(failing: JourneyResult) -> None:
    again = attrs.evolve(played(failing.seed), seconds=99.0, world="somewhere else")

    assert trace_file.document([again]) == trace_file.document([failing])
    assert trace_file.document([played(failing.seed + 1)]) != trace_file.document([failing])


def test_messages_stand_on_lines_of_their_own(failing: JourneyResult) -> None:
    lines = trace_file.document([failing]).splitlines()

    assert sum(line.startswith('{"n":') for line in lines) == len(failing.messages)


def test_what_was_written_can_be_read(failing: JourneyResult, tmp_path: Path) -> None:
    evidence.write(tmp_path, [failing, made(row="amount=5")])

    first, second = trace_file.read(tmp_path / "trace.json")

    assert [message.as_json() for message in first.messages] == list(failing.messages)
    assert [step.text for step in first.steps] == [step.text for step in failing.steps]
    assert (first.outcome, second.name, second.row) == ("failed", "saves", "amount=5")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not JSON, so it is not a trace"),
        ("[1]", "it has no 'version'"),
        ('{"openapi": "3.1"}', "it has no 'version'"),
        ('{"version": 1, "messages": []}', "is a trace of version 1, and this program reads 3"),
        ('{"version": 3}', "'journeys' is missing"),
        ('{"version": 3, "journeys": [{"name": "x"}]}', "'row' is missing"),
        ('{"version": 3, "journeys": 5}', "broken"),
    ],
)
def test_another_file_is_refused_with_what_is_wrong(content: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "trace.json"
    file.write_text(content)

    with pytest.raises(NoTrace, match=re.escape(said)) as refused:
        trace_file.read(file)
    assert str(file) in str(refused.value)


@pytest.mark.parametrize(
    "broken", [{"from": "elsewhere"}, {"at": "yesterday"}, {"detail": 5}, {"n": "first"}, {"detail": None}]
)
def test_a_message_that_is_none_is_refused(broken: dict[str, Any], tmp_path: Path) -> None:
    document = written(made(messages=[message(1)]))
    document["journeys"][0]["messages"][0] |= broken
    (tmp_path / "trace.json").write_text(json.dumps(document))

    with pytest.raises(NoTrace, match="broken"):
        trace_file.read(tmp_path / "trace.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.thorough
@given(
    journeys=st.lists(
        st.fixed_dictionaries(
            {"name": JSON, "row": JSON, "outcome": JSON, "steps": JSON, "messages": st.lists(JSON, max_size=2) | JSON}
        )
    )
    | JSON
)
def test_whatever_says_it_is_a_trace_is_read_or_refused(
    journeys: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.json"
    file.write_text(json.dumps({"version": 3, "journeys": journeys}))

    try:
        trace_file.read(file)
    except NoTrace as refused:
        assert str(file) in str(refused)  # noqa: PT017
