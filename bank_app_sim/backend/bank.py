"""`Bank`: the settings of the simulated bank."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs

from ..timeline import durations
from .customers import customer_name
from .gateway import PERFORMANCE, SHARED_SAVINGS

# The shortest interval between two looks at DES. Simulated time has a limit of its own, `durations.SHORTEST`.
MOST_OFTEN = timedelta(milliseconds=100)


def _not_negative(_bank: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if value < type(value)():
        raise ValueError(f"{attribute.name} cannot be negative: {value}")


def _from(least: timedelta) -> Callable[[object, "attrs.Attribute[timedelta]", timedelta], None]:
    def validate(_bank: object, attribute: "attrs.Attribute[timedelta]", value: timedelta) -> None:
        if wrong := durations.what_is_wrong_with(value, least=least):
            raise ValueError(f"{attribute.name} {wrong}")

    return validate


def _customers(_bank: object, _attribute: "attrs.Attribute[frozenset[str]]", names: frozenset[str]) -> None:
    for name in names:
        try:
            customer_name(name)
        except ValueError as error:
            raise ValueError(f"{name!r} {error}") from error


@attrs.frozen(kw_only=True)
class Bank:
    """How this bank works.

    Attributes:
        issuer: `iss` of its ID tokens.
        audience: `aud` of its ID tokens.
        decision_after: From an order to the bank's decision on it.
        settle_every: How often it fetches the transactions that DES requests, once the first account is reported.
        opening_balance_cents: What a new customer has on the current account.
        refuses: Customers who get no savings account.
        dream_product: What it opens for a Dream that has an account of its own: `SharedSavings`, or `Performance`, an
            investment account.
        account_for_each_dream: Whether each Dream of a customer who signs consents has an account of its own.
        webhook_secrets: The secrets that DES signs webhooks with: the present one and, during a change, the one before;
            empty for a bank that reads no webhooks.
        look_for_events_every: How often it looks for events that no webhook has brought; None for never.
        token_lifetime: How long an ID token and the app's access token are valid. A real bank's last minutes; this
            bank's last long, so that simulated days can pass without a renewal.
    """

    issuer: str
    audience: str
    decision_after: timedelta = attrs.field(default=timedelta(days=2), validator=_from(timedelta()))
    settle_every: timedelta = attrs.field(default=timedelta(hours=1), validator=_from(MOST_OFTEN))
    opening_balance_cents: int = attrs.field(default=1_000_000, validator=_not_negative)
    refuses: frozenset[str] = attrs.field(default=frozenset(), validator=_customers)
    dream_product: str = attrs.field(
        default=SHARED_SAVINGS, validator=attrs.validators.in_((SHARED_SAVINGS, PERFORMANCE))
    )
    account_for_each_dream: bool = False
    webhook_secrets: tuple[str, ...] = attrs.field(default=(), repr=False)
    look_for_events_every: timedelta | None = attrs.field(
        default=None, validator=attrs.validators.optional(_from(MOST_OFTEN))
    )
    token_lifetime: timedelta = attrs.field(default=timedelta(days=365), validator=_from(durations.SHORTEST))
