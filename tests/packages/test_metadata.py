"""What an index, and those who have to answer for what is installed, read of the packages."""

import json
import re
import subprocess
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest
from readme_renderer.markdown import render

import bank_app_sim
from impact_sdk.exports import MODULE_OF

from .environments import BARE, PROMISED, ROOT, SDK, SIMULATOR, UV, built

PAGE = (ROOT / "bank_app_sim" / "docs" / "support.md").read_text()


@pytest.fixture(scope="module")
def metadata(tmp_path_factory: pytest.TempPathFactory) -> list[Message]:
    """Of the SDK and of the simulator."""
    read = []
    for wheel in built(tmp_path_factory.mktemp("wheels")):
        archive = zipfile.ZipFile(wheel)
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        read.append(Parser().parsestr(archive.read(name).decode()))
    return read


@pytest.mark.thorough
@pytest.mark.processes
def test_an_index_shows_the_readmes_as_they_are_meant(metadata: list[Message]) -> None:
    for each in metadata:
        assert each["Description-Content-Type"] == "text/markdown"
        page = render(str(each.get_payload()))

        assert page is not None
        assert "<pre" in page
        links = re.findall(r'(?:href|src)="([^"]*)"', page)
        assert [link for link in links if not link.startswith(("https://", "#"))] == []  # these are its headings
        assert "flowchart" not in page


@pytest.mark.thorough
@pytest.mark.processes
def test_the_readme_loses_no_line_on_its_way_to_an_index(metadata: list[Message]) -> None:
    def words(text: str) -> set[str]:
        return set(re.sub(r"(?s)```(mermaid|text)\n.*?```|\]\([^)]*\)|\[", "", text).replace("]", "").split())

    assert words((ROOT / "README.md").read_text()) == words(str(metadata[0].get_payload()))


def test_the_bill_of_materials_has_what_a_bare_installation_has_and_each_hash(tmp_path: Path) -> None:
    (command,) = [line for line in PAGE.splitlines() if line.startswith(".uv/bin/uv export")]
    _, *words, place = command.split()
    assert place == "sbom.cdx.json"

    subprocess.run([UV, *words, str(tmp_path / place), "--offline"], check=True, cwd=ROOT, timeout=60)
    bill = json.loads((tmp_path / place).read_text())

    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "impact-sdk"
    assert {each["name"] for each in bill["components"]} == BARE
    for each in bill["components"]:
        assert each["purl"] == f"pkg:pypi/{each['name']}@{each['version']}"
        assert all(reference["hashes"] for reference in each["externalReferences"])


@pytest.mark.parametrize("project", [SDK, SIMULATOR], ids=["SDK", "simulator"])
def test_the_pythons_of_the_page_are_those_of_the_packages(project: dict[str, object]) -> None:
    (promised,) = re.findall(r"^## Pythons\n\n([\d., ]+)\. ", PAGE, flags=re.MULTILINE)
    classifiers = project["classifiers"]
    assert isinstance(classifiers, list)

    assert tuple(promised.split(", ")) == PROMISED
    assert [f"Programming Language :: Python :: {version}" for version in PROMISED] == [
        each for each in classifiers if re.search(r":: 3\.\d+$", each)
    ]
    assert project["requires-python"] == f">={PROMISED[0]}"


def test_the_readme_says_the_same_pythons() -> None:
    assert f"Python {PROMISED[0]} to {PROMISED[-1]}." in (ROOT / "README.md").read_text().replace("\n", " ")


def test_the_changelog_keeps_to_the_page() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    versions = re.findall(r"^## (.*)", changelog, flags=re.MULTILINE)

    assert versions[0] == "Unreleased"
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", version) for version in versions[1:])
    kinds = set(re.findall(r"^### (.*)", changelog, flags=re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert {"Deprecated", "Removed", "Security"} == set(re.findall(r"\*(\w+)\*", PAGE))


def test_what_people_copy_imports_public_names_only() -> None:
    pages = [ROOT / "README.md", *(ROOT / "bank_app_sim" / "docs").glob("*.md")]
    programs = [
        each for page in pages for each in re.findall(r"```python\n(.*?)```", page.read_text(), flags=re.DOTALL)
    ]
    programs += [path.read_text() for path in (ROOT / "examples").rglob("*.py")]

    module = r"^\s*(?:from|import) (impact_sdk\.\S+)"
    imported = {name for program in programs for name in re.findall(module, program, flags=re.MULTILINE)}
    (public,) = re.findall(r"^Public, .*?^Not public", PAGE, flags=re.MULTILINE | re.DOTALL)

    assert imported == {name for name in re.findall(r"`(impact_sdk\.\w+)`", public) if not name.endswith("__")}


def test_no_name_is_both_public_and_private() -> None:
    assert [name for name in (*MODULE_OF, *bank_app_sim.__all__) if name.startswith("_")] == []
