"""How the two clients are made."""

from collections.abc import Callable
from typing import Any

from impact_sdk import (
    ClientCredentials,
    ImpactAPI,
    ImpactSDK,
)

from ..conftest import BASE

CREDENTIALS = ClientCredentials("demo-bank", "s3cret&=")


MAKERS: dict[str, Callable[..., Any]] = {
    "ImpactAPI": lambda **options: ImpactAPI(BASE, auth=CREDENTIALS, **options),
    "ImpactSDK": lambda **options: ImpactSDK(BASE, client_id="demo-bank", **options),
}
