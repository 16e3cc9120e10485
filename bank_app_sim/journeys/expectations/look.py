"""A world as it is at one moment, for expectations."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

import attrs

from ...timeline.trace import Message
from ..results import State


@attrs.frozen(kw_only=True)
class Look:
    """A world at one moment, or one user's part of it.

    Attributes:
        customer: The user whose part it is; None for everybody's.
        elapsed: The time since the journey began.
        screens: What the users' phones have shown, by customer.
        sessions: The state of each user's session, by customer: `open`, `left`, or why it ended.
        created: The names of the Dreams that users have created, by customer; the state forgets those of deleted users.
    """

    state: State
    messages: Sequence[Message]
    customer: str | None
    elapsed: timedelta
    screens: Mapping[str, Sequence[str]]
    sessions: Mapping[str, str]
    created: Mapping[str, Collection[str]] = attrs.field(factory=dict)

    @property
    def dreams_so_far(self) -> set[str]:
        """The names of all Dreams that exist, or have existed."""
        created = {name for who, names in self.created.items() if self.customer in (None, who) for name in names}
        return created | {dream["name"] for dream in self.of("dreams") if dream["name"] is not None}

    @property
    def dreams(self) -> list[Mapping[str, Any]]:
        """The Dreams that are not deleted."""
        return [dream for dream in self.of("dreams") if not dream["deleted_at"]]

    def of(self, collection: str) -> list[Mapping[str, Any]]:
        """The things in a collection of the state, as far as they are the customer's."""
        whose = "customer" if collection in ("orders", "transfers") else "user"
        things = self.state.get(collection, {}).values()
        return [each for each in things if self.customer in (None, each.get(whose))]
