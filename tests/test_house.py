"""The page on the house shows the house that stands."""

import re
from pathlib import Path

import pytest

from . import house

DOCS = house.ROOT / "bank_app_sim" / "docs"
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
PAGES = [house.ROOT / "README.md", house.ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]


@pytest.mark.parametrize("package", house.PACKAGES)
def test_the_picture_in_the_page_is_the_one_that_the_imports_make(package: str) -> None:
    assert house.marked(package) in (DOCS / "architecture.md").read_text()


def test_an_arrow_that_a_longer_way_makes_needless_is_not_drawn() -> None:
    graph = {"cli": {"journeys", "simulation"}, "journeys": {"simulation"}, "simulation": set()}

    assert house.without_detours(graph) == {"cli": {"journeys"}, "journeys": {"simulation"}, "simulation": set()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()] == []


def test_every_word_of_the_glossary_has_one_meaning() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", (DOCS / "glossary.md").read_text(), re.MULTILINE)
    words = [word for word, _ in rows if word not in ("word", "---")]

    assert len(words) == len(set(words)) > 40
