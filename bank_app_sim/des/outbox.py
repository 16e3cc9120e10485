"""Collects what happens in a transaction; at its end these become events."""

from collections.abc import Mapping
from typing import Any

import attrs


@attrs.frozen(kw_only=True)
class Noted:
    """One event that will be written.

    Attributes:
        plural: The kind of its object, such as `dreams`.
        id: Of the object; the event shows it as it is at the end of the transaction.
        data: What the event shows instead: the object at this moment.
        more: What the event shows beside the object.
    """

    type: str
    plural: str
    id: str
    data: Mapping[str, Any] | None = None
    more: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.define(eq=False)
class Outbox:
    """The events of one transaction, in order.

    Attributes:
        tenant_id: Of all events; None if each object says it.
    """

    tenant_id: str | None = None
    noted: list[Noted] = attrs.field(factory=list, init=False)

    def note(self, type: str, plural: str, id: str, *, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        """Note that something happened to the object with this id."""
        self.noted.append(Noted(type=type, plural=plural, id=id, data=data, more=more))
