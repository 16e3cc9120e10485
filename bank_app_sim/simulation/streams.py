"""The random numbers of a world: a stream for each participant and purpose."""

import random

import attrs


@attrs.define(eq=False)
class Streams:
    """Gives each participant and purpose a random stream of its own: what one draws changes nothing for another.

    Attributes:
        seed: Decides every stream. None for the machine's entropy.
    """

    seed: str | None
    _by_purpose: dict[str, random.Random] = attrs.field(factory=dict, init=False)

    def of(self, purpose: str) -> random.Random:
        """The stream of this purpose; the same one each time, so that a restarted process draws no id twice."""
        if self.seed is None:
            return random.SystemRandom()
        return self._by_purpose.setdefault(purpose, random.Random(f"{self.seed}:{purpose}"))
