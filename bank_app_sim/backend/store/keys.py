"""The bank's signing key."""

import attrs
import sqlalchemy as sa

from ...server.database import Connection, columns_of, rows
from ..tables import signing_keys


@attrs.frozen
class SigningKey:
    """The key that signs ID tokens.

    Attributes:
        kid: Its name.
        private_number: 256 bits in hexadecimal.
    """

    kid: str
    private_number: str = attrs.field(repr=False)


# The one key.
_KEY = rows(SigningKey, sa.select(*columns_of(SigningKey, signing_keys)))
_ADD = sa.insert(signing_keys)


def signing_key(connection: Connection, *, otherwise: SigningKey) -> SigningKey:
    """The bank's key. If it has none yet, `otherwise` becomes its key."""
    kept = _KEY.one_or_none(connection)
    if kept is None:
        connection.execute(_ADD, attrs.asdict(otherwise))
    return kept or otherwise
