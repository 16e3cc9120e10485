"""Every value that DES sends is written as it is read, whatever it holds."""

import enum
import types
import typing
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, get_args, get_origin, get_type_hints

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impact_sdk import (
    Account,
    Dream,
    DreamMilestone,
    DreamState,
    Event,
    EventType,
    FeedEvent,
    PageView,
    Reference,
    Savehack,
    SavehackLaunch,
    SessionSettings,
    Transaction,
    TransferConsent,
    TransferConsentRequest,
    User,
    WebhookEndpoint,
    wire,
)
from impact_sdk.models import EVENT_DATA, VerifiedToken

from .answers import CONSENT

pytestmark = pytest.mark.thorough

KINDS = [
    *(Account, Dream, DreamMilestone, FeedEvent, PageView, Reference, Savehack, SavehackLaunch, SessionSettings),
    *(Transaction, TransferConsent, TransferConsentRequest, User, VerifiedToken, WebhookEndpoint),
]

MOMENTS = st.datetimes(timezones=st.just(UTC))
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(),
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    datetime: MOMENTS,
    date: st.dates() | MOMENTS,
    type(None): st.none(),
}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type, as the models use types: of one we do not know here, hypothesis would say so."""
    hint = getattr(hint, "__supertype__", hint)
    if hint in PLAIN:
        return PLAIN[hint]
    if attrs.has(hint):
        return st.builds(hint, **{name: values_of(each) for name, each in get_type_hints(hint).items()})
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return st.sampled_from(list(hint)) | st.text().map(hint)
    if get_origin(hint) in (types.UnionType, typing.Union):
        return st.one_of(*map(values_of, get_args(hint)))
    if get_origin(hint) is tuple:
        return st.lists(values_of(get_args(hint)[0]), max_size=3).map(tuple)
    if get_origin(hint) is Mapping:
        return st.dictionaries(*map(values_of, get_args(hint)), max_size=3)
    return st.from_type(hint)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20)
@given(data=st.data())
def test_what_is_written_is_read_back(kind: type, data: st.DataObject) -> None:
    value = data.draw(values_of(kind))

    assert wire.read(kind, wire.loads(wire.dumps(wire.plain(value)))) == value


@given(type=st.sampled_from(EventType), data=st.data())
def test_an_event_that_is_written_is_read_back(type: EventType, data: st.DataObject) -> None:
    about = data.draw(values_of(EVENT_DATA[type]))
    event = Event(id="e1", created_at=datetime(2027, 1, 4, tzinfo=UTC), type=type, data=about)
    written = {name: each for name, each in wire.plain(event).items() if name != "problem"}

    assert wire.read(Event, wire.loads(wire.dumps(written))) == event


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20)
@given(data=st.data())
def test_null_and_omission_are_the_same(kind: type[Any], data: st.DataObject) -> None:
    """The vendor's REST answers send null, its webhooks leave out (docs/des.md 8.2)."""
    written = wire.loads(wire.dumps(wire.plain(data.draw(values_of(kind)))))
    optional = [wire.wire_name(field) for field in attrs.fields(kind) if field.default is not attrs.NOTHING]
    absent = data.draw(st.sets(st.sampled_from(optional))) if optional else set()

    with_nulls = wire.read(kind, {**written, **dict.fromkeys(absent)})

    assert with_nulls == wire.read(kind, {name: each for name, each in written.items() if name not in absent})


@pytest.mark.parametrize("kind", KINDS)
def test_a_required_member_that_is_missing_is_named(kind: type[Any]) -> None:
    required = {wire.wire_name(field) for field in attrs.fields(kind) if field.default is attrs.NOTHING}

    with pytest.raises(wire.Unreadable) as caught:
        wire.read(kind, {})

    assert {problem.split()[0] for problem in caught.value.problems} == required
    assert all(" is missing @ $." in problem for problem in caught.value.problems)


def test_a_user_is_a_user_in_whatever_case() -> None:
    assert wire.read(Reference, {"type": "user", "id": "u1"}).type == "User"
    assert wire.read(User, {"type": "user", "id": "u1"}).type == "User"


def test_a_dream_is_active_until_it_is_deleted() -> None:
    dream = Dream(id="d1", type="Dream", name="Bike", target_cents=1, user=Reference(type="User", id="u1"))

    assert dream.state is DreamState.ACTIVE
    assert attrs.evolve(dream, deleted_at=datetime(2027, 1, 4, tzinfo=UTC)).state is DreamState.DELETED


@pytest.mark.parametrize(("sent", "cents"), [(5000, 5000), (5000.0, 5000)])
def test_a_consents_amount_is_whole_cents_however_it_is_written(sent: float, cents: int) -> None:
    """The vendor's schema calls it a number (docs/des.md 2.7)."""
    read = wire.read(TransferConsent, {**CONSENT, "maxAmountCents": sent})

    assert (read.max_amount_cents, type(read.max_amount_cents)) == (cents, int)


@pytest.mark.parametrize("sent", [5000.5, "5000", True])
def test_a_consents_amount_that_is_none_is_refused(sent: Any) -> None:
    with pytest.raises(wire.Unreadable, match=r"expected a whole number.* @ \$.maxAmountCents"):
        wire.read(TransferConsent, {**CONSENT, "maxAmountCents": sent})


HERE = Reference(type="SharedSavings", id="a1")


@pytest.mark.parametrize(
    ("kind", "accounts", "waits"),
    [
        ("Deposit", {}, True),
        ("Deposit", {"from_account": HERE}, True),
        ("Deposit", {"to_account": HERE}, False),
        ("Withdrawal", {}, True),
        ("Withdrawal", {"to_account": HERE}, True),
        ("Withdrawal", {"from_account": HERE}, False),
        ("Internal", {}, True),
        ("Internal", {"from_account": HERE}, True),
        ("Internal", {"to_account": HERE}, True),
        ("Internal", {"from_account": HERE, "to_account": HERE}, False),
        ("Of another kind", {}, False),
    ],
)
def test_a_transaction_waits_while_an_account_that_it_needs_is_missing(
    kind: str, accounts: dict[str, Any], waits: bool
) -> None:
    written = {"id": "t1", "type": kind, "state": "requested", "amountCents": 1, "requestedAt": "2027-01-04T09:00:00Z"}
    read = wire.read(Transaction, {**written, "user": {"type": "User", "id": "u1"}})

    assert attrs.evolve(read, **accounts).waits_for_account is waits
