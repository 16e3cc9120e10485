"""The app's calls to its own bank's backend: sign in, order an account, sign for a savehack."""

from typing import TYPE_CHECKING, Any

import attrs

from impact_sdk import Clock

from ..client import Client

if TYPE_CHECKING:
    import httpx

# The app looks soon whether the bank is done, then ever more seldom, and never before the bank says that it may be. It
# may take days, or less than was thought.
FIRST_LOOK_SECONDS = 0.5
LOOK_EVERY_SECONDS_AT_LEAST = 12 * 3600.0


@attrs.frozen(kw_only=True)
class ConsentForm:
    """What the user is to sign, as the bank shows it.

    Attributes:
        max_frequency: How often money moves at most: once, or each day, week, month or year.
        max_amount_cents: How much moves at most each time.
        state: `SHOWN` until the user has signed, or declined.
    """

    id: str
    max_frequency: str
    max_amount_cents: int
    state: str


class BankRefused(Exception):
    """The bank's backend did not do what the app asked of it; the message says what, and why."""


@attrs.define(eq=False)
class BankClient:
    """The bank's backend, as its own app sees it, for one customer."""

    http: Client = attrs.field(repr=False)
    clock: Clock
    _access_token: str | None = attrs.field(default=None, init=False, repr=False)

    async def sign_in(self, customer: str) -> str:
        """Sign the customer in; returns the ID token that Impact Finance wants."""
        return self._signed_in(await self._ask("POST", "/sign-in", {"customer": customer}))

    async def sign_in_silently(self) -> str:
        """A new ID token for the customer who is signed in still; nobody is asked for anything."""
        return self._signed_in(await self._ask("POST", "/silent-sign-in", None))

    def _signed_in(self, answer: dict[str, Any]) -> str:
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
        path = f"/provisioning-orders/{order_id}"
        answer = await self._done(await self._send("GET", path, None), path)
        state: str = answer["order"]["state"]
        return state

    async def fetch_consent(self, temporary_id: str) -> ConsentForm:
        """What the customer is to sign. The temporary id is used up by this."""
        return _form(await self._ask("POST", "/consents", {"temporary_id": temporary_id}))

    async def answer_consent(self, consent_id: str, *, signed: bool) -> ConsentForm:
        """Say that the customer signs, or does not; returns when Impact Finance knows. Twice the same is once."""
        path = f"/consents/{consent_id}"
        return _form(await self._done(await self._send("PUT", f"{path}/answer", {"signed": signed}), path))

    async def _done(self, response: "httpx.Response", path: str) -> dict[str, Any]:
        """The answer of the bank, when it is done with what it was asked for: 202 says that it is at it.

        Args:
            path: Where it can be seen how far it is.
        """
        wait = FIRST_LOOK_SECONDS
        while response.status_code == 202:
            asked_for = float(response.headers.get("Retry-After", 0))
            await self.clock.sleep(min(max(wait, asked_for), LOOK_EVERY_SECONDS_AT_LEAST))
            wait *= 4
            response = await self._send("GET", path, None)
        answer: dict[str, Any] = response.json()
        return answer

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        answer: dict[str, Any] = (await self._send(method, path, body)).json()
        return answer

    async def _send(self, method: str, path: str, body: dict[str, Any] | None) -> "httpx.Response":
        headers = {} if self._access_token is None else {"Authorization": f"Bearer {self._access_token}"}
        import httpx  # not at the top: whoever starts a server has no use for it

        try:
            response = await self.http.request(method, path, json=body, headers=headers)
        except httpx.TransportError as error:
            raise BankRefused(f"{method} {path} was not answered: {error}") from error
        if response.is_error:
            raise BankRefused(f"{method} {path} was refused with {response.status_code}: {response.text}")
        return response


def _form(answer: dict[str, Any]) -> ConsentForm:
    consent = answer["consent"]
    return ConsentForm(**{field.name: consent[field.name] for field in attrs.fields(ConsentForm)})
