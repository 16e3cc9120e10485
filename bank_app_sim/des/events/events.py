"""Events: what happened. The bank lists them, or DES sends them by webhook."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

import attrs

from ...server.database import Connection, Query
from ...server.http.answers import Answer, Refused
from ...server.ids import Ids
from ...timeline.clock import moment, timestamp
from .. import paging, store
from ..outbox import Outbox
from ..request import Request
from ..savings import dreams, launches, transactions, users
from ..store.events import EventRow
from ..store.listings import EVENTS

# docs/des.md 1.14
KEPT = timedelta(days=30)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(at: datetime) -> int:
    """Microseconds since 1970: the order of events."""
    return (at - _EPOCH) // _MICROSECOND


def as_json(event: EventRow) -> dict[str, Any]:
    return {
        "id": event.id,
        "createdAt": _created_at(event),
        "type": event.type,
        "data": event.data,
    }


def _created_at(event: EventRow) -> str:
    return timestamp(_EPOCH + event.at_us * _MICROSECOND)


def list_all(request: Request) -> Answer:
    """The events of the last thirty days, the oldest first; `createdAfter` is the end of the client's last look."""
    oldest_us = microseconds(moment(request.now) - KEPT)
    created_after = request.http.query.get("createdAfter")
    after_us = oldest_us if created_after is None else max(oldest_us, microseconds(_moment(created_after)))
    found = paging.find(
        request, EVENTS, {"after_us": after_us}, place_of=lambda row: {"createdAfter": _created_at(row)}
    )
    return found.answer([as_json(event) for event in found.rows])


def _moment(text: str) -> datetime:
    try:
        return moment(text)
    except (ValueError, OverflowError):
        sentence = "must be a moment in RFC 3339, such as 2027-06-01T12:00:00Z (write + as %2B)"
        raise Refused(400, {"createdAfter": [sentence]}) from None


def write(connection: Connection, outbox: Outbox, *, now: str, ids: Ids) -> None:
    """Write down the noted events, in the transaction that they tell of: both happen, or neither."""
    if not outbox.noted:
        return
    shown = _shown(connection, outbox)
    now_us = microseconds(moment(now))
    rows = [
        {
            "id": ids.uuid(),
            "tenant_id": tenant_id,
            "of_tenant": tenant_id,
            "now_us": now_us,
            "type": noted.type,
            "data": _without_nulls({**(noted.data or shown[noted.plural, noted.id].data), **noted.more}),
        }
        for noted in outbox.noted
        for tenant_id in [outbox.tenant_id or shown[noted.plural, noted.id].tenant_id]
    ]
    connection.execute(store.events.CREATE, rows)


@attrs.frozen
class _Shown:
    tenant_id: str
    data: Mapping[str, Any]


def _shown(connection: Connection, outbox: Outbox) -> dict[tuple[str, str], _Shown]:
    """The noted objects as they are now, by plural and id; not those that were noted with their data."""
    wanted: dict[str, dict[str, None]] = {}
    for noted in outbox.noted:
        if noted.data is None or outbox.tenant_id is None:
            wanted.setdefault(noted.plural, {})[noted.id] = None
    return {
        (plural, thing_id): shown
        for plural, ids in wanted.items()
        for thing_id, shown in SHOW[plural](connection, list(ids)).items()
    }


class _Thing(Protocol):
    """A row that events tell of."""

    @property
    def id(self) -> str: ...

    @property
    def tenant_id(self) -> str: ...


T = TypeVar("T", bound=_Thing)
_Show = Callable[[Connection, Sequence[str]], Mapping[str, _Shown]]


def _show_launches(connection: Connection, ids: Sequence[str]) -> Mapping[str, _Shown]:
    found = store.launches.BY_IDS.all(connection, ids=ids)
    shown = launches.all_as_json(connection, found)
    return {launch.id: _Shown(launch.tenant_id, data) for launch, data in zip(found, shown, strict=True)}


def _show(query: Query[T], as_json: Callable[[T], Mapping[str, Any]]) -> _Show:
    def show(connection: Connection, ids: Sequence[str]) -> Mapping[str, _Shown]:
        return {thing.id: _Shown(thing.tenant_id, as_json(thing)) for thing in query.all(connection, ids=ids)}

    return show


SHOW: Mapping[str, _Show] = {
    "users": _show(store.users.BY_IDS, users.as_json),
    "dreams": _show(store.dreams.BY_IDS, dreams.as_json),
    "savehackLaunches": _show_launches,
    "transactions": _show(store.transactions.BY_IDS, transactions.as_json),
}


def _without_nulls(value: Any) -> Any:
    """The object without its nulls: events have none (docs/des.md 3.1)."""
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    return value
