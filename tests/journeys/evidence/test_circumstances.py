"""A report says when, with what and on what it was made, and is written whatever git makes of it."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bank_app_sim.journeys.evidence.circumstances import circumstances, commit_of
from bank_app_sim.journeys.playing.job import Job, Plan
from bank_app_sim.journeys.playing.runner import play_jobs
from bank_app_sim.journeys.results import JourneyResult
from bank_app_sim.journeys.scripts.reader import read

from .samples import made


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    for words in (
        ["init", "--quiet", "--initial-branch", "trunk"],
        ["-c", "user.name=A", "-c", "user.email=a@example", "commit", "--quiet", "--allow-empty", "-m", "x"],
    ):
        subprocess.run(["git", "-C", str(folder), *words], check=True)
    (folder / "a.journey.yaml").write_text("journey: x\n")
    return folder


def of(folder: Path) -> JourneyResult:
    return made(file=str(folder / "a.journey.yaml"))


def test_the_commit_is_that_of_the_folder_with_the_scripts(checkout: Path) -> None:
    head = subprocess.run(["git", "-C", str(checkout), "rev-parse", "HEAD"], capture_output=True, text=True).stdout

    told = circumstances([of(checkout)], now=datetime(2027, 1, 4, 8, tzinfo=UTC))

    assert told.commit == f"{head[:10]} on trunk"
    assert told.written_at == "2027-01-04T08:00:00Z"
    assert told.environment.startswith("Python 3.")


def test_what_is_not_committed_is_said(checkout: Path) -> None:
    subprocess.run(["git", "-C", str(checkout), "add", "."], check=True)

    assert commit_of(checkout).endswith(" on trunk (changed)")


def test_a_hook_of_another_repository_changes_nothing(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(checkout.parent / "elsewhere"))

    assert commit_of(checkout).endswith(" on trunk")


def test_a_folder_that_is_no_checkout_has_none(tmp_path: Path) -> None:
    (tmp_path / "a.journey.yaml").write_text("")

    assert circumstances([of(tmp_path)]).commit == ""
    assert circumstances([]).written_at


@pytest.mark.parametrize("program", [None, "#!/bin/sh\nexit 128\n", "#!/nowhere\n"])
def test_without_a_git_that_works_there_is_none(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str | None
) -> None:
    if program is not None:
        (tmp_path / "git").write_text(program)
        (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert circumstances([of(checkout)]).commit == ""


def test_evidence_has_the_script_and_what_was_given(tmp_path: Path) -> None:
    path = tmp_path / "x.journey.yaml"
    path.write_text(
        "journey: x\ngiven: {users: [ada, bo], webhooks: yes, "
        "the bank approves after: 3 days, opening balance: 60.00}\n"
        "steps: [launch]\n"
    )
    scripts = read(path.read_text(), path)

    [kept] = play_jobs([Job(scripts[0], 0)], Plan(keeps_evidence=True))
    [plain] = play_jobs([Job(scripts[0], 0)], Plan())

    assert kept.given == {
        "users": "ada, bo",
        "webhooks": "yes",
        "the bank approves after": "3 days",
        "opening balance": "60.00",
    }
    assert kept.sources == {str(path): path.read_text()}
    assert plain.sources == {}
