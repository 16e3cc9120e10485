"""ImpactSDK: what a bank's app imports."""

import copy
from contextlib import AbstractContextManager
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, Unpack

import anyio
import anyio.abc

from . import environment
from .arguments import checked, required
from .auth import IDToken, NoAuth
from .callbacks import (
    AccountProvisioningRequested,
    Callbacks,
    ExitRequested,
    Registration,
    Telemetry,
    TokenExpired,
    TransferConsentRequested,
)
from .errors import AlreadyLaunching, ConfigurationError, InvalidCredentials
from .handover.handovers import Handovers
from .http import policy
from .http.exchange import of as http_of
from .http.options import CallOptions, ClientOptions
from .http.recording import recorded
from .http.replies import Reply
from .http.transport import Transport
from .mistakes.named import require_known, told_by_name
from .mistakes.wrong import what_is_wrong_with_text, wrong
from .reports import told_without_frames
from .secrets import Secret
from .session import exported
from .session.launch import Begun, Launch
from .session.launch import prepare as prepare_launch
from .session.notices import Notices
from .session.session import Session
from .tasks.handed_over import tasks_of
from .tasks.opening import Opening

# Opening an account takes a person minutes, with a look for the passport in between; not half an hour. Signing is quick
# as such, and may have opening an account in it.
LONGEST_TIMEOUT = timedelta(days=366)  # so that there is a moment at which it ends
ACCOUNT_PROVISIONING_TIMEOUT = TRANSFER_CONSENT_TIMEOUT = timedelta(minutes=30)


ARGUMENTS = ("base_url", "client_id", "account_provisioning_timeout", "transfer_consent_timeout", "task_group")
LAUNCH_ARGUMENTS = ("id_token", "locale", "location", "theme", "timezone")


class ImpactSDK:
    """Impact Finance in a bank's app: one object for all users of the process.

    Use it in `async with`; leaving the block closes all sessions. Where there is no block that lasts, in a notebook or
    an ASGI server without a lifespan, `prepare()` opens it and `aclose()` closes it, in whatever task. The host's
    callbacks run in tasks of the SDK's own, so that a launch that is cancelled takes nobody's answer with it.

    It lives in the process and the event loop of its first use. In another one, after a fork or a second
    `asyncio.run()`, all calls raise `ConfigurationError` and send nothing, and it goes on where it lives.

    Args:
        base_url: The address of DES, without `/v1`; another path in it is kept.
        client_id: The bank's client id.
        account_provisioning_timeout: How long the host's callback may take to open an account.
        transfer_consent_timeout: How long the host's callback may take to have the user sign.
        task_group: Where callbacks run, for a host that wants them in one of anyio's or trio's; it must outlive
            the SDK, which needs no opening then. `aclose()` is the host's to call.
        options: As `ClientOptions` has them.

    Raises:
        ConfigurationError: An address, client id, limit or option that cannot work.
    """

    @told_without_frames
    @told_by_name("ImpactSDK()")
    def __init__(
        self,
        base_url: str,
        *,
        client_id: str,
        account_provisioning_timeout: timedelta = ACCOUNT_PROVISIONING_TIMEOUT,
        transfer_consent_timeout: timedelta = TRANSFER_CONSENT_TIMEOUT,
        task_group: anyio.abc.TaskGroup | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        how, connection = policy.of_client("ImpactSDK()", {**options}, ARGUMENTS)
        if what_is_wrong_with_text(client_id) or not client_id.strip():
            raise wrong("client_id", client_id, "the one that the vendor gave the bank")
        time_limits = {
            "account_provisioning_requested": _limit("account_provisioning_timeout", account_provisioning_timeout),
            "transfer_consent_requested": _limit("transfer_consent_timeout", transfer_consent_timeout),
        }
        self._client_id = client_id
        self._http = http_of(base_url, **connection)
        self._http.policy = how
        self._callbacks = Callbacks()
        self._notices = Notices(self._callbacks)
        self._handovers = Handovers(
            callbacks=self._callbacks, clock=self._http.clock, time_limits=time_limits, hooks=how.hooks
        )
        self._transport = Transport(http=self._http, auth=NoAuth())
        self._origin: ImpactSDK | None = None
        self._opening = Opening(task_group is not None)
        self._tasks = tasks_of(task_group) or self._opening.keeper
        self._sessions: list[Session] = []
        self._launching: set[IDToken] = set()

    @classmethod
    @told_without_frames
    def from_env(
        cls,
        *,
        base_url: str | None = None,
        client_id: str | None = None,
        account_provisioning_timeout: timedelta = ACCOUNT_PROVISIONING_TIMEOUT,
        transfer_consent_timeout: timedelta = TRANSFER_CONSENT_TIMEOUT,
        task_group: anyio.abc.TaskGroup | None = None,
        **options: Unpack[ClientOptions],
    ) -> Self:
        """An SDK as the environment has it; what is given as an argument comes first.

        `IMPACT_BASE_URL` and `IMPACT_CLIENT_ID` have to be there; `IMPACT_TIMEOUT`, `IMPACT_DEADLINE` (seconds) and
        `IMPACT_ATTEMPTS` may be.

        Raises:
            ConfigurationError: A variable is missing, or cannot be; it is named.
        """
        called = f"{cls.__name__}.from_env()"
        known: dict[str, Any] = environment.options({**options})
        return cls(
            environment.required(environment.BASE_URL, called, "base_url") if base_url is None else base_url,
            client_id=environment.required(environment.CLIENT_ID, called, "client_id")
            if client_id is None
            else client_id,
            account_provisioning_timeout=account_provisioning_timeout,
            transfer_consent_timeout=transfer_consent_timeout,
            task_group=task_group,
            **known,
        )

    def with_options(self, **options: Unpack[CallOptions]) -> Self:
        """The same SDK, with other options for `launch()` and for the sessions that it gives.

        It shares connections, callbacks, sessions and all else with this one. `aclose()` and `async with` do nothing to
        it: it is open while this one is.

        Raises:
            ConfigurationError: An option that cannot work.
        """
        require_known("with_options()", {**options}, CallOptions.__annotations__)
        view = copy.copy(self)
        view._origin = self._origin or self
        view._transport = self._transport.with_options(options)
        return view

    def __repr__(self) -> str:
        return f"<ImpactSDK {self._http.base_url} client_id={self._client_id!r}>"

    async def __aenter__(self) -> Self:
        if self._origin is None:
            self._opening.enter()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def prepare(self, **options: Unpack[CallOptions]) -> None:
        """Have ready what the first launch needs, a connection to DES among it; opens the SDK where no block does.

        A second time looks for a connection again, and does no harm.

        Args:
            options: As `CallOptions` has them, for this call alone. There is one attempt.

        Raises:
            TransportError: DES cannot be reached. The SDK is open all the same, and each launch tries again.
        """
        require_known("sdk.prepare()", {**options}, CallOptions.__annotations__)
        self._opening.open()
        prepare_launch()
        await self._transport.prepare("sdk.prepare", options)

    async def aclose(self) -> None:
        """Close all sessions and connections; `async with` does it by itself. A second call does nothing.

        Call it in any task. Callbacks that are running are cancelled, and this returns when they have ended; one that
        calls this itself is not waited for. Who is cancelled meanwhile waits for five more seconds at most: the SDK
        closes all the same.

        Raises:
            ConfigurationError: It lives in another event loop or process, where it goes on.
        """
        if self._origin is None:
            await self._opening.close(self._close)

    async def _close(self) -> None:
        keeper = self._opening.keeper
        for ended in [keeper.start(session.close) for session in self._sessions]:
            await ended.wait()
        self._notices.cancel()
        await keeper.end_others()
        await self._http.aclose()

    @told_by_name("sdk.register()")
    def register(
        self,
        *,
        account_provisioning_requested: AccountProvisioningRequested | None = None,
        transfer_consent_requested: TransferConsentRequested | None = None,
        id_token_expired: TokenExpired | None = None,
        exit_requested: ExitRequested | None = None,
        telemetry: Telemetry | None = None,
    ) -> Registration:
        """Register what the host does when DES needs it. Registering again replaces; a running call keeps the old one.

        Args:
            account_provisioning_requested: Called with an `AccountProvisioningRequest`; takes over the screen, starts
                opening an account, and returns when that is under way. It raises `ProvisioningDeclined` when the user
                says no. It may be asked again with the same request, and must not open two accounts then.
            transfer_consent_requested: Called with a `TransferConsentRequest`, at banks where the user signs for each
                savehack launch; takes over the screen, and returns when the bank's backend has told DES what the user
                said. It raises `ConsentDeclined` when the user does not sign.
            id_token_expired: Called with an `IDTokenExpired` 30 seconds before a session ends that is renewed by ID
                tokens (of a session of less than a minute, when half of it is over), and when DES does not know the
                session any more. It returns a new ID token of the same user, as a text or as a `Secret`; with none,
                a late or a wrong one the session ends.
            exit_requested: Called once with an `ExitRequest` when a session has ended, unless the host has closed it.
            telemetry: Called with a `TelemetryEvent` for each call of the session that stands for something the user
                did. Nothing waits for it, and its failure is logged.

        Returns:
            A registration; `remove()` takes back what this call has registered.

        Raises:
            ConfigurationError: There is nothing to register, or it cannot be called.
        """
        return self._callbacks.register(
            {
                "account_provisioning_requested": account_provisioning_requested,
                "transfer_consent_requested": transfer_consent_requested,
                "id_token_expired": id_token_expired,
                "exit_requested": exit_requested,
                "telemetry": telemetry,
            }
        )

    def replies(self) -> AbstractContextManager[list[Reply]]:
        """All answers of DES in a `with` block as they came: to launches, and to all sessions.

        As `Session.replies()`. Among the headers of a launch's answer there is the session's cookie, which is a secret.
        """
        return recorded(self._http)

    async def launch(
        self,
        id_token: str | Secret,
        *,
        locale: str = "en",
        location: str | None = None,
        theme: str | None = None,
        timezone: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Session:
        """Begin a user's session.

        Args:
            id_token: From the bank's sign-in. Sent once, kept nowhere, shown nowhere.
            locale: The user's language as BCP 47, such as `sv-SE`.
            location: A page of the web app to begin with.
            theme: `light` or `dark`.
            timezone: The user's IANA time zone, such as `Europe/Stockholm`.
            options: As `CallOptions` has them, for this call alone.

        Raises:
            InvalidCredentials: DES does not accept the token.
            AlreadyLaunching: A launch with this token is under way.
            ConfigurationError: The SDK is not open.
        """
        token = IDToken(id_token)
        del id_token  # what a frame holds, a report of an error shows
        self._opening.require()
        require_known("sdk.launch()", {**options}, [*LAUNCH_ARGUMENTS, *CallOptions.__annotations__])
        if not token.reveal() or what_is_wrong_with_text(token.reveal()):
            raise InvalidCredentials(
                "the ID token is empty, or no text; get one from the bank's sign-in and launch again"
            )
        required({"locale": locale})
        for name, value in (("locale", locale), ("location", location), ("theme", theme), ("timezone", timezone)):
            checked(name, value)
        if token in self._launching:
            raise AlreadyLaunching("a launch with this ID token is under way; wait for it")
        launch = Launch(
            client_id=self._client_id,
            locale=locale,
            location=location,
            theme=theme,
            timezone=timezone,
        )
        self._launching.add(token)
        try:
            async with self._transport.calling("sdk.launch", options) as transport:
                begun = await launch.verify(token, transport)
        finally:
            self._launching.discard(token)
        return self._begin(begun, launch)

    async def resume(self, secret: str | Secret, **options: Unpack[CallOptions]) -> Session:
        """Take up a session of another process, which `Session.export()` gave. A second time gives another `Session`.

        DES is asked whether it knows the session, and how it and its user are now; it is renewed, exits and tells as
        any other one of this SDK.

        Args:
            options: As `CallOptions` has them, for this call alone.

        Raises:
            SessionClosed: It has ended at DES, or was signed out of.
            InvalidCredentials: The text is none that `export()` gave, of another version of the SDK, or of another
                `base_url` or `client_id`. Launch again, as after `SessionClosed`.
            ConfigurationError: The SDK is not open.
        """
        given = Secret(secret)
        del secret  # what a frame holds, a report of an error shows
        self._opening.require()
        require_known("sdk.resume()", {**options}, ["secret", *CallOptions.__annotations__])
        found = exported.read(given, base_url=self._http.base_url, client_id=self._client_id)
        async with self._transport.calling("sdk.resume", options) as transport:
            begun = await exported.taken_up(found, transport)
        return self._begin(begun, found.launch)

    def _begin(self, begun: Begun, launch: Launch) -> Session:
        if self._opening.is_closed:  # nobody would end it
            raise ConfigurationError(
                "this ImpactSDK was closed while the session began; DES keeps that one until it expires"
            )
        session = Session(
            begun,
            launch=launch,
            http=self._http,
            own_policy=self._transport.own_policy,
            callbacks=self._callbacks,
            notices=self._notices,
            handovers=self._handovers,
            tasks=self._tasks,
            home=self._opening.home,
            closed=self._sessions.remove,
        )
        self._sessions.append(session)
        return session


def _limit(name: str, given: timedelta) -> timedelta:
    if not isinstance(given, timedelta) or given <= timedelta():
        raise wrong(name, given, "a positive timedelta")
    return min(given, LONGEST_TIMEOUT)
