"""The document of this API, OpenAPI 3.1: written by hand in `openapi.yaml`, served as JSON and as a page."""

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from ..server.answers import Answer, Text
from ..server.request import HTTPRequest

FILE = Path(__file__).with_name("openapi.yaml")

METHODS = ("get", "post", "put", "patch", "delete")


def as_yaml() -> str:
    """The document as it was written."""
    return FILE.read_text(encoding="utf-8")


@functools.cache
def document() -> dict[str, Any]:
    """The document as a value; it is read once, and nobody may change it."""
    # Here and not at the top: whoever serves answers other questions first, and most never ask for the document.
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where there is libyaml: ten times as fast
    loaded: dict[str, Any] = yaml.load(as_yaml(), loader)
    return loaded


@functools.cache
def as_json() -> bytes:
    return orjson.dumps(document())


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Each operation: its method, in upper case, its path, and what the document says of it."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


async def serve_json(http: HTTPRequest) -> Answer:
    """The document, whose server is where it was asked for: an address with something before our own paths, too."""
    content = as_json()
    if http.prefix:
        [server] = document()["servers"]
        content = orjson.dumps({**document(), "servers": [{**server, "url": f"{http.prefix}/"}]})
    return Answer(200, Text(content, "application/json"))


async def serve_page(_http: HTTPRequest) -> Answer:
    content, headers = _page()
    return Answer(200, Text(content, "text/html; charset=utf-8"), headers=headers)


@functools.cache
def _page() -> tuple[bytes, Mapping[str, str]]:
    from . import page  # as above: templates take longer to import than all else

    rendered = page.render(document())
    return rendered.encode(), page.headers(rendered)
