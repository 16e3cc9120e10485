"""ImpactAPI: the bank backend's typed client."""

import random
from types import TracebackType
from typing import Self

from ..addresses import checked_base_url
from ..auth import BearerToken, ClientCredentials
from ..clock import Clock, SystemClock
from ..transport import HTTP, HTTPTransport, Transport
from .accounts import Accounts
from .dreams import Dreams
from .savehacks import SavehackLaunches, Savehacks
from .transactions import Transactions
from .users import Users

__all__ = ["ImpactAPI"]


class ImpactAPI:
    """The Impact Finance API, in the name of the bank.

    Requests are tried again where that is right, under one idempotency key for each intent. Use it in `async with`,
    or call `aclose()`.

    Args:
        base_url: The address of DES, without `/v1`; a path in it is kept.
        auth: The bank's client credentials. The access token is fetched and renewed as needed.
        transport: How bytes travel; the HTTP client's own when left out.
        clock: Where the time comes from; the machine's when left out.
        source: Where idempotency keys and jitter come from; the machine's entropy when left out.

    Raises:
        ConfigurationError: An address or credentials that cannot work.
    """

    def __init__(
        self,
        base_url: str,
        *,
        auth: ClientCredentials,
        transport: HTTPTransport | None = None,
        clock: Clock | None = None,
        source: random.Random | None = None,
    ) -> None:
        self._http = HTTP(
            base_url=checked_base_url(base_url),
            clock=clock or SystemClock(),
            source=source or random.SystemRandom(),
            transport=transport,
        )
        in_the_banks_name = Transport(http=self._http, auth=BearerToken(auth))
        self.users = Users(in_the_banks_name)
        self.accounts = Accounts(in_the_banks_name)
        self.dreams = Dreams(in_the_banks_name)
        self.savehacks = Savehacks(in_the_banks_name)
        self.savehack_launches = SavehackLaunches(in_the_banks_name)
        self.transactions = Transactions(in_the_banks_name)

    def __repr__(self) -> str:
        return f"<ImpactAPI {self._http.base_url}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close its connections. A second call does nothing."""
        await self._http.aclose()
