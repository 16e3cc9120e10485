"""ImpactAPI: the bank backend's typed client."""

import random
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from ..arguments import instance
from ..auth import BearerToken, ClientCredentials
from ..clock import Clock
from ..errors import ConfigurationError
from ..http import of as http_of
from ..http.host_transport import HTTPTransport
from ..replies import Reply, recorded
from ..transport import Transport
from .accounts import Accounts
from .dreams import Dreams
from .events import Events
from .sandbox import Sandbox
from .savehacks import SavehackLaunches, Savehacks
from .transactions import Transactions
from .transfer_consents import TransferConsents
from .users import Users

__all__ = ["ImpactAPI"]


class ImpactAPI:
    """The Impact Finance API, in the name of the bank.

    Requests are tried again where that is right, under one idempotency key for each intent. Every method takes
    `timeout=` and `attempts=`, those that make something `idempotency_key=` (see `CallOptions`, `PostOptions`); every
    one raises `TransportError` when there was no answer and `APIError` when the answer is no. Use it in `async with`,
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
        self._http = http_of(base_url, transport=transport, clock=clock, source=source)
        credentials = instance("auth", auth, ClientCredentials, "ClientCredentials(client_id, client_secret)")
        self._transport = Transport(http=self._http, auth=BearerToken(credentials))
        self.users = Users(self._transport)
        self.accounts = Accounts(self._transport)
        self.dreams = Dreams(self._transport)
        self.savehacks = Savehacks(self._transport)
        self.savehack_launches = SavehackLaunches(self._transport)
        self.transactions = Transactions(self._transport)
        self.transfer_consents = TransferConsents(self._transport)
        self.events = Events(self._transport)
        self.sandbox = Sandbox(self._transport)

    def __repr__(self) -> str:
        return f"<ImpactAPI {self._http.base_url}>"

    async def __aenter__(self) -> Self:
        if self._http.is_closed:
            raise ConfigurationError("this ImpactAPI is closed; make another one")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def replies(self) -> AbstractContextManager[list[Reply]]:
        """All answers of DES in a `with` block as they came, next to the values that the calls in it return.

        ```python
        with api.replies() as replies:
            dream = await api.dreams.get(dream_id)
        replies[-1].status, replies[-1].headers, replies[-1].content, replies[-1].rate_limit
        ```

        Those that were refused or tried again are among them, and every page of a listing. Calls of other tasks are
        not, but for tasks that were started in the block.
        """
        return recorded(self._transport)

    async def aclose(self) -> None:
        """Close its connections. A second call does nothing."""
        await self._http.aclose()
