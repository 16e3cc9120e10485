"""The pages that explain reports say what there is."""

import re
from pathlib import Path

import pytest

import bank_app_sim
from bank_app_sim.journeys import evidence

from .samples import made

DOCS = Path(bank_app_sim.__file__).parent / "docs"


@pytest.mark.parametrize("page", ["report.md", "trace.md"])
def test_every_link_and_picture_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)]+)\)", (DOCS / page).read_text())

    assert links
    assert [link for link in links if not (DOCS / link).is_file()] == []


def test_pictures_are_small() -> None:
    pictures = list(DOCS.glob("*.png"))

    assert pictures
    assert [picture.name for picture in pictures if picture.stat().st_size > 200_000] == []


def test_the_page_names_every_file_of_a_report(tmp_path: Path) -> None:
    table = (DOCS / "report.md").read_text()
    files = [str(file.relative_to(tmp_path)) for file in evidence.write(tmp_path, [made("NAME")])]

    assert [file for file in files if f"| `{file}` |" not in table] == []
