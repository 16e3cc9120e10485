"""Events."""

from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.database import Query, values
from ..tables import events


@attrs.frozen
class EventRow:
    """An event.

    Attributes:
        at_us: When it happened, in microseconds since 1970.
        data: What it tells, as JSON.
    """

    n: int
    id: str
    tenant_id: str
    at_us: int
    type: str
    data: dict[str, Any]


_latest = (
    sa.select(sa.func.coalesce(sa.func.max(events.c.at_us), 0))
    .where(events.c.tenant_id == given("of_tenant"))
    .scalar_subquery()
)

# Each event is later than all others of its tenant, even if the clock stands still.
CREATE = (
    sa.insert(events)
    .inline()
    .values(at_us=sa.case((_latest >= given("now_us", type_=sa.BigInteger), _latest + 1), else_=given("now_us")))
)
# The moment of the tenant's latest event; 0 if there is none.
LATEST: Query[int] = values(
    sa.select(sa.func.coalesce(sa.func.max(events.c.at_us), 0)).where(events.c.tenant_id == given("of_tenant"))
)
