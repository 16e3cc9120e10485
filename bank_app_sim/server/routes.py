"""Which of a service's paths was asked for."""

import functools
import re
from collections.abc import Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class Routes(Generic[T]):
    """Finds what belongs to a path. Each world has services of its own, so that they are made quickly.

    Args:
        by_template: By templates such as `/v1/dreams/{id}`. Of those with names in them the first that fits is taken.
    """

    def __init__(self, by_template: Mapping[str, T]) -> None:
        self._by_path = {template: each for template, each in by_template.items() if "{" not in template}
        self._by_pattern = [(_pattern(template), each) for template, each in by_template.items() if "{" in template]

    def find(self, path: str) -> tuple[T, dict[str, str]] | None:
        """What belongs to it, and the parts of the path that the template names; None where nothing does."""
        if path in self._by_path:
            return self._by_path[path], {}
        for pattern, each in self._by_pattern:
            if found := pattern.fullmatch(path):
                return each, found.groupdict()
        return None


@functools.cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template)))
