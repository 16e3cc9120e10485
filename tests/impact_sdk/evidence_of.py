"""How a call failed."""

from typing import Any

import pytest

from impact_sdk import TransportError
from impact_sdk.http.carriers.time_limits import Limits
from impact_sdk.http.clients import of


async def failure(url: str, limits: Limits | None = None, **options: Any) -> TransportError:
    """Of one POST."""
    http = of(url, **options)
    try:
        with pytest.raises(TransportError) as caught:
            await http.send("POST", http.address("/v1/dreams"), {}, b"{}", limits)
    finally:
        await http.aclose()
    return caught.value
