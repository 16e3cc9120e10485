"""The table of savehacks: what it promises to the rest of DES, to consents and to readers."""

import ast
from pathlib import Path

import pytest

from bank_app_sim.des import engine
from bank_app_sim.des.engine import BY_LAUNCH_TYPE, BY_TYPE, SAVEHACKS, Frequency, Launch, consent
from bank_app_sim.des.engine.page import as_markdown

from .launches import a_launch

ENGINE = Path(engine.__file__).parent


# docs/des.md 2.6
def test_all_sixteen_types_of_the_vendor_are_there() -> None:
    assert sorted(BY_LAUNCH_TYPE) == [
        "AutopilotLaunch",
        "CalendarChaosLaunch",
        "CopycatLaunch",
        "DailyLaunch",
        "EurocupLaunch",
        "EverestLaunch",
        "MonthlyLaunch",
        "MoonstruckLaunch",
        "OneTimeLaunch",
        "PercentageLaunch",
        "RocketLaunch",
        "RouletteLaunch",
        "RoundupLaunch",
        "SaveLeagueLaunch",
        "ThiefLaunch",
        "WeeklyLaunch",
    ]


def test_ids_are_the_same_in_every_sandbox() -> None:
    assert BY_TYPE["Weekly"].id == "df9f0ebe-7187-52d3-a7b7-d4b611c6f678"
    assert len({savehack.id for savehack in SAVEHACKS}) == 16


def test_every_type_has_a_name_in_english_and_swedish() -> None:
    assert all(set(savehack.translated_name) == {"en", "sv"} for savehack in SAVEHACKS)


@pytest.mark.parametrize(
    ("type", "terms", "contradictions"),
    [
        ("Thief", {"min_amount_cents": 5, "max_amount_cents": 5}, {}),
        (
            "Thief",
            {"min_amount_cents": 6, "max_amount_cents": 5},
            {"maxAmountCents": "must be at least minAmountCents, which is 6"},
        ),
        (
            "Roulette",
            {"min_amount_cents": 6, "max_amount_cents": 5},
            {"maxAmountCents": "must be at least minAmountCents, which is 6"},
        ),
        (
            "Rocket",
            {"amount_cents": 6, "max_amount_cents": 5},
            {"maxAmountCents": "must be at least amountCents, which is 6"},
        ),
        ("Daily", {"amount_cents": 6}, {}),
    ],
)
def test_fields_that_contradict_each_other_are_named(
    type: str, terms: dict[str, int], contradictions: dict[str, str]
) -> None:
    assert BY_TYPE[type].contradictions(terms) == contradictions


@pytest.mark.parametrize(
    ("launch", "frequency", "cents"),
    [
        (a_launch("Autopilot", target=70_000, balance=60_000), Frequency.WEEK, 70_000),
        (a_launch("Autopilot", target=50), Frequency.WEEK, 100),
        (a_launch("Daily", amount_cents=500), Frequency.DAY, 500),
        (a_launch("Weekly", amount_cents=500, weekday=0), Frequency.WEEK, 500),
        (a_launch("Monthly", amount_cents=500, day_of_month=1), Frequency.MONTH, 500),
        (a_launch("Thief", min_amount_cents=1, max_amount_cents=500), Frequency.DAY, 500),
        (a_launch("Rocket", amount_cents=100, max_amount_cents=500), Frequency.WEEK, 500),
        (a_launch("OneTime", amount_cents=500), Frequency.ONCE, 500),
        (a_launch("Roulette", min_amount_cents=1, max_amount_cents=500), Frequency.WEEK, 500),
        (a_launch("Moonstruck", amount_cents=500), Frequency.WEEK, 500),
        (a_launch("Percentage", percentage=15), Frequency.DAY, 15_000_000),
        (a_launch("Everest", amount_cents=500), Frequency.WEEK, 13_000),
        (a_launch("Everest", amount_cents=10**15), Frequency.WEEK, 10**15),
        (a_launch("CalendarChaos", amount_cents=500), Frequency.MONTH, 15_500),
        (a_launch("SaveLeague", amount_cents=500, team="AIK"), Frequency.DAY, 5_000),
        (a_launch("Eurocup", amount_cents=500, team="AIK"), Frequency.DAY, 5_000),
        (a_launch("Copycat", friend="Bo", max_amount_cents=500), Frequency.DAY, 500),
        (a_launch("Roundup", round_to_cents=500), Frequency.DAY, 499),
    ],
    ids=lambda value: value.type if isinstance(value, Launch) else None,
)
def test_a_consent_covers_the_largest_deposit(launch: Launch, frequency: Frequency, cents: int) -> None:
    asked = consent(launch)

    assert (asked.max_frequency, asked.max_amount_cents) == (frequency, cents)


def test_the_page_for_people_says_what_the_table_says() -> None:
    page = ENGINE.parents[1] / "docs" / "savehacks.md"

    # Made again by: python -m bank_app_sim.des.engine.page > bank_app_sim/docs/savehacks.md
    assert page.read_text(encoding="utf-8") == as_markdown()


@pytest.mark.parametrize("path", sorted(ENGINE.glob("*.py")), ids=lambda path: path.name)
def test_the_engine_reaches_for_nothing_outside_itself(path: Path) -> None:
    """No clock, no storage, no network, no chance but that of the seed."""
    allowed = {
        "attrs",
        "bisect",
        "calendar",
        "collections.abc",
        "datetime",
        "enum",
        "functools",
        "hashlib",
        "itertools",
    }
    allowed |= {"math", "sys", "typing", "uuid", "zoneinfo"}
    tree = ast.parse(path.read_text(encoding="utf-8"))

    far = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names} | {
        "." * node.level + (node.module or "")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level != 1
    }

    assert far <= allowed
    assert ".now(" not in path.read_text(encoding="utf-8")
