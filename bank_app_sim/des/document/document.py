"""The document of this API, OpenAPI 3.1, which people write by hand in `openapi.yaml`."""

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

FILE = Path(__file__).with_name("openapi.yaml")

METHODS = ("get", "post", "put", "patch", "delete")


def as_yaml() -> str:
    """The document as it was written."""
    return FILE.read_text(encoding="utf-8")


@functools.cache
def document() -> dict[str, Any]:
    """The document as a value. It is read once; do not change it."""
    # Imported here for start-up time: a server answers other requests first, and most never get one for the document.
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
