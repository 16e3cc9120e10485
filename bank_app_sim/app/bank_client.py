"""The app's calls to its own bank's backend: sign in, order an account, sign for a savehack."""

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import attrs

from impact_sdk import Clock

from ..server import retry_after
from ..server.client import Client

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
    """The bank's backend did not do what the app asked of it, or did not answer as it should."""


@attrs.define(eq=False)
class BankClient:
    """The bank's backend, as its own app sees it, for one customer.

    Whatever the bank answers, and where it does not, every call raises `BankRefused` or does what it says.
    """

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
        self._access_token = _text(answer, "access_token")
        return _text(answer, "id_token")

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
        return _text(await self._ask("POST", "/provisioning-orders", given), "order", "id")

    async def account_is_open(self, order_id: str) -> str:
        """Wait until the bank is done with an order; returns the state it ended in."""
        path = f"/provisioning-orders/{_quoted(order_id)}"
        return _text(await self._done(await self._send("GET", path, None), path), "order", "state")

    async def fetch_consent(self, temporary_id: str) -> ConsentForm:
        """What the customer is to sign. The temporary id is used up by this."""
        return _form(await self._ask("POST", "/consents", {"temporary_id": temporary_id}))

    async def answer_consent(self, consent_id: str, *, signed: bool) -> ConsentForm:
        """Say that the customer signs, or does not; returns when Impact Finance knows. Twice the same is once."""
        path = f"/consents/{_quoted(consent_id)}"
        return _form(await self._done(await self._send("PUT", f"{path}/answer", {"signed": signed}), path))

    async def _done(self, response: "httpx.Response", path: str) -> dict[str, Any]:
        """The answer of the bank, when it is done with what it was asked for: 202 says that it is at it.

        Args:
            path: Where it can be seen how far it is.
        """
        wait = FIRST_LOOK_SECONDS
        while response.status_code == 202:
            asked_for = retry_after.asked_for(response.headers, self.clock.now()) or 0
            await self.clock.sleep(min(max(wait, asked_for), LOOK_EVERY_SECONDS_AT_LEAST))
            wait *= 4
            response = await self._send("GET", path, None)
        return _object(response, path)

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        return _object(await self._send(method, path, body), path)

    async def _send(self, method: str, path: str, body: dict[str, Any] | None) -> "httpx.Response":
        headers = {} if self._access_token is None else {"Authorization": f"Bearer {self._access_token}"}
        import httpx  # not at the top: whoever starts a server has no use for it

        try:
            response = await self.http.request(method, path, json=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # of which some come before it is sent
            raise BankRefused(f"{method} {path} was not answered: {str(error) or type(error).__name__}") from error
        if not response.is_success:
            raise BankRefused(f"{method} {path} was refused with {response.status_code}: {_shown(response)}")
        return response


def _object(response: "httpx.Response", path: str) -> dict[str, Any]:
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise BankRefused(f"{path} was answered with {response.status_code} and no JSON object: {_shown(response)}")
    return answer


def _text(answer: Any, *names: str) -> str:
    """The text that names lead to in an answer."""
    for name in names:
        answer = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(answer, str):
        raise BankRefused(f"the bank's answer has no text under {'.'.join(names)}")
    return answer


def _quoted(an_id: str) -> str:
    return quote(an_id, safe="", errors="surrogatepass")


def _shown(response: "httpx.Response") -> str:
    return repr(response.text[:200])


def _form(answer: dict[str, Any]) -> ConsentForm:
    amount = answer["consent"].get("max_amount_cents") if isinstance(answer.get("consent"), dict) else None
    if type(amount) is not int:
        raise BankRefused("the bank's answer has no integer under consent.max_amount_cents")
    return ConsentForm(
        id=_text(answer, "consent", "id"),
        max_frequency=_text(answer, "consent", "max_frequency"),
        max_amount_cents=amount,
        state=_text(answer, "consent", "state"),
    )
