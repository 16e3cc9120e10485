"""Accounts: what DES knows of those that the bank keeps."""

from collections.abc import Mapping
from typing import Any

from ..server.answers import Answer, Refused
from ..server.fields import Fields
from ..server.readers import NUMBER, TEXT, Reader, integer, nullable
from . import money, paging, provisioning, store
from .engine import LARGEST_CENTS
from .money import PERFORMANCE, SHARED_SAVINGS
from .readers import cents, happened, stamp
from .request import Request
from .store import Row

_WORTH = cents(least=0)
_GAIN = integer(least=-LARGEST_CENTS, most=LARGEST_CENTS)

# What a Performance account carries beyond other accounts: name on the wire, column, how it is read, what it is at
# first. All of it the bank tells (docs/des.md 1.2, 1.3).
FIGURES: tuple[tuple[str, str, Reader[object], object], ...] = (
    ("balanceCents", "balance_cents", _WORTH, 0),
    ("liquidBalanceCents", "liquid_balance_cents", _WORTH, 0),
    ("performanceCents", "performance_cents", _GAIN, 0),
    ("performancePercent", "performance_percent", NUMBER, 0.0),
    ("totalAcquisitionCostCents", "total_acquisition_cost_cents", _WORTH, 0),
    ("valuationFrom", "valuation_from", nullable(stamp), None),
)


def reference(type: str | None, id: str | None, external_id: str | None) -> dict[str, Any] | None:
    """How other things name an account; None for none."""
    return None if id is None else {"type": type, "id": id, "externalId": external_id}


def as_json(account: Row) -> dict[str, Any]:
    shown = {
        "type": account["type"],
        "id": account["id"],
        "externalId": account["external_id"],
        "user": {"type": "User", "id": account["user_id"], "externalId": account["user_external_id"]},
        "balanceCents": account["balance_cents"],
    }
    if account["type"] == PERFORMANCE:
        shown |= {name: account[column] for name, column, _, _ in FIGURES}
        shown["valuationAt"] = account["valuation_at"]
    return shown


def create(request: Request) -> Answer:
    """The bank has opened an account.

    In the setup with one account for each user, all Dreams are linked to it, and what waited for it starts; in the
    others `PATCH /dreams/{id}` follows. An external id is unique among the accounts of its user, not beyond. Without
    one, every POST is another account: that is how the product is documented.
    """
    fields = Fields(request.http.body, "account")
    kind = fields.required("type", TEXT)
    types = (SHARED_SAVINGS, PERFORMANCE) if request.tenant.performance_dreams else (SHARED_SAVINGS,)
    if kind not in (*types, ""):
        fields.refuse("type", f"must be {' or '.join(types)}")
    user_id = fields.required("userId", TEXT)
    external_id = fields.optional("externalId", TEXT)
    figures = dict.fromkeys(store.accounts.FIGURES)
    if kind == PERFORMANCE:
        figures = _figures(fields, {column: first for _, column, _, first in FIGURES}, now=request.now)
    else:
        figures["balance_cents"] = fields.required("balanceCents", cents(least=0), 0)
    fields.check()

    user = request.owner(user_id, field=fields.path("userId"))
    _refuse_known(request, fields, user_id, external_id)
    account = {
        "id": request.ids.uuid(),
        "user_id": user_id,
        "tenant_id": request.tenant.id,
        "type": kind,
        "external_id": external_id,
        **figures,
    }
    request.connection.execute(store.accounts.CREATE, account)
    if not request.tenant.asks_per_dream:
        provisioning.link_all(request, account)
    return Answer(201, {"account": as_json({**account, "user_external_id": user["external_id"]})})


def list_all(request: Request) -> Answer:
    found = paging.find(request, "accounts", paging.given(request.http.query, "userId", "externalId"))
    return found.answer([as_json(account) for account in found.rows])


def get(request: Request) -> Answer:
    return Answer(200, {"account": as_json(request.the_one_asked_for("accounts"))})


def change(request: Request) -> Answer:
    """The external id of a SharedSavings account; what a Performance account is worth."""
    account = request.the_one_asked_for("accounts")
    fields = Fields(request.http.body, "account")
    apply(request, fields, account)
    fields.check()
    return get(request)


def apply(request: Request, fields: Fields, account: Row) -> None:
    """Change an account as the fields say; what cannot be is noted in them, and `check()` then takes all back."""
    shown = as_json(account)
    for name in ("type", "id", "user"):
        fields.unchanged(name, shown[name])
    if account["type"] == PERFORMANCE:
        fields.unchanged("externalId", shown["externalId"])
        _value(request, fields, account)
    else:
        fields.unchanged(
            "balanceCents", shown["balanceCents"], otherwise="can't be changed: post a transaction instead"
        )
        _rename(request, fields, account)


def _value(request: Request, fields: Fields, account: Row) -> None:
    if not any(fields.given(name) for name in ("valuationAt", *(name for name, _, _, _ in FIGURES))):
        return
    figures = _figures(fields, account, now=request.now)
    if fields.are_right:
        money.value(request.connection, account["id"], figures, at=request.now, outbox=request.outbox)


def _figures(fields: Fields, present: Mapping[Any, Any], *, now: str) -> dict[str, Any]:
    """What a Performance account is worth from now on: as given, else as before."""
    figures = {
        column: fields.required(name, read) if fields.given(name) else present[column]
        for name, column, read, _ in FIGURES
    }
    return {**figures, "valuation_at": fields.optional("valuationAt", happened(now=now)) or now}


def _rename(request: Request, fields: Fields, account: Row) -> None:
    external_id = fields.optional("externalId", TEXT)
    if not fields.given("externalId") or external_id == account["external_id"] or not fields.are_right:
        return
    _refuse_known(request, fields, account["user_id"], external_id)
    renamed = {"account_id": account["id"], "new_external_id": external_id}
    request.connection.execute(store.accounts.RENAME, renamed)


def _refuse_known(request: Request, fields: Fields, user_id: str, external_id: str | None) -> None:
    known = {"user_id": user_id, "external_id": external_id}
    if external_id is not None and request.connection.execute(store.accounts.BY_EXTERNAL_ID, known).first():
        raise Refused(409, {fields.path("externalId"): ["belongs to an account of this user already"]})
