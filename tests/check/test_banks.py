"""The wrong banks of `examples/banks` are caught, each by exactly the rule that it breaks."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

from bank_app_sim.check import Result, Verdict

from .conftest import CLEO, Checker

BANKS = Path(__file__).parents[2] / "examples" / "banks"

CAUGHT_BY: dict[str, set[str]] = {
    "sync_token": {"loop"},
    "new_number": {"twice"},
    "conflict_is_failure": {"conflict"},
    "quiet_no": {"declines"},
    "logs_requests": {"secrets"},
}


def callback_of(bank: str) -> Any:
    """As it finds the environment of this test, and not of one before."""
    spec = importlib.util.spec_from_file_location(bank, BANKS / f"{bank}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.open_account


def named(verdicts: dict[str, Verdict], result: Result) -> set[str]:
    return {rule_id for rule_id, verdict in verdicts.items() if verdict.result is result}


def test_every_bank_is_tried() -> None:
    """The good one as it is typed, in test_cli."""
    assert {file.stem for file in BANKS.glob("*.py")} == {"good", *CAUGHT_BY}


@pytest.mark.thorough
@pytest.mark.parametrize("bank", CAUGHT_BY)
def test_a_bank_is_caught_by_the_rule_that_it_breaks_and_passes_all_others(bank: str, checker: Checker) -> None:
    verdicts = checker.verdicts(callback_of(bank))

    assert named(verdicts, Result.FAIL) == CAUGHT_BY[bank]
    assert named(verdicts, Result.COULD_NOT_TELL) == set()


@pytest.mark.parametrize("bank", ["good", *CAUGHT_BY])
def test_a_bank_says_how_it_is_tried_and_what_catches_it(bank: str) -> None:
    said = (BANKS / f"{bank}.py").read_text().partition('"""')[2].partition('"""')[0]

    assert f"bank-app-sim check examples.banks.{bank}:open_account --declines {CLEO}" in said
    assert set(re.findall(r"Caught by the rule `([a-z-]+)`", said)) == CAUGHT_BY.get(bank, set())
