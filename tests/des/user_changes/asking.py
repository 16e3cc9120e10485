"""How the bank changes a user."""

from typing import Any

import httpx

from ..journey import id_of


async def change(backend: httpx.AsyncClient, user: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    return await backend.patch(f"/v1/users/{id_of(user)}", json={"user": fields})
