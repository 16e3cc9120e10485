"""The bank's app in a world: what it and the SDK say to each other stands in the trace."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import attrs

from impact_sdk import Session

from ..app import BankApp
from ..timeline.trace import Trace, of_user

Request = TypeVar("Request")
Reply = TypeVar("Reply")

# What the sequence diagrams call the callbacks.
TITLES = {
    "account_provisioning_requested": "Account Provisioning Requested",
    "transfer_consent_requested": "Transfer Consent Requested",
    "id_token_expired": "ID Token Expired",
    "exit_requested": "Exit Requested",
}

# What the trace shows of a callback's request.
SHOWN = ("request_id", "user_id", "reason")


@attrs.define(eq=False, kw_only=True)
class TracedBankApp(BankApp):
    """A `BankApp` that records its launches and callbacks."""

    trace: Trace

    async def open_impact_finance(self, id_token: str, *, locale: str) -> Session:
        with of_user(self.customer):
            self.trace.record("bank_app", "sdk", "SDK.launch", kind="call", detail={"locale": locale})
        return await self.sdk.launch(id_token, locale=locale)

    def watched(self, callback: Callable[[Request], Awaitable[Reply]]) -> Callable[[Request], Awaitable[Reply]]:
        """The callback, with its call and its end in the trace."""
        title = TITLES[callback.__name__]

        async def called(request: Request) -> Reply:
            detail = {name: str(getattr(request, name)) for name in SHOWN if hasattr(request, name)}
            with of_user(self.customer):
                self.trace.record("sdk", "bank_app", f"callback: {title}", kind="call", detail=detail)
                end = "callback was cancelled"
                try:
                    reply = await callback(request)
                    end = "return from callback"
                except Exception as error:
                    end = f"callback raised {type(error).__name__}"
                    raise
                finally:
                    self.trace.record("bank_app", "sdk", end, kind="return", detail=detail)
            return reply

        return called
