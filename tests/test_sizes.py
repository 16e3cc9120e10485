"""Files and functions stay so short that a reader can hold one in mind."""

import ast
import statistics
from pathlib import Path

from .house import ROOT, name_of

FOLDERS = ("impact_sdk", "bank_app_sim", "tests", "examples")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))

MEDIAN_LINES = 150
MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 40

# Tables of data may be longer: they are looked up, not read.
DATA = {
    "tests/check/wrong_callbacks.py",  # callbacks, each wrong in one way
    "tests/impact_sdk/operations.py",  # a call of each method of the client
}


def test_half_of_all_files_are_short() -> None:
    assert statistics.median(map(lines, FILES)) < MEDIAN_LINES


def test_no_file_is_long_except_tables_of_data() -> None:
    assert {name_of(path) for path in FILES if lines(path) > MOST_LINES} <= DATA


def test_no_function_is_long() -> None:
    assert [each for path in FILES for each in long_functions(path)] == []


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def long_functions(path: Path) -> list[str]:
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for node in functions
        if node.end_lineno is not None and node.end_lineno - node.lineno + 1 > MOST_LINES_OF_A_FUNCTION
    ]
