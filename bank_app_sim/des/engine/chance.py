"""Repeatable chance: a number from a seed and the name of its purpose."""

import hashlib


def pick(seed: int, name: str, least: int, most: int) -> int:
    """A number from `least` to `most`, both included, all equally likely. The same arguments give the same number.

    From a digest, because Python promises repeatable numbers only for `random.Random.random()`.
    """
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return least + int.from_bytes(digest) % (most - least + 1)
