"""A command to the control plane: the request, read, and the worlds that it is about."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import attrs

from ....server.http.answers import Answer
from ....server.http.request import HTTPRequest
from ..fields import Fields
from ..registry import RegisteredWorld, WorldRegistry


@attrs.frozen
class ControlRequest:
    """What a command works with.

    Attributes:
        values: What the body says, by the names of its fields.
    """

    worlds: WorldRegistry
    http: HTTPRequest
    values: Mapping[str, Any]

    @property
    def world(self) -> RegisteredWorld:
        """The world that the path names; `WorldOver` if there is none."""
        return self.worlds.find(self.http.parameters["id"])


@attrs.frozen
class Command:
    """What an operation of the control plane does.

    Attributes:
        fields: What the body may have.
    """

    perform: Callable[[ControlRequest], Awaitable[Answer]]
    fields: Fields = attrs.field(factory=dict)
