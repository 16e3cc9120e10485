"""`bank-app-sim run --report DIR`: the evidence of a journey that was really played."""

import json
from pathlib import Path

import jsonschema_rs
import pytest
from click.testing import CliRunner

from bank_app_sim.cli import main

from .page import embedded
from .test_trace_file import SCHEMA

pytestmark = pytest.mark.thorough


def test_a_journey_of_the_library_leaves_evidence_of_every_kind(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["run", "declined_then_accepted", "-j", "1", "--report", str(tmp_path)])

    assert result.exit_code == 0, result.output
    assert f"wrote {tmp_path / 'report.html'}" in result.output
    document = json.loads((tmp_path / "trace.json").read_text())
    jsonschema_rs.validate(SCHEMA, document)
    (shown,) = embedded((tmp_path / "report.html").read_text())
    assert shown["messages"] == document["journeys"][0]["messages"] != []
    assert len(shown["states"]) > 1
    assert 'tests="1" failures="0"' in (tmp_path / "junit.xml").read_text()
    assert (tmp_path / "mermaid" / "declined_then_accepted.mmd").is_file()
