from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from .. import postgresql

if TYPE_CHECKING:
    import psycopg


@pytest.fixture
def server(missing_schema: str) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A connection of the server's administrator."""
    with postgresql.connected(missing_schema) as server:
        yield server
