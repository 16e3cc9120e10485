"""A session of the SDK from its launch to its end: who it is, its options, how it is renewed, exported and left."""

import copy
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import Self, Unpack

import anyio
import attrs

from ..api.accounts import Accounts
from ..api.dreams import Dreams
from ..api.naming import calls_of
from ..api.savehacks import SavehackLaunches, Savehacks
from ..api.sessions import Sessions
from ..api.transactions import Transactions
from ..api.transfer_consents import TransferConsents
from ..api.users import Users
from ..auth import CookieAuth
from ..errors import ConfigurationError, ImpactError
from ..handover.question import Owner
from ..http.options import CallOptions
from ..http.policy import Policy
from ..http.recording import recorded
from ..http.replies import Reply
from ..http.transport import Transport
from ..mistakes.named import require_known
from ..models import SessionSettings, User
from ..parsing.visible import visible
from ..secrets import Secret
from .credential import Credential
from .exported import Exported, written
from .launch import Begun, Launch
from .lifetime import Lifetime
from .shared import Shared
from .validity import Validity


@calls_of("session", "session.", lambda session, transport: session._through(transport))
class OpenedSession:
    """What a session is, besides what its user does in it.

    Args:
        closed: Called once, when it is left.
    """

    def __init__(
        self,
        begun: Begun,
        launch: Launch,
        shared: Shared,
        *,
        policy: Policy,
        closed: Callable[["OpenedSession"], object],
    ) -> None:
        self._shared = shared
        self._closed = closed
        self._is_entered = self._is_view = False
        self._savehack_ids: dict[str, str] = {}
        self._ends: list[anyio.Event] | None = None
        self._lifetime = Lifetime(
            user=begun.user,
            launch=launch,
            validity=Validity(begun, shared.http.clock),
            shared=shared,
            ended=self._leave,
        )
        transport = Transport(http=shared.http, auth=Credential(self._lifetime), policy=policy)
        self._ask_through(transport)
        self._owner = Owner(
            user=begun.user,
            settings=begun.settings,
            users=Users(transport),
            dreams=self._dreams,
            launches=self._launches,
            consents=TransferConsents(transport),
        )

    def _ask_through(self, transport: Transport) -> None:
        self._transport = transport
        self._accounts = Accounts(transport)
        self._dreams = Dreams(transport)
        self._savehacks = Savehacks(transport)
        self._launches = SavehackLaunches(transport)
        self._transactions = Transactions(transport)

    def _through(self, transport: Transport) -> Self:
        """The same session, which asks DES through another transport."""
        view = copy.copy(self)
        view._is_view = True
        view._ask_through(transport)
        return view

    def with_options(self, **options: Unpack[CallOptions]) -> Self:
        """The same session, with other options for calls that do not set their own.

        `close()` and `async with` do nothing to it: it ends with this one.

        Raises:
            ConfigurationError: An option that cannot work.
        """
        require_known("with_options()", {**options}, CallOptions.__annotations__)
        return self._through(self._transport.with_options(options))

    def __repr__(self) -> str:
        return f"<Session of user {visible(self.user.id)}{', ended' if self._lifetime.has_ended else ''}>"

    async def __aenter__(self) -> Self:
        self._lifetime.require_open()
        if self._is_view:
            return self
        if self._is_entered:
            raise ConfigurationError("this Session is in an `async with` already, whose end would close it for both")
        self._is_entered = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def user(self) -> User:
        """Who it is. `provisioning_initiated_at` follows what this session learns."""
        return self._owner.user

    @property
    def settings(self) -> SessionSettings:
        """What DES says of the session, and the tenant's currency and account setup."""
        return self._lifetime.validity.settings

    @property
    def expires_at(self) -> datetime:
        """When the session ends unless it is renewed (UTC). Every renewal changes it."""
        return self._lifetime.validity.timer.expires_at

    def replies(self) -> AbstractContextManager[list[Reply]]:
        """All answers of DES to this session in a `with` block as they came, next to what the calls in it return.

        ```python
        with session.replies() as replies:
            dream = await session.create_dream("Bike")
        replies[-1].status, replies[-1].request_id, replies[-1].headers, replies[-1].rate_limit
        ```

        They include refusals, earlier attempts, and every page of a listing. They do not include the answers to other
        tasks, or to tasks of the SDK itself, such as a renewal or the news that an account is under way.
        """
        return recorded(self._lifetime)

    async def keep_alive(self, **options: Unpack[CallOptions]) -> None:
        """Tell DES that the user is there: an activity-renewed session lasts its inactivity timeout from now.

        Every other call does the same. Call this while the user is on the bank's own pages, such as for opening an
        account.

        Raises:
            Conflict: The session is renewed by ID tokens, not by activity.
        """
        # docs/des.md 4.4, sessionKeepAlive
        self._lifetime.require_open()
        validity = self._lifetime.validity
        cookie = validity.cookie
        validity.renewed(await Sessions(self._transport).keep_alive(**options), since=cookie)

    def export(self) -> Secret:
        """This session as one secret text, with which another process takes it up: `await sdk.resume(secret)`.

        The text gives access until the session ends: protect it like a session. No `repr` or message shows it;
        `secret.reveal()` returns it, 64 KiB at most. It holds the cookie, the user's id and how the session was
        launched, and no ID token. An answer of the host that DES does not know yet stays here.

        `close()` this session if only the other process is to have it. Both may go on: they are one session at DES.
        Each asks its own host before the end. A new end that the other one got becomes known at the next call. Signing
        out in one ends both, and the other learns of it at its next call.

        Raises:
            SessionClosed: It has ended.
            ConfigurationError: DES has set cookies that are longer than that.
        """
        life = self._lifetime
        life.require_open()
        return written(
            Exported(
                base_url=self._shared.http.base_url,
                launch=life.launch,
                user_id=life.user.id,
                cookie=life.validity.cookie,
            )
        )

    async def sign_out(self, **options: Unpack[CallOptions]) -> None:
        """End the session at DES and here, and have `exit_requested` called. A second call does nothing.

        It returns when `exit_requested` has returned, after 30 seconds at most: then the callback goes on by itself.

        Raises:
            TransportError: DES could not be told; the session is ended here all the same.
        """
        # docs/des.md 4.4, onSignOutRequested
        life = self._lifetime
        self._shared.home.require()
        if life.has_ended:
            return
        undelivered = None
        try:
            await Sessions(attrs.evolve(self._transport, auth=CookieAuth(life.validity.cookie, life))).sign_out(
                **options
            )
        except ImpactError as error:
            error.add_note("the session is ended here; DES keeps it until it expires")
            undelivered = error
        life.sign_out()
        await life.notice.heard()
        if undelivered is not None:
            raise undelivered

    async def close(self) -> None:
        """Leave the session. DES keeps it until it expires; `sign_out()` ends it there too.

        A callback that runs for this session alone is cancelled. A second call does nothing.
        """
        if self._is_view:
            return
        self._shared.home.require()
        self._lifetime.close()
        for ended in self._leave():
            await ended.wait()

    def _leave(self) -> list[anyio.Event]:
        """Release those who wait for the session.

        Returns:
            Events that are set when the callbacks have ended that this cancels.
        """
        if self._ends is None:
            if self._lifetime.exit is not None:
                self._owner.ended = self._lifetime.exit.explanation
            self._closed(self)
            self._ends = self._shared.handovers.leave(self._owner)
        return self._ends
