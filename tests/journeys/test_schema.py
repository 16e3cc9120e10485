"""The published JSON Schema: it accepts what the reader accepts, and refuses what a schema can refuse."""

import importlib.resources
import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from bank_app_sim.journeys.library import LIBRARY, SUFFIX
from bank_app_sim.journeys.scripts import schema
from bank_app_sim.journeys.scripts.reference import PAGE

from .test_broken_scripts import BROKEN

VALIDATOR = jsonschema_rs.Draft202012Validator(schema.schema())


class EditorsLoader(yaml.CSafeLoader):
    """YAML as editors read it, by the core schema of YAML 1.2: `yes` is a text, and so is a day."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # pyyaml's own way


for tag, pattern, first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    EditorsLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"(?:{pattern})\Z"), first)


def as_editors_see(text: str) -> Any:
    return _with_names(yaml.load(text, EditorsLoader))


def _with_names(value: Any) -> Any:
    """JSON has names only, where YAML has numbers for keys as well."""
    if isinstance(value, dict):
        return {str(name): _with_names(each) for name, each in value.items()}
    return [_with_names(each) for each in value] if isinstance(value, list) else value


def name_of(path: Path) -> str:
    return re.sub(r"^\d+_", "", path.name.removesuffix(SUFFIX))


# What a schema cannot know, or could only know at a length that no one would read.
CANNOT_SAY = {
    "amount_with_three_decimals": "multiples of 0.01 are a matter of luck in binary numbers",
    "amount_in_a_row_with_a_comma": "a row may have any column",
    "begins_in_a_circle": "it sees one file",
    "begins_in_a_circle_too": "it sees one file",
    "begins_with_a_broken_one": "it sees one file",
    "begins_with_a_file_elsewhere": "it sees one file",
    "begins_with_itself": "it sees one file",
    "begins_with_rows": "it sees one file",
    "begins_with_what_is_above": "it sees one file",
    "begins_with_what_is_not_there": "it sees one file",
    "by_said_twice": "it would have to be said for each step",
    "column_that_nothing_uses": "it does not compare one part with another",
    "column_unknown": "it does not compare one part with another",
    "column_without_rows": "it does not compare one part with another",
    "comparison_wrong_way_round": "it does not compare numbers in a text",
    "comparison_that_nothing_meets": "it does not compute",
    "day_that_is_none": "it has no calendar",
    "dream_of_another_user_expected": "it does not compare one part with another",
    "duration_too_long": "it does not compute",
    "field_twice": "YAML is read before, and the second wins",
    "friend_in_another_case": "it does not compare one part with another",
    "given_refuses_a_stranger": "it does not compare one part with another",
    "message_that_des_never_gets": "it would be a list of messages for each participant",
    "message_that_the_sender_never_sends": "it does not compare two values",
    "moment_on_a_day_that_is_none": "it has no calendar",
    "message_that_no_step_asks_for": "it does not compare one step with another",
    "name_of_a_dream_expected": "it does not compare one part with another",
    "name_of_a_dream_from_a_row": "it does not fill in",
    "name_of_a_dream_in_a_step": "it does not compare one part with another",
    "name_of_a_journey_to_begin_with": "it sees one file",
    "name_of_a_user_expected": "it does not compare one part with another",
    "name_twice": "YAML is read before, and the second wins",
    "row_that_makes_a_text_wrong": "it does not fill in",
    "rows_with_a_column_missing": "it does not compare one row with another",
    "rows_with_a_wrong_value": "it does not fill in",
    "rows_with_other_columns": "it does not compare one row with another",
    "savehack_with_most_below_least": "it does not compare two values",
    "savehack_without_that_field": "it would be sixteen schemas",
    "text_on_the_screen_misspelt": "a part of a text will do",
    "user_unknown": "it does not compare one part with another",
    "setting_without_effect": "it does not compare two values",
    "team_in_another_case": "it does not compare one part with another",
}


def readable(path: Path) -> bool:
    try:
        as_editors_see(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, TypeError, RecursionError):
        return False
    return True


YAML = [path for path in BROKEN if readable(path)]


def test_it_is_valid_itself() -> None:
    assert jsonschema_rs.meta.is_valid(schema.schema())


def test_it_is_published_as_a_file() -> None:
    """bank-app-sim run --schema > bank_app_sim/journeys/journey.schema.json"""
    assert schema.FILE.read_text(encoding="utf-8") == schema.as_json()
    assert json.loads(schema.as_json()) == schema.schema()


def test_the_file_is_part_of_the_package() -> None:
    """All files below a package's folder are in the wheel."""
    assert (importlib.resources.files("bank_app_sim.journeys") / "journey.schema.json").is_file()


def test_it_is_small_enough_for_an_editor() -> None:
    assert len(schema.as_json()) < 80_000


@pytest.mark.parametrize("path", sorted(LIBRARY.glob(f"*{SUFFIX}")), ids=lambda path: path.stem)
def test_it_accepts_each_journey_of_the_library(path: Path) -> None:
    VALIDATOR.validate(as_editors_see(path.read_text(encoding="utf-8")))


def examples() -> list[str]:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [block for block in blocks if re.search(r"^journey:", block, flags=re.MULTILINE)]


def test_it_accepts_the_examples_of_the_documentation() -> None:
    assert examples()
    for example in examples():
        VALIDATOR.validate(as_editors_see(example))


@pytest.mark.parametrize("path", YAML, ids=name_of)
def test_it_refuses_the_mistakes_that_a_schema_can_see(path: Path) -> None:
    is_refused = not VALIDATOR.is_valid(as_editors_see(path.read_text(encoding="utf-8")))

    assert is_refused == (name_of(path) not in CANNOT_SAY), CANNOT_SAY.get(name_of(path))


def described(part: Any) -> bool:
    return "description" in part


def test_each_step_and_each_field_is_described_where_editors_look() -> None:
    whole = schema.schema()
    steps = {**whole["$defs"]["doing"]["properties"], **whole["$defs"]["flow"]["properties"]}
    fields = [
        field
        for step in steps.values()
        for possible in step.get("anyOf", [step])
        for field in possible.get("properties", {}).values()
    ]
    things = list(whole["$defs"]["observables"]["properties"].values())

    for part in [*whole["properties"].values(), *whole["properties"]["given"]["properties"].values()]:
        assert part["description"]
    for part in [*steps.values(), *fields, *things]:
        assert part["description"].endswith(".")


@pytest.mark.parametrize(
    "step",
    [
        "create a Dream: 2028",
        "create a Dream: {name: Bike, target: 2500, wanted by: 2028-06-01}",
        "launch a savehack: weekly 50",
        "launch a savehack: {savehack: weekly, amount: 50.00, weekday: monday, for: Bike}",
        "launch a savehack: <kind> <amount>",
        "launch: ",
        "launch: {by: ada, locale: en}",
        "<step>: Bike",
        "wait: 1 day 12 HOURS",
        "wait until: 2027-02-01",
        "the network loses: {what: anything, times: 2, from: SDK}",
        "expect: {deposits: {<state>: <n>}, balance: at least 100, books agree: Yes, Dreams: {Bike: 1 to 2}}",
        "expect: {elapsed time: 1 day to 2 days, messages in order: [Create Dream], reasons: poor}",
        "eventually: {within: 1 day, of: ada, accounts: 1}",
        "expect as recorded:",
        "meanwhile: [[launch], [wait: 1 day]]",
        "meanwhile: {ada: [launch], bo: [{launch: bo}]}",
    ],
)
def test_it_accepts_what_the_reader_accepts(step: str) -> None:
    VALIDATOR.validate(as_editors_see(f"journey: x\nsteps:\n  - {step}\n"))
