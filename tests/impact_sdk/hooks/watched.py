"""A client with hooks, and what it tells them."""

from typing import Any

from impact_sdk import (
    ClientCredentials,
    Hook,
    ImpactAPI,
)

from ..conftest import BASE
from ..fixed_clock import FixedClock


def client(*hooks: Hook, **options: Any) -> ImpactAPI:
    credentials = ClientCredentials("demo-bank", "cl1ent-s3cret")
    return ImpactAPI(BASE, auth=credentials, hooks=hooks, clock=FixedClock(), **options)
