"""What happens in a transaction, noted while it happens, and written down as events at its end."""

from collections.abc import Mapping
from typing import Any

import attrs


@attrs.frozen(kw_only=True)
class Noted:
    """One event to be.

    Attributes:
        plural: Which things it tells of, such as `dreams`.
        id: Of the thing; it is shown as it is when the transaction ends.
        data: What to show instead: the thing as it was at this moment.
        more: What is shown beside the thing.
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
        tenant_id: Whose they are, where all are of one tenant; otherwise each thing says it.
    """

    tenant_id: str | None = None
    noted: list[Noted] = attrs.field(factory=list, init=False)

    def note(self, type: str, plural: str, id: str, *, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        """Something happened to the thing with this id."""
        self.noted.append(Noted(type=type, plural=plural, id=id, data=data, more=more))
