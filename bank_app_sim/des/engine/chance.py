"""Chance that repeats: a number out of a seed and the name of what it is for."""

import hashlib


def pick(seed: int, name: str, least: int, most: int) -> int:
    """A number from `least` to `most`, both included, each as likely: the same one for the same arguments, anywhere.

    A digest rather than `random.Random`, of which Python promises the same numbers for `random()` alone.
    """
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return least + int.from_bytes(digest) % (most - least + 1)
