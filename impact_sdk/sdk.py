"""`ImpactSDK`, the object that a bank's app makes: its options, its callbacks, and the sessions that it begins."""

import copy
from contextlib import AbstractContextManager
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, Unpack

import anyio.abc

from . import environment
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
from .handover.handovers import Handovers, checked_limits
from .http.clients import client_of
from .http.options import CallOptions, ClientOptions
from .http.recording import recorded
from .http.replies import Reply
from .http.transport import Transport
from .mistakes.named import require_known, told_by_name
from .mistakes.wrong import what_is_wrong_with_text, wrong
from .reports import told_without_frames
from .secrets import Secret
from .session import exported
from .session.launch import Launch, prepare_launch, require_usable
from .session.notices import Notices
from .session.open_sessions import OpenSessions
from .session.session import Session
from .session.shared import Shared
from .tasks.handed_over import tasks_of
from .tasks.opening import Opening

# A person needs minutes to open an account, and less than half an hour. Signing is quick, but may include opening an
# account.
ACCOUNT_PROVISIONING_TIMEOUT = TRANSFER_CONSENT_TIMEOUT = timedelta(minutes=30)

ARGUMENTS = ("base_url", "client_id", "account_provisioning_timeout", "transfer_consent_timeout", "task_group")
LAUNCH_ARGUMENTS = ("id_token", "locale", "location", "theme", "timezone")


class ImpactSDK:
    """Impact Finance in a bank's app: one object for all users of the process.

    Use it in `async with`; leaving the block closes all sessions. In a notebook, or an ASGI server without a lifespan,
    `prepare()` opens it and `aclose()` closes it, in any task. The host's callbacks run in tasks of the SDK itself: a
    launch that is cancelled does not cancel the callback that others wait for.

    It lives in the process and the event loop of its first use. In another one, after a fork or a second
    `asyncio.run()`, all calls raise `ConfigurationError` and send nothing; the SDK goes on where it lives.

    Args:
        base_url: The address of DES, without `/v1`. Any other path is kept.
        client_id: The bank's client id.
        account_provisioning_timeout: How long the host's callback may take to open an account.
        transfer_consent_timeout: How long the host's callback may take to have the user sign.
        task_group: A task group of anyio or trio for the callbacks. It must outlive the SDK. With it the SDK needs no
            opening, and the host calls `aclose()`.
        options: See `ClientOptions`.

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
        http, callbacks = client_of("ImpactSDK()", base_url, {**options}, ARGUMENTS), Callbacks()
        if what_is_wrong_with_text(client_id) or not client_id.strip():
            raise wrong("client_id", client_id, "the one that the vendor gave the bank")
        time_limits = checked_limits(account_provisioning_timeout, transfer_consent_timeout)
        self._client_id = client_id
        self._opening = Opening(task_group is not None)
        self._shared = Shared(
            http=http,
            home=self._opening.home,
            callbacks=callbacks,
            notices=Notices(callbacks),
            handovers=Handovers(
                callbacks=callbacks, clock=http.clock, time_limits=time_limits, hooks=http.policy.hooks
            ),
            tasks=tasks_of(task_group) or self._opening.keeper,
        )
        self._transport = Transport(http=http, auth=NoAuth())
        self._origin: ImpactSDK | None = None
        self._sessions = OpenSessions(self._shared, self._opening)

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
        """An SDK with the settings of the environment; an argument overrides its variable.

        `IMPACT_BASE_URL` and `IMPACT_CLIENT_ID` are required; `IMPACT_TIMEOUT`, `IMPACT_DEADLINE` (seconds) and
        `IMPACT_ATTEMPTS` are optional.

        Raises:
            ConfigurationError: A variable is missing or cannot work; the message names it.
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

        It shares everything with this one: connections, callbacks, sessions. `aclose()` and `async with` do nothing to
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
        return f"<ImpactSDK {self._shared.http.base_url} client_id={self._client_id!r}>"

    async def __aenter__(self) -> Self:
        if self._origin is None:
            self._opening.enter()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def prepare(self, **options: Unpack[CallOptions]) -> None:
        """Prepare what the first launch needs, such as a connection to DES. Opens the SDK if no block has opened it.

        A second call checks the connection again.

        Args:
            options: See `CallOptions`; for this call alone. There is one attempt.

        Raises:
            TransportError: DES cannot be reached. The SDK is open all the same, and each launch tries again.
        """
        require_known("sdk.prepare()", {**options}, CallOptions.__annotations__)
        self._opening.open()
        prepare_launch()
        await self._transport.prepare("sdk.prepare", options)

    async def aclose(self) -> None:
        """Close all sessions and connections; `async with` does this by itself. A second call does nothing.

        Call it in any task. It cancels running callbacks and returns when they have ended; it does not wait for a
        callback that calls it. A cancelled caller waits for five more seconds at most: the SDK closes all the same.

        Raises:
            ConfigurationError: It lives in another event loop or process, where it goes on.
        """
        if self._origin is None:
            await self._opening.close(self._sessions.close)

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
        """Register the host's callbacks. Registering again replaces a callback; a running call keeps the old one.

        Args:
            account_provisioning_requested: Takes over the screen, starts opening an account, and returns when that is
                under way. Raises `ProvisioningDeclined` if the user says no.
            transfer_consent_requested: For banks where the user signs for each savehack launch. Takes over the screen,
                and returns when the bank's backend has told DES what the user said. Raises `ConsentDeclined` if the
                user does not sign.
            id_token_expired: Returns a new ID token of the same user, as a text or a `Secret`. Without one the session
                ends.
            exit_requested: Called once when a session has ended, unless the host itself has closed it.
            telemetry: Called for each call of the session that stands for something the user did. Nothing waits for
                it, and its failure is logged.

        Returns:
            A registration; `remove()` removes what this call has registered.

        Raises:
            ConfigurationError: No callback was given, or one cannot be called.
        """
        return self._shared.callbacks.register(
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

        See `Session.replies()`. The headers of a launch's answer hold the session's cookie, which is a secret.
        """
        return recorded(self._shared.http)

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
            id_token: From the bank's sign-in. The SDK sends it once, and neither keeps nor shows it.
            locale: The user's language as BCP 47, such as `sv-SE`.
            location: The page of the web app to begin with.
            theme: `light` or `dark`.
            timezone: The user's IANA time zone, such as `Europe/Stockholm`.
            options: See `CallOptions`; for this call alone.

        Raises:
            InvalidCredentials: DES does not accept the token.
            AlreadyLaunching: A launch with this token is under way.
            ConfigurationError: The SDK is not open.
        """
        token = IDToken(id_token)
        del id_token  # what a frame holds, a report of an error shows
        self._opening.require()
        require_known("sdk.launch()", {**options}, [*LAUNCH_ARGUMENTS, *CallOptions.__annotations__])
        require_usable(token)
        launch = Launch(client_id=self._client_id, locale=locale, location=location, theme=theme, timezone=timezone)
        launch.require_valid()
        with self._sessions.launching(token):
            async with self._transport.calling("sdk.launch", options) as transport:
                begun = await launch.verify(token, transport)
        return self._sessions.begin(begun, launch, self._transport.policy)

    async def resume(self, secret: str | Secret, **options: Unpack[CallOptions]) -> Session:
        """Take up a session that another process has exported with `Session.export()`. Each call gives a new `Session`.

        The SDK asks DES whether it knows the session, and for its present state and user. From then on the session is
        like any other of this SDK: it is renewed, and the callbacks hear of its end.

        Args:
            options: See `CallOptions`; for this call alone.

        Raises:
            SessionClosed: It has ended at DES, or the user has signed out.
            InvalidCredentials: The text does not come from `export()`, or from another version of the SDK, `base_url`
                or `client_id`. Launch again, as after `SessionClosed`.
            ConfigurationError: The SDK is not open.
        """
        text = Secret(secret)
        del secret  # what a frame holds, a report of an error shows
        self._opening.require()
        require_known("sdk.resume()", {**options}, ["secret", *CallOptions.__annotations__])
        found = exported.read(text, base_url=self._shared.http.base_url, client_id=self._client_id)
        async with self._transport.calling("sdk.resume", options) as transport:
            begun = await exported.taken_up(found, transport)
        return self._sessions.begin(begun, found.launch, self._transport.policy)
