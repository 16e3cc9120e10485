"""A file name for each journey. It is also the journey's address in the page."""

from collections.abc import Sequence

from ..results import JourneyResult
from ..scripts.identity import slugs


def file_names(results: Sequence[JourneyResult]) -> list[str]:
    """A name for each result, without a suffix; with the seed if a journey was played with several seeds."""
    seeds: dict[tuple[str, str], set[int]] = {}
    for result in results:
        seeds.setdefault((result.name, result.row), set()).add(result.seed)
    return slugs([_identity(result, len(seeds[result.name, result.row]) > 1) for result in results])


def _identity(result: JourneyResult, has_several_seeds: bool) -> tuple[str, ...]:
    return (result.name, result.row, *([f"seed-{result.seed}"] if has_several_seeds else []))
