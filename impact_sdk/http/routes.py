"""Addresses as they may be told to others: which operation it is, and nothing that is anybody's. Pure."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

# The id of what a request is about. `/v1/session/keep-alive` has none.
_ID = re.compile("^(/v1/(?!session/)[^/]+/)[^/]+")
ANY_ID = r"\1{id}"

# Of a query these say which part of a listing is meant, and no more. Others name a person, or are good for one call.
HARMLESS = frozenset({"page", "items", "state", "type", "show_image_url", "show_active_savehacks", "createdAfter"})
NOT_TOLD = "REDACTED"


def route(path: str) -> str:
    """The path of an operation, whatever it is about: `/v1/dreams/{id}`."""
    return _ID.sub(ANY_ID, path)


@lru_cache(256)
def told(url: str) -> str:
    """An address without what its query says of anybody."""
    parts = urlsplit(url)
    if not parts.query:
        return url
    query = [
        (name, value if name in HARMLESS else NOT_TOLD)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    return urlunsplit(parts._replace(query=urlencode(query)))
