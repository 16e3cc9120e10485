"""Where ids and secrets come from: the machine's entropy, or a seed."""

import random
import uuid


class Ids:
    """Makes ids and secrets.

    Args:
        source: `random.SystemRandom()` where secrets must be secret; `random.Random(seed)` where a run must repeat.
    """

    def __init__(self, source: random.Random) -> None:
        self._source = source

    def uuid(self) -> str:
        return str(uuid.UUID(int=self._source.getrandbits(128), version=4))

    def secret(self) -> str:
        """256 bits, as 64 hexadecimal digits."""
        return f"{self._source.getrandbits(256):064x}"

    def seed(self) -> int:
        """A number for things of chance that must come out the same each time they are looked at."""
        return self._source.getrandbits(62)
