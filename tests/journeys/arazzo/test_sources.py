"""Where a document takes its APIs from, and which files are read at all."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from click.testing import CliRunner

from bank_app_sim.cli import main
from bank_app_sim.journeys.arazzo import DocumentError, run_document

from .shop import ADDRESS, OPENAPI, document, step

pytestmark = pytest.mark.usefixtures("soon")

ALIASES = "\n".join(["a0: &a0 x", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"[" * 100_000, "nested deeper than 100 levels"),
        (b"x" * 500_001, "at most 500,000 are read as YAML"),
        (b"{" + b" " * 10_000_000, "more than 10,000,000 bytes"),
        (b'{"openapi": "3.1.0", "paths": ' + b"[" * 200 + b"]" * 200 + b"}", "nested deeper than 100 levels"),
        (b"\xff", "is not UTF-8"),
        (b"", "the file is empty"),
        (b"5", "is not an OpenAPI document"),
    ],
    ids=["deep", "long", "huge", "deep JSON", "no UTF-8", "empty", "number"],
)
@pytest.mark.parametrize("is_fetched", [True, False])
async def test_an_openapi_document_that_is_too_much_is_refused(
    tmp_path: Path, content: bytes, sentence: str, is_fetched: bool
) -> None:
    (tmp_path / "api.json").write_bytes(content)
    url = f"{ADDRESS}/api.json" if is_fetched else "api.json"
    sources = [{"name": "shop", "url": url, "type": "openapi"}]
    file = tmp_path / "shop.arazzo.yaml"
    file.write_text(json.dumps(document(step(), root={"sourceDescriptions": sources})))

    with pytest.raises(DocumentError, match=sentence):
        await run_document(file, transport=httpx.MockTransport(lambda _request: httpx.Response(200, content=content)))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a document, beside things that are not its own."""
    folder = tmp_path / "project"
    folder.mkdir()
    (tmp_path / "secret").write_text("root:x:0:0")
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "zero").symlink_to("/dev/zero")
    (folder / "circle").symlink_to(folder / "circle")
    os.mkfifo(folder / "pipe")
    return folder


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("../secret", "is outside of the document's folder; put a copy there"),
        ("..%2Fsecret", "is outside of the document's folder"),
        ("/etc/passwd", "is outside of the document's folder"),
        ("file:///etc/passwd", "is outside of the document's folder"),
        ("link", "is outside of the document's folder"),
        ("zero", "is outside of the document's folder"),
        ("pipe", "is a device or a pipe, not a file"),
        (".", "is a folder"),
        ("circle", "cannot be read"),
        ("a%00b", "cannot be read"),
        ("a" * 300, "cannot be read: File name too long"),
        ("http://[", "is not an address"),
        ("http://127.0.0.1:99999999/", "is not an address on this machine"),
        ("http://shop.example\\@127.0.0.1/", "is not an address on this machine|cannot be fetched"),
    ],
)
async def test_a_source_is_a_file_below_the_documents_folder(project: Path, url: str, sentence: str) -> None:
    file = project / "shop.arazzo.yaml"
    file.write_text(json.dumps(document(step(), root={"sourceDescriptions": [{"name": "shop", "url": url}]})))

    with pytest.raises(DocumentError, match=sentence) as caught:
        await run_document(file)

    assert "root:x" not in str(caught.value)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda file: file.symlink_to("/dev/zero"), "a device or a pipe, not a file"),
        (os.mkfifo, "a device or a pipe, not a file"),
        (lambda file: file.mkdir(), "a folder"),
        (lambda file: file.write_bytes(b"#" * 600_000), "a file of more than 500,000 bytes"),
        (lambda file: file.write_text(ALIASES), "'arazzo' is missing|values"),
        (lambda file: file.write_text("a: \x1b[31mred"), "cannot be in a text"),
        (lambda file: file.write_text('"a\\e[31m": 1'), "'arazzo' is missing"),
        (lambda file: None, "No such file or directory"),
    ],
    ids=["zero", "pipe", "folder", "large", "aliases", "escape", "escaped", "missing"],
)
def test_the_command_line_says_so_in_a_sentence_and_ends_with_2(
    tmp_path: Path, make: Callable[[Path], Any], sentence: str
) -> None:
    file = tmp_path / "a.arazzo.yaml"
    make(file)

    result = CliRunner().invoke(main, ["run", str(file)])

    assert result.exit_code == 2
    assert any(each in " ".join(result.output.split()) for each in sentence.split("|"))
    assert "\x1b" not in result.output
    assert "Traceback" not in result.output


def test_of_several_documents_the_others_are_run_and_the_report_has_all(project: Path) -> None:
    (project / "api.json").write_text(json.dumps({**OPENAPI, "servers": [{"url": ADDRESS}]}))
    source = {"sourceDescriptions": [{"name": "shop", "url": "api.json"}]}
    (project / "good.arazzo.yaml").write_text(json.dumps(document(step(), root=source)))
    (project / "broken.arazzo.yaml").write_text("arazzo: 2")
    names = [str(project / f"{name}.arazzo.yaml") for name in ("broken", "missing", "good")]

    result = CliRunner().invoke(main, ["run", *names, "--report", str(project / "evidence")])

    assert result.exit_code == 2
    suite = ElementTree.parse(project / "evidence" / "junit.xml").getroot()
    ends = [(case.get("name"), [child.tag for child in case]) for case in suite.iter("testcase")]
    assert [tags[:1] for _, tags in ends] == [["error"], ["error"], ["failure"]], ends
    assert "version 2 is not known here" in " ".join(result.output.split())
    assert "is the sandbox running?" in " ".join(result.output.split())
