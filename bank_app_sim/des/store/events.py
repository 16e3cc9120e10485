"""Statements about events."""

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ..tables import events

_latest = (
    sa.select(sa.func.coalesce(sa.func.max(events.c.at_us), 0))
    .where(events.c.tenant_id == given("of_tenant"))
    .scalar_subquery()
)

# Later than every other event of the tenant, also where the clock stands still.
CREATE = (
    sa.insert(events)
    .inline()
    .values(at_us=sa.case((_latest >= given("now_us", type_=sa.BigInteger), _latest + 1), else_=given("now_us")))
)
LATEST = sa.select(sa.func.coalesce(sa.func.max(events.c.at_us), 0)).where(events.c.tenant_id == given("of_tenant"))
