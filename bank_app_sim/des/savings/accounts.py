"""Accounts: what DES knows of the accounts that the bank keeps."""

from typing import Any

from ...server.http.answers import Answer, Refused
from ...server.http.fields import Fields
from ...server.http.readers import NUMBER, TEXT, integer
from .. import paging, store
from ..engine import LARGEST_CENTS
from ..readers import cents, happened, stamp
from ..request import Request
from ..store.accounts import AccountRow, Figures
from ..store.listings import ACCOUNTS
from . import money, provisioning
from .money import PERFORMANCE, SHARED_SAVINGS

_WORTH = cents(least=0)
_GAIN = integer(least=-LARGEST_CENTS, most=LARGEST_CENTS)

# What a new Performance account is worth.
_NOTHING = Figures(
    balance_cents=0,
    liquid_balance_cents=0,
    performance_cents=0,
    performance_percent=0.0,
    total_acquisition_cost_cents=0,
)


def reference(type: str | None, id: str | None, external_id: str | None) -> dict[str, Any] | None:
    """How other objects refer to an account; None for no account."""
    return None if id is None else {"type": type, "id": id, "externalId": external_id}


def as_json(account: AccountRow) -> dict[str, Any]:
    shown = {
        "type": account.type,
        "id": account.id,
        "externalId": account.external_id,
        "user": {"type": "User", "id": account.user_id, "externalId": account.user_external_id},
        "balanceCents": account.figures.balance_cents,
    }
    if account.type == PERFORMANCE:
        shown |= _shown(account.figures)
    return shown


def _shown(figures: Figures) -> dict[str, Any]:
    """What the bank says of a Performance account (docs/des.md 1.2, 1.3)."""
    return {
        "balanceCents": figures.balance_cents,
        "liquidBalanceCents": figures.liquid_balance_cents,
        "performanceCents": figures.performance_cents,
        "performancePercent": figures.performance_percent,
        "totalAcquisitionCostCents": figures.total_acquisition_cost_cents,
        "valuationFrom": figures.valuation_from,
        "valuationAt": figures.valuation_at,
    }


def create(request: Request) -> Answer:
    """The bank has opened an account.

    In the setup with one account for each user, all Dreams are linked to it, and what waited for it starts; in the
    others `PATCH /dreams/{id}` follows. An external id is unique among the accounts of its user. Without one, every
    POST makes another account, as the product documents it.
    """
    fields = Fields(request.http.body, "account")
    kind = fields.required("type", TEXT)
    types = (SHARED_SAVINGS, PERFORMANCE) if request.tenant.performance_dreams else (SHARED_SAVINGS,)
    if kind not in (*types, ""):
        fields.refuse("type", f"must be {' or '.join(types)}")
    user_id = fields.required("userId", TEXT)
    external_id = fields.optional("externalId", TEXT)
    if kind == PERFORMANCE:
        figures = _figures(fields, _NOTHING, now=request.now)
    else:
        figures = Figures(fields.required("balanceCents", _WORTH, 0))
    fields.check()

    user = request.owner(user_id, field=fields.path("userId"))
    _refuse_known(request, fields, user_id, external_id)
    account = AccountRow(
        figures,
        id=request.ids.uuid(),
        user_id=user_id,
        tenant_id=request.tenant.id,
        type=kind,
        external_id=external_id,
        user_external_id=user.external_id,
    )
    store.accounts.add(request.connection, account)
    if not request.tenant.asks_per_dream:
        provisioning.link_all(request, account)
    return Answer(201, {"account": as_json(account)})


def list_all(request: Request) -> Answer:
    found = paging.find(request, ACCOUNTS, paging.given(request.http.query, "userId", "externalId"))
    return found.answer([as_json(account) for account in found.rows])


def get(request: Request) -> Answer:
    return Answer(200, {"account": as_json(request.the_one_asked_for(ACCOUNTS))})


def change(request: Request) -> Answer:
    """The external id of a SharedSavings account; what a Performance account is worth."""
    account = request.the_one_asked_for(ACCOUNTS)
    fields = Fields(request.http.body, "account")
    apply(request, fields, account)
    fields.check()
    return get(request)


def apply(request: Request, fields: Fields, account: AccountRow) -> None:
    """Change an account as the fields say. Errors are noted in the fields; then `check()` undoes everything."""
    shown = as_json(account)
    for name in ("type", "id", "user"):
        fields.unchanged(name, shown[name])
    if account.type == PERFORMANCE:
        fields.unchanged("externalId", shown["externalId"])
        _value(request, fields, account)
    else:
        fields.unchanged(
            "balanceCents", shown["balanceCents"], otherwise="can't be changed: post a transaction instead"
        )
        _rename(request, fields, account)


def _value(request: Request, fields: Fields, account: AccountRow) -> None:
    if not any(fields.given(name) for name in _shown(account.figures)):
        return
    figures = _figures(fields, account.figures, now=request.now)
    if fields.are_right:
        money.value(request.connection, account.id, figures, at=request.now, outbox=request.outbox)


def _figures(fields: Fields, present: Figures, *, now: str) -> Figures:
    """The figures of a Performance account from now on: those in the fields, otherwise those before."""
    return Figures(
        balance_cents=fields.required("balanceCents", _WORTH, present.balance_cents),
        liquid_balance_cents=fields.required("liquidBalanceCents", _WORTH, present.liquid_balance_cents),
        performance_cents=fields.required("performanceCents", _GAIN, present.performance_cents),
        performance_percent=fields.required("performancePercent", NUMBER, present.performance_percent),
        total_acquisition_cost_cents=fields.required(
            "totalAcquisitionCostCents", _WORTH, present.total_acquisition_cost_cents
        ),
        valuation_from=fields.optional("valuationFrom", stamp, present.valuation_from),
        valuation_at=fields.optional("valuationAt", happened(now=now)) or now,
    )


def _rename(request: Request, fields: Fields, account: AccountRow) -> None:
    external_id = fields.optional("externalId", TEXT)
    if not fields.given("externalId") or external_id == account.external_id or not fields.are_right:
        return
    _refuse_known(request, fields, account.user_id, external_id)
    renamed = {"account_id": account.id, "new_external_id": external_id}
    request.connection.execute(store.accounts.RENAME, renamed)


def _refuse_known(request: Request, fields: Fields, user_id: str, external_id: str | None) -> None:
    known = {"user_id": user_id, "external_id": external_id}
    if external_id is not None and store.accounts.BY_EXTERNAL_ID.first(request.connection, **known):
        raise Refused(409, {fields.path("externalId"): ["belongs to an account of this user already"]})
