"""ImpactAPI: the bank backend's typed client."""

import copy
from contextlib import AbstractContextManager
from functools import cached_property
from types import TracebackType
from typing import Any, Self, Unpack

from .. import environment
from ..arguments import instance
from ..auth import BearerToken, ClientCredentials
from ..errors import ConfigurationError
from ..http.clients import client_of
from ..http.options import CallOptions, ClientOptions
from ..http.recording import recorded
from ..http.replies import Reply
from ..http.transport import Transport
from ..mistakes.named import require_known, told_by_name
from ..reports import told_without_frames
from ..secrets import Secret
from .accounts import Accounts
from .dreams import Dreams
from .events import Events, Following
from .sandbox import Sandbox
from .savehacks import SavehackLaunches, Savehacks
from .transactions import Transactions
from .transfer_consents import TransferConsents
from .users import Users

__all__ = [
    "Accounts",
    "Dreams",
    "Events",
    "Following",
    "ImpactAPI",
    "Sandbox",
    "SavehackLaunches",
    "Savehacks",
    "Transactions",
    "TransferConsents",
    "Users",
]


class ImpactAPI:
    """The Impact Finance API, in the name of the bank.

    Requests are tried again where that is right, with one idempotency key for each intent. Every method takes
    `timeout=` and `attempts=`; methods that make something take `idempotency_key=` too (see `CallOptions`,
    `PostOptions`). Every method raises `TransportError` if there was no answer, and `APIError` if DES refuses. Use it
    in `async with`, or call `aclose()`.

    Args:
        base_url: The address of DES, without `/v1`; another path in it is kept.
        auth: The bank's client credentials. The access token is fetched and renewed as needed.
        options: See `ClientOptions`.

    Raises:
        ConfigurationError: An address, credentials or an option that cannot work.
    """

    @told_without_frames
    @told_by_name("ImpactAPI()")
    def __init__(
        self,
        base_url: str,
        *,
        auth: ClientCredentials,
        **options: Unpack[ClientOptions],
    ) -> None:
        self._http = client_of("ImpactAPI()", base_url, {**options}, ["base_url", "auth"])
        credentials = instance("auth", auth, ClientCredentials, "ClientCredentials(client_id, client_secret)")
        self._is_view = False
        self._is_entered = False
        self._transport = Transport(http=self._http, auth=BearerToken(credentials))

    # The resources. They are not made in `__init__`, so that `dir()`, `help()` and editors know them.

    @cached_property
    def users(self) -> Users:
        """The bank's end users."""
        return Users(self._transport)

    @cached_property
    def accounts(self) -> Accounts:
        """What DES knows about the accounts at the bank."""
        return Accounts(self._transport)

    @cached_property
    def dreams(self) -> Dreams:
        """The users' savings goals."""
        return Dreams(self._transport)

    @cached_property
    def savehacks(self) -> Savehacks:
        """The saving rules that can be launched."""
        return Savehacks(self._transport)

    @cached_property
    def savehack_launches(self) -> SavehackLaunches:
        """Launched savehacks."""
        return SavehackLaunches(self._transport)

    @cached_property
    def transactions(self) -> Transactions:
        """Requested, settled and failed transfers of money."""
        return Transactions(self._transport)

    @cached_property
    def transfer_consents(self) -> TransferConsents:
        """The users' consents to the transfers of savehacks."""
        return TransferConsents(self._transport)

    @cached_property
    def events(self) -> Events:
        """The events of the last 30 days in DES."""
        return Events(self._transport)

    @cached_property
    def sandbox(self) -> Sandbox:
        """Functions of the sandbox only: outside events, and the address for webhooks."""
        return Sandbox(self._transport)

    @classmethod
    @told_without_frames
    def from_env(
        cls, *, base_url: str | None = None, auth: ClientCredentials | None = None, **options: Unpack[ClientOptions]
    ) -> Self:
        """A client with the settings of the environment. An argument wins over a variable.

        `IMPACT_BASE_URL`, `IMPACT_CLIENT_ID` and `IMPACT_CLIENT_SECRET` are required; `IMPACT_TIMEOUT`,
        `IMPACT_DEADLINE` (seconds) and `IMPACT_ATTEMPTS` are optional.

        Raises:
            ConfigurationError: A variable is missing or wrong. The message names it, and shows no secret.
        """
        called = f"{cls.__name__}.from_env()"
        known: dict[str, Any] = environment.options({**options})
        return cls(
            environment.required(environment.BASE_URL, called, "base_url") if base_url is None else base_url,
            auth=ClientCredentials(
                environment.required(environment.CLIENT_ID, called, "auth"),
                Secret(environment.required(environment.CLIENT_SECRET, called, "auth")),
            )
            if auth is None
            else auth,
            **known,
        )

    def with_options(self, **options: Unpack[CallOptions]) -> Self:
        """The same client with other default options for its calls.

        It shares connections, the access token and everything else with this one. Its `aclose()` and `async with` close
        nothing; it ends with this one.

        Raises:
            ConfigurationError: An option that cannot work.
        """
        require_known("with_options()", {**options}, CallOptions.__annotations__)
        view = copy.copy(self)
        for name in RESOURCES & vars(view).keys():  # they use the old options
            del vars(view)[name]
        view._is_view = True
        view._transport = self._transport.with_options(options)
        return view

    def __repr__(self) -> str:
        return f"<ImpactAPI {self._http.base_url}>"

    async def __aenter__(self) -> Self:
        if self._http.is_closed:
            raise ConfigurationError("this ImpactAPI is closed; make another one")
        if self._is_entered and not self._is_view:
            raise ConfigurationError(
                "this ImpactAPI is open already, and the end of either block would close it for both"
            )
        self._is_entered = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def replies(self) -> AbstractContextManager[list[Reply]]:
        """Record all answers of DES in a `with` block, beside the values that the calls return.

        ```python
        with api.replies() as replies:
            dream = await api.dreams.get(dream_id)
        replies[-1].status, replies[-1].headers, replies[-1].content, replies[-1].rate_limit
        ```

        Refusals, attempts that were tried again, and every page of a listing are recorded too. Calls of other tasks are
        not, unless the task was started in the block.
        """
        return recorded(self._transport.auth)

    async def prepare(self, **options: Unpack[CallOptions]) -> None:
        """Prepare what the first call needs: a connection to DES, and an access token.

        A second call checks the connection again, and fetches a token only if there is no valid one.

        Args:
            options: See `CallOptions`, for this call only. The connection has one attempt.

        Raises:
            Unauthorized: DES does not accept the credentials.
            TransportError: DES cannot be reached.
        """
        require_known("api.prepare()", {**options}, CallOptions.__annotations__)
        await self._transport.prepare("api.prepare", options)

    async def aclose(self) -> None:
        """Close its connections. A second call does nothing."""
        if not self._is_view:
            await self._http.aclose()


RESOURCES = frozenset(name for name, value in vars(ImpactAPI).items() if isinstance(value, cached_property))
