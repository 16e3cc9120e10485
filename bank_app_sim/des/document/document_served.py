"""Serves the document, as JSON and as a page."""

import functools
from collections.abc import Mapping

import orjson

from ...server.http.answers import Answer, Text
from ...server.http.request import HTTPRequest
from .document import as_json, document


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
