"""Makes ids and secrets, from the machine's entropy or from a seed."""

import random

# The bits of a UUID that are not random, and their values.
_FIXED = 0xF << 76 | 0x3 << 62
_VERSION_4 = 0x4 << 76 | 0x2 << 62


class Ids:
    """Makes ids and secrets.

    Args:
        source: `random.SystemRandom()` if secrets must be secret; `random.Random(seed)` if a run must be repeatable.
    """

    def __init__(self, source: random.Random) -> None:
        self._source = source

    def uuid(self) -> str:
        """A random UUID (RFC 9562, version 4)."""
        # The same as str(uuid.UUID(int=…, version=4)), but faster: each message needs two.
        digits = f"{self._source.getrandbits(128) & ~_FIXED | _VERSION_4:032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def secret(self) -> str:
        """256 bits, as 64 hexadecimal digits."""
        return f"{self._source.getrandbits(256):064x}"

    def seed(self) -> int:
        """A seed for random choices that must be the same each time somebody looks."""
        return self._source.getrandbits(62)
