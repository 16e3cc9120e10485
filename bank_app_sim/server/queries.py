"""Reads the query of a request, and refuses what nobody knows in it."""

import functools
from collections.abc import Collection, Mapping

from starlette.datastructures import QueryParams

from .http import bodies
from .http.answers import Refused
from .http.nearest import not_known

QUERIES_AT_HAND = 256

# Clients that poll send the same query again and again. The result is immutable.
_parsed = functools.lru_cache(QUERIES_AT_HAND)(QueryParams)


def query_of(raw: bytes, known: Collection[str] | None) -> QueryParams:
    """The parameters of a query.

    Args:
        known: The names that it may have; None for any.

    Raises:
        Refused: 400 for another name, for one that stands twice, and for a value with NUL.
    """
    query = _parsed(raw)
    if not query:
        return query
    wrong = {} if known is None else not_known(query.keys() - set(known), known) or bodies.repeated(query)
    # PostgreSQL has no texts with NUL, so nothing has such an id or name.
    wrong = wrong or {name: ["can't contain the character NUL"] for name, value in query.items() if "\0" in value}
    if wrong:
        raise Refused(400, wrong)
    return query


def refuse_nul(parameters: Mapping[str, str]) -> None:
    """404 for an id in the path that nothing can have."""
    for name, value in parameters.items():
        if "\0" in value:
            raise Refused(404, {name: ["does not exist"]})
