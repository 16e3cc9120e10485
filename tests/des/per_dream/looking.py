"""How a Dream looks."""

from typing import Any

import httpx


async def shown(client: httpx.AsyncClient, dream: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = (await client.get(f"/v1/dreams/{dream['id']}")).json()["dream"]
    return read
