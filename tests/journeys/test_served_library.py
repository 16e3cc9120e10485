"""The library against a served sandbox, as QA would run it: other processes, TCP, a database on disk."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.served import Server, served

pytestmark = pytest.mark.processes


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.nightly])])
def store(request: pytest.FixtureRequest) -> str:
    """By night on PostgreSQL too: each of the ninety worlds makes its tables there, which takes most of a minute."""
    return str(request.param)


@pytest.fixture
def sandbox(tmp_path: Path, world_url: str | None) -> Iterator[Server]:
    """A sandbox on SQLite files, or on PostgreSQL."""
    database = [] if world_url is None else ["--database", world_url]
    with served(tmp_path / "data", *database) as server:
        yield server


def run(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bank_app_sim", "run", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, cwd=folder)


def test_every_journey_of_the_library_passes_on_a_served_sandbox(sandbox: Server, tmp_path: Path) -> None:
    ended = run("--against", sandbox.ready["des_url"], "--json", folder=tmp_path)

    result = json.loads(ended.stdout)
    assert [each["name"] for each in result["journeys"] if each["outcome"] != "passed"] == []
    assert result["passed"] > 36
    assert ended.returncode == 0


def test_a_journey_becomes_an_arazzo_document_that_runs_where_it_is_for(sandbox: Server, tmp_path: Path) -> None:
    """With absolute addresses and inputs that work; and a document that was changed fails where it was."""
    url = sandbox.ready["des_url"]
    written = run("declined_then_accepted", "--export", "arazzo", "--against", url, folder=tmp_path)
    assert "wrote declined_then_accepted.arazzo.yaml" in written.stdout
    document = tmp_path / "declined_then_accepted.arazzo.yaml"
    wrong = tmp_path / "wrong.arazzo.yaml"
    wrong.write_text(document.read_text().replace("$statusCode == 201", "$statusCode == 204", 1))

    ended = run(document.name, folder=tmp_path)
    changed = run(wrong.name, folder=tmp_path)

    assert f"url: {url}/worlds/" in document.read_text()
    assert "1 passed, 0 failed" in ended.stdout, ended.stdout + ended.stderr
    assert changed.returncode == 1
    assert "$statusCode == 204" in changed.stdout


def test_an_export_without_a_sandbox_says_what_it_needs(tmp_path: Path) -> None:
    ended = run("declined_then_accepted", "--export", "arazzo", folder=tmp_path)

    assert ended.returncode == 2
    assert "--export arazzo needs --against" in ended.stderr
