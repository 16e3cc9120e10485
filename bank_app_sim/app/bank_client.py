"""The app's calls to its own bank's backend: sign in, order an account, look at the order."""

from typing import TYPE_CHECKING, Any

import attrs

from impact_sdk import Clock

if TYPE_CHECKING:
    import httpx

# The app looks soon whether the bank is done, then ever more seldom: it may take days.
FIRST_LOOK_SECONDS = 0.5
LOOK_EVERY_SECONDS_AT_LEAST = 12 * 3600.0


class BankRefused(Exception):
    """The bank's backend did not do what the app asked of it; the message says what, and why."""


@attrs.define(eq=False)
class BankClient:
    """The bank's backend, as its own app sees it, for one customer."""

    http: "httpx.AsyncClient" = attrs.field(repr=False)
    clock: Clock
    _access_token: str | None = attrs.field(default=None, init=False, repr=False)

    async def sign_in(self, customer: str) -> str:
        """Sign the customer in; returns the ID token that Impact Finance wants."""
        answer = await self._ask("POST", "/sign-in", {"customer": customer})
        self._access_token = answer["access_token"]
        id_token: str = answer["id_token"]
        return id_token

    async def order_account(
        self,
        *,
        request_id: str | None = None,
        user_id: str | None = None,
        dream_id: str | None = None,
        account_external_id: str | None = None,
    ) -> str:
        """Ask the bank to open an account and return at once, with the order's id; the same one when asked twice.

        Without a `user_id` the account is ordered in advance, before the customer ever opens Impact Finance. With a
        `dream_id` it is for that Dream alone.
        """
        order = {
            "request_id": request_id,
            "user_id": user_id,
            "dream_id": dream_id,
            "account_external_id": account_external_id,
        }
        given = {name: value for name, value in order.items() if value is not None}
        answer = await self._ask("POST", "/provisioning-orders", given)
        order_id: str = answer["order"]["id"]
        return order_id

    async def account_is_open(self, order_id: str) -> str:
        """Wait until the bank is done with an order; returns the state it ended in."""
        wait = FIRST_LOOK_SECONDS
        while True:
            response = await self._send("GET", f"/provisioning-orders/{order_id}", None)
            if response.status_code == 200:
                state: str = response.json()["order"]["state"]
                return state
            await self.clock.sleep(wait)
            wait = min(wait * 2, LOOK_EVERY_SECONDS_AT_LEAST)

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        answer: dict[str, Any] = (await self._send(method, path, body)).json()
        return answer

    async def _send(self, method: str, path: str, body: dict[str, Any] | None) -> "httpx.Response":
        headers = {} if self._access_token is None else {"Authorization": f"Bearer {self._access_token}"}
        response = await self.http.request(method, path, json=body, headers=headers)
        if response.is_error:
            raise BankRefused(f"{method} {path} was refused with {response.status_code}: {response.text}")
        return response
