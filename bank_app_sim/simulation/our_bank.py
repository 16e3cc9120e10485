"""The simulated bank: its names, and what the settings of a world make of it at each actor."""

from collections.abc import Sequence

from ..backend import Bank
from ..des import AccountSetup, Tenant
from .settings import WorldSettings

TENANT = "demo"
CLIENT_ID = "demo-bank"

ISSUER = "https://bank.example"
AUDIENCE = "impact-finance"


def bank(settings: WorldSettings, *, webhook_secret: str | None = None) -> Bank:
    """How the bank's backend works. ValueError where no bank can work like that.

    Args:
        webhook_secret: With it the bank acts on events: those that webhooks bring, and those that it looks for itself.
    """
    return Bank(
        issuer=ISSUER,
        audience=AUDIENCE,
        decision_after=settings.decision_after,
        settle_every=settings.settle_every,
        refuses=settings.refuses,
        opening_balance_cents=settings.opening_balance_cents,
        token_lifetime=settings.token_lifetime,
        dream_product="Performance" if settings.performance_dreams else "SharedSavings",
        webhook_secrets=(webhook_secret,) if webhook_secret is not None else (),
        look_for_events_every=settings.settle_every if webhook_secret is not None else None,
        account_for_each_dream=settings.performance_dreams or settings.account_setup is AccountSetup.PER_DREAM,
    )


def tenant(settings: WorldSettings, *, client_secret: str, backend_url: str) -> Tenant:
    """How DES knows the bank."""
    return Tenant(
        id=TENANT,
        client_id=CLIENT_ID,
        client_secret=client_secret,
        issuer=ISSUER,
        audience=AUDIENCE,
        jwks_url=f"{backend_url}/.well-known/jwks.json",
        account_setup=settings.account_setup,
        performance_dreams=settings.performance_dreams,
        transfer_consents=settings.transfer_consents,
        session_renewal=settings.session_renewal,
        session_inactivity_timeout=settings.session_inactivity_timeout,
        session_maximum_duration=settings.session_maximum_duration,
        access_token_lifetime=settings.access_token_lifetime,
    )


def refuse_namesakes(tenants: Sequence[Tenant]) -> None:
    """Raise ValueError where a further bank has a name of the simulated bank."""
    for other in tenants:
        if other.id == TENANT or other.client_id == CLIENT_ID:
            raise ValueError(
                f"a further bank cannot have the id {TENANT!r} or the client id {CLIENT_ID!r}: "
                "the simulated bank has them"
            )
