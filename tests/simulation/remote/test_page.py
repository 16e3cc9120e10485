"""The page for people who use other languages is in step with what can be asked."""

from pathlib import Path

import pytest

import bank_app_sim
from bank_app_sim.server.http.operation import Operation
from bank_app_sim.simulation.remote.control.command import Command
from bank_app_sim.simulation.remote.control.messages import MOST_MESSAGES
from bank_app_sim.simulation.remote.operations import OPERATIONS
from bank_app_sim.simulation.remote.registry import IDLE_AFTER_SECONDS, MOST_WORLDS

PAGE = (Path(bank_app_sim.__file__).parent / "docs" / "worlds.md").read_text()


def section(operation: Operation[Command]) -> str:
    _, _, rest = PAGE.partition(f"### `{operation.method} {operation.path}`\n")
    return rest.partition("\n#")[0]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}")
def test_every_operation_has_a_section_with_all_its_fields_and_no_others(operation: Operation[Command]) -> None:
    rows = [line for line in section(operation).splitlines() if line.startswith("| `")]

    assert section(operation)
    assert rows == [f"| `{name}` | {field.meaning} |" for name, field in operation.does.fields.items()]


def test_the_page_speaks_of_no_other_operation() -> None:
    assert PAGE.count("\n### `") == len(OPERATIONS)


def test_the_limits_are_those_of_the_program() -> None:
    assert f"At most {MOST_MESSAGES:,} at once" in PAGE
    assert f"At most {MOST_WORLDS} at once" in PAGE
    assert f"for {IDLE_AFTER_SECONDS // 60} minutes" in PAGE
