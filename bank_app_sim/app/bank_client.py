"""The app's calls to its own bank's backend: sign in, order an account, sign for a savehack."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

import attrs

from impact_sdk import Clock

from . import retry_after

if TYPE_CHECKING:
    import httpx

# The app looks soon whether the bank is done, then less and less often, and never before the time in `Retry-After`. The
# bank may need days, or less time than it said.
FIRST_LOOK_SECONDS = 0.5
LOOK_EVERY_SECONDS_AT_LEAST = 12 * 3600.0


class HTTP(Protocol):
    """As much of `httpx.AsyncClient` as the app needs. `httpx.AsyncClient(base_url=…)` will do."""

    async def request(
        self, method: str, path: str, /, *, json: object, headers: Mapping[str, str]
    ) -> "httpx.Response": ...


@attrs.frozen(kw_only=True)
class ConsentForm:
    """What the user has to sign, as the bank shows it.

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
    """The bank's backend did not do what the app asked, or its answer was wrong."""


@attrs.define(eq=False)
class BankClient:
    """The bank's backend, as its own app sees it, for one customer.

    Every call does what it says or raises `BankRefused`, whatever the bank answers, and also if it does not answer.
    """

    http: HTTP = attrs.field(repr=False)
    clock: Clock
    _access_token: str | None = attrs.field(default=None, init=False, repr=False)

    async def sign_in(self, customer: str) -> str:
        """Sign the customer in; returns the ID token that Impact Finance wants."""
        return self._signed_in(await self._ask("POST", "/sign-in", {"customer": customer}))

    async def sign_in_silently(self) -> str:
        """A new ID token for a customer who is still signed in; the app asks them for nothing."""
        return self._signed_in(await self._ask("POST", "/silent-sign-in", None))

    def _signed_in(self, answer: dict[str, object]) -> str:
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
        """Ask the bank to open an account; returns the order's id at once. Asked twice, the id is the same.

        Without a `user_id` this orders an account in advance, before the customer ever opens Impact Finance. With a
        `dream_id` the account is for that Dream alone.
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
        """Wait until the bank is done with an order; returns its final state."""
        path = f"/provisioning-orders/{_quoted(order_id)}"
        return _text(await self._done(await self._send("GET", path, None), path), "order", "state")

    async def fetch_consent(self, temporary_id: str) -> ConsentForm:
        """What the customer has to sign. This uses up the temporary id."""
        return _form(await self._ask("POST", "/consents", {"temporary_id": temporary_id}))

    async def answer_consent(self, consent_id: str, *, signed: bool) -> ConsentForm:
        """Say whether the customer signs; returns when Impact Finance knows. A second time changes nothing."""
        path = f"/consents/{_quoted(consent_id)}"
        return _form(await self._done(await self._send("PUT", f"{path}/answer", {"signed": signed}), path))

    async def _done(self, response: "httpx.Response", path: str) -> dict[str, object]:
        """The final answer of the bank. 202 means that it is still at work.

        Args:
            path: Where the app can see how far the bank is.
        """
        wait = FIRST_LOOK_SECONDS
        while response.status_code == 202:
            wanted = retry_after.seconds(response.headers, self.clock.now())
            await self.clock.sleep(min(max(wait, wanted), LOOK_EVERY_SECONDS_AT_LEAST))
            wait *= 4
            response = await self._send("GET", path, None)
        return _object(response, path)

    async def _ask(self, method: str, path: str, body: Mapping[str, object] | None) -> dict[str, object]:
        return _object(await self._send(method, path, body), path)

    async def _send(self, method: str, path: str, body: Mapping[str, object] | None) -> "httpx.Response":
        import httpx  # not at the top: a process that only serves starts sooner without it

        headers = {} if self._access_token is None else {"Authorization": f"Bearer {self._access_token}"}
        try:
            response = await self.http.request(method, path, json=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # ValueError: it cannot be sent
            raise BankRefused(f"{method} {path} was not answered: {str(error) or type(error).__name__}") from error
        if not response.is_success:
            raise BankRefused(f"{method} {path} was refused with {response.status_code}: {_shown(response)}")
        return response


def _object(response: "httpx.Response", path: str) -> dict[str, object]:
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise BankRefused(f"{path} was answered with {response.status_code} and no JSON object: {_shown(response)}")
    return answer


def _text(answer: object, *names: str) -> str:
    """The text in an answer, one name below the other."""
    for name in names:
        answer = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(answer, str):
        raise BankRefused(f"the bank's answer has no text under {'.'.join(names)}")
    return answer


def _quoted(an_id: str) -> str:
    return quote(an_id, safe="", errors="surrogatepass")


def _shown(response: "httpx.Response") -> str:
    return repr(response.text[:200])


def _form(answer: dict[str, object]) -> ConsentForm:
    consent = answer.get("consent")
    amount = consent.get("max_amount_cents") if isinstance(consent, dict) else None
    if type(amount) is not int:
        raise BankRefused("the bank's answer has no integer under consent.max_amount_cents")
    return ConsentForm(
        id=_text(answer, "consent", "id"),
        max_frequency=_text(answer, "consent", "max_frequency"),
        max_amount_cents=amount,
        state=_text(answer, "consent", "state"),
    )
