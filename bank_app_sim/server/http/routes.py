"""Finds the operations of a path."""

import functools
import re
from collections.abc import Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class Routes(Generic[T]):
    """A table by path. Each world has its own services, so making one must be quick.

    Args:
        by_template: By templates such as `/v1/dreams/{id}`. If several templates with names fit, the first one counts.
    """

    def __init__(self, by_template: Mapping[str, T]) -> None:
        self._by_path = {template: each for template, each in by_template.items() if "{" not in template}
        self._by_pattern = [(_pattern(template), each) for template, each in by_template.items() if "{" in template]

    def find(self, path: str) -> tuple[T, dict[str, str]] | None:
        """The entry of a path, and the parts of the path that its template names; None if no template fits."""
        if path in self._by_path:
            return self._by_path[path], {}
        for pattern, each in self._by_pattern:
            if found := pattern.fullmatch(path):
                return each, found.groupdict()
        return None


@functools.cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template)))
