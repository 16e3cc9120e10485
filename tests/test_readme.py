"""The programs and commands in README and the examples do what they show."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, flags=re.DOTALL)
PROGRAMS = [text for language, text in BLOCKS if language == "python"]
COMMANDS = [text.strip() for language, text in BLOCKS if language == "sh"]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))

PRINTED = {
    "quickstart.py": "WeeklyLaunch for Bike is active",
    "declined.py": "one account, with 100000 cents on it",
    "bank_backend.py": "Deposit of 5000 cents: settled",
    "sign_for_savehacks.py": "WeeklyLaunch is a draft: not now",
    "follow_events.py": "DreamAchieved",
    "keep_sessions.py": "close Impact Finance: signed_out",
    "spans.py": "callback account_provisioning_requested",
    "journey_in_python.py": "asked 2 times, two accounts",
    "sandbox_for_hosts.py": "Deposit of 5000 cents: requested",
    "fastapi_host.py": "[{'name': 'Bike', 'balance_cents': 5000}]",
    "django_host.py": "[{'name': 'Bike', 'balance_cents': 5000}]",
    "flask_host.py": "[{'balance_cents': 5000, 'name': 'Bike'}]",
    "celery_worker.py": "Deposit of 5000 cents: settled",
}


# One deposit waits for its account. It comes before the one that can be settled.
WAITING = "Deposit of 3000 cents: waits for its account"
ON_THE_WAY = {"fastapi_host.py", "django_host.py", "flask_host.py", "celery_worker.py"}


def run(*command: str) -> str:
    ended = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("program", "printed"),
    list(zip(PROGRAMS, ["active\n[<TransactionState.REQUESTED", "sequenceDiagram"], strict=True)),
    ids=["the SDK", "the simulator"],
)
def test_every_program_in_the_readme_runs_and_prints_what_it_says(program: str, printed: str) -> None:
    assert run("-c", program).startswith(printed)


@pytest.mark.thorough
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_every_example_runs_and_prints_what_it_promises(example: Path) -> None:
    printed = run(str(example))

    assert PRINTED[example.name] in printed
    assert (WAITING in printed) == (example.name in ON_THE_WAY)


@pytest.mark.thorough
@pytest.mark.parametrize("script", sorted((ROOT / "examples").glob("*.journey.yaml")), ids=lambda path: path.name)
def test_every_example_of_a_journey_passes(script: Path) -> None:
    assert run("-m", "bank_app_sim", "run", str(script)).startswith("passed")


@pytest.mark.thorough
def test_the_spans_in_the_document_are_those_that_the_example_prints() -> None:
    document = (ROOT / "bank_app_sim" / "docs" / "observability.md").read_text()
    [spans] = re.findall(r"```text\n(.*?)```", document, flags=re.DOTALL)

    assert spans == run(str(ROOT / "examples" / "spans.py"))


@pytest.mark.thorough
def test_the_hook_in_the_document_runs() -> None:
    document = (ROOT / "bank_app_sim" / "docs" / "observability.md").read_text()
    [program] = re.findall(r"```python\n(.*?)```", document, flags=re.DOTALL)
    environment = {"IMPACT_BASE_URL": "http://127.0.0.1:1", "IMPACT_CLIENT_ID": "a", "IMPACT_CLIENT_SECRET": "b"}

    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)


def test_the_journey_in_the_readme_is_the_example() -> None:
    [script] = [text for language, text in BLOCKS if language == "yaml"]

    assert script == (ROOT / "examples" / "declined.journey.yaml").read_text()


def test_ci_runs_the_readmes_test_command() -> None:
    assert COMMANDS[1] in (ROOT / ".ci" / "run").read_text()


def test_every_file_that_the_readme_names_is_there() -> None:
    names = re.findall(r"\]\(([\w./]+)\)", README)

    assert names
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_the_first_command_is_one_line_near_the_top() -> None:
    assert "\n" not in COMMANDS[0]
    assert README.splitlines().index(COMMANDS[0]) < 15
