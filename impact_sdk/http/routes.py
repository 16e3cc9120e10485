"""Addresses without personal data, for logs and hooks. Pure."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

# The id in a path. `/v1/session/keep-alive` has none.
_ID = re.compile("^(/v1/(?!session/)[^/]+/)[^/]+")
ANY_ID = r"\1{id}"

# These parameters only choose a part of a listing. Others name a person, or are one-time ids.
HARMLESS = frozenset({"page", "items", "state", "type", "show_image_url", "show_active_savehacks", "createdAfter"})
NOT_TOLD = "REDACTED"


def route(path: str) -> str:
    """The path without its id: `/v1/dreams/{id}`."""
    return _ID.sub(ANY_ID, path)


@lru_cache(256)
def told(url: str) -> str:
    """An address whose query shows no personal data."""
    parts = urlsplit(url)
    if not parts.query:
        return url
    query = [
        (name, value if name in HARMLESS else NOT_TOLD)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    return urlunsplit(parts._replace(query=urlencode(query)))
