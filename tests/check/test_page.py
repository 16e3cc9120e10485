"""The page for people says what the rules say."""

import re
from pathlib import Path

import click
import pytest

from bank_app_sim.check import RULES, Rule
from bank_app_sim.check.page import as_markdown
from bank_app_sim.check.pulse import STANDSTILL_SECONDS
from bank_app_sim.check.trials import SLOW_SECONDS
from bank_app_sim.cli.check import check

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "bank_app_sim" / "docs" / "check.md"


def test_the_page_has_the_table_of_the_rules() -> None:
    # Made again by: python -m bank_app_sim.check.page
    assert as_markdown() in PAGE.read_text(encoding="utf-8")


def test_the_rule_about_the_event_loop_names_its_limits() -> None:
    (loop,) = (rule for rule in RULES if rule.id == "loop")

    assert f"takes {SLOW_SECONDS} s" in loop.tried
    assert f"for {STANDSTILL_SECONDS} s" in loop.tried


def test_every_option_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"--[a-z][a-z-]+", PAGE.read_text(encoding="utf-8")))
    there = {option for parameter in check.params for option in parameter.opts}

    assert named - there == set()
    assert isinstance(check, click.Command)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_file_that_a_remedy_points_at_is_there(rule: Rule) -> None:
    for file in re.findall(r"[\w/]+\.py", rule.remedy):
        assert (ROOT / file).exists()


def test_rules_have_ids_of_their_own() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
