"""A user's session: create Dreams, launch savehacks, look at what is there."""

import copy
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from types import TracebackType
from typing import Self, Unpack

import anyio

from ..api.accounts import Accounts
from ..api.dreams import Dreams
from ..api.naming import calls_of
from ..api.savehacks import SavehackLaunches, Savehacks
from ..api.transactions import Transactions
from ..api.transfer_consents import TransferConsents
from ..api.users import Users
from ..arguments import checked
from ..callbacks import Callbacks, TelemetryEvent
from ..errors import ConfigurationError, NotSent, OutcomeUnknown
from ..handover.handovers import Handovers, Reading
from ..handover.question import Owner
from ..http.exchange import HTTP
from ..http.options import CallOptions, PostOptions
from ..http.policy import Policy
from ..http.recording import recorded
from ..http.replies import Reply
from ..http.transport import Transport
from ..mistakes.named import require_known
from ..mistakes.shown import shown
from ..mistakes.wrong import wrong
from ..models import (
    SAVEHACK_TYPES,
    Account,
    Dream,
    LaunchState,
    SavehackLaunch,
    SavehackTerms,
    SessionSettings,
    Transaction,
    TransactionState,
    User,
)
from ..parsing.visible import visible
from ..secrets import Secret
from ..tasks.handed_over import Tasks
from ..tasks.home import Home
from .launch import Begun, Launch
from .lifetime import Lifetime
from .notices import Notices

# All that the vendor documents.
# docs/des.md 4.3, onTelemetryEvent
USER_CLICKED = "UserClicked"


@calls_of("session", "session.", lambda session, transport: session._through(transport))
class Session:
    """What `ImpactSDK.launch()` gives: the user is known to DES, and DES to the user.

    Close it with `async with` or `close()`. It ends by itself when it expires and nothing renews it: see `register()`.
    Every call after its end raises `SessionClosed`, which says why it ended. All calls raise `TransportError` when
    there was no answer and `APIError` when the answer is no, and take `timeout=`, `attempts=` and `deadline=`, those
    that make something `idempotency_key=` as well (see `CallOptions`, `PostOptions`). A deadline stands still while the
    host is asked: its callbacks have limits of their own, and so has what tells DES of their answers.
    """

    def __init__(
        self,
        begun: Begun,
        *,
        launch: Launch,
        http: HTTP,
        own_policy: Policy | None,
        callbacks: Callbacks,
        notices: Notices,
        handovers: Handovers,
        tasks: Tasks,
        home: Home,
        closed: Callable[["Session"], None],
    ) -> None:
        self._notices = notices
        self._handovers = handovers
        self._tasks = tasks
        self._closed = closed
        self._home = home
        self._is_entered = False
        self._ends: list[anyio.Event] | None = None
        self._savehack_ids: dict[str, str] = {}
        self._lifetime = Lifetime(
            begun=begun,
            launch=launch,
            http=http,
            home=home,
            callbacks=callbacks,
            notices=notices,
            tasks=tasks,
            ended=self._leave,
        )
        self._is_view = False
        transport = Transport(http=http, auth=self._lifetime, own_policy=own_policy)
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
        """The same session, with other options for calls that do not say otherwise.

        `close()` and `async with` do nothing to it: it ends with this one.

        Raises:
            ConfigurationError: An option that cannot work.
        """
        require_known("with_options()", {**options}, CallOptions.__annotations__)
        return self._through(self._transport.with_options(options))

    def __repr__(self) -> str:
        return f"<Session of user {visible(self.user.id)}{', ended' if self._lifetime.exit else ''}>"

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
        return self._lifetime.settings

    @property
    def expires_at(self) -> datetime:
        """When the session ends unless it is renewed (UTC); it follows every renewal."""
        return self._lifetime.expires_at

    def replies(self) -> AbstractContextManager[list[Reply]]:
        """All answers of DES to this session in a `with` block as they came, next to what the calls in it return.

        ```python
        with session.replies() as replies:
            dream = await session.create_dream("Bike")
        replies[-1].status, replies[-1].request_id, replies[-1].headers, replies[-1].rate_limit
        ```

        Those that were refused or tried again are among them, and every page of a listing. What other tasks ask is
        not, nor what the SDK asks in tasks of its own: a renewal, or that an account is under way.
        """
        return recorded(self._lifetime)

    async def create_dream(
        self,
        name: str,
        *,
        target_cents: int | None = None,
        expires_at: date | None = None,
        **options: Unpack[PostOptions],
    ) -> Dream:
        """A new Dream, linked to the user's account where there is one.

        Where each Dream has an account of its own, the host's `account_provisioning_requested` is called for it, with
        the Dream, and this returns when it has. That can take as long as a person takes.

        Args:
            target_cents: The amount wanted, 1 or more, in the smallest unit of the tenant's currency; None where the
                user has not said how much: such a Dream has no milestones and is never achieved.
            expires_at: The day by which it is wanted.

        Raises:
            BadRequest: The name is empty or the amount is not acceptable; `errors` names the field.
            HandoverError: The host did not take over; the Dream is kept, and on the error as `dream`.
            SessionClosed: The session was closed meanwhile.
        """
        self._act("create_dream")
        dream = await self._dreams.create(
            user_id=self.user.id,
            name=name,
            target_cents=target_cents,
            expires_at=expires_at,
            **options,
        )
        self._lifetime.require_open()
        with _is_there(f"the Dream {dream.id}"):
            return await self._handovers.hand_over_dream(self._owner, dream, self._tasks, self._reading)

    async def launch_savehack(
        self, dream: Dream | str, terms: SavehackTerms, **options: Unpack[PostOptions]
    ) -> SavehackLaunch:
        """Launch a savehack for a Dream, and see that there is, or will be, an account for the money.

        Where the user has no account and nobody has begun to open one, the host's `account_provisioning_requested` is
        called once for all launches that wait, and this returns when it has: with an active launch, whose deposits
        wait for the account. Where the bank wants the user's consent to each launch, `transfer_consent_requested` is
        called instead. Both can take as long as a person takes.

        Args:
            dream: The Dream, or its id.
            terms: Which of the sixteen savehacks, and how: `Weekly(amount_cents=5_000, weekday=0)`, say.

        Raises:
            HandoverError: The host did not take over; the launch stays paused, or a draft, and is kept.
            SessionClosed: The session was closed meanwhile.
        """
        self._act("launch_savehack")
        launch = await self._launches.create(
            dream_id=_id("dream", dream),
            savehack_id=await self._savehack_id(terms),
            terms=terms,
            **options,
        )
        self._lifetime.require_open()
        with _is_there(f"the savehack launch {launch.id}"):
            (launch,) = await self._handovers.hand_over(self._owner, [launch], self._tasks, self._reading)
        return launch

    async def resume_paused_launches(self, **options: Unpack[CallOptions]) -> list[SavehackLaunch]:
        """Start what an earlier session left waiting, for an account or for a consent; asks the host where needed.

        Call it after a launch: a process that died while the host was asked has left its launches in DES. What the
        user paused stays paused.

        Returns:
            The launches that this call started; empty when none was waiting.

        Raises:
            HandoverError: As `launch_savehack()`; whatever else was waiting has been asked for all the same.
        """
        self._act("resume_paused_launches")
        mine = self._launches.list(user_id=self.user.id, **options)
        waiting = [launch async for launch in mine if launch.waits_for_account or launch.state == LaunchState.DRAFT]
        now = await self._handovers.hand_over(self._owner, waiting, self._tasks, self._reading)
        return [launch for launch in now if launch.state == LaunchState.ACTIVE]

    async def pause_launch(self, launch: SavehackLaunch, **options: Unpack[CallOptions]) -> SavehackLaunch:
        """Let a savehack rest until it is resumed; what falls due meanwhile is left out."""
        self._act("pause_launch")
        return await self._launches.pause(launch, **options)

    async def resume_launch(self, launch: SavehackLaunch, **options: Unpack[CallOptions]) -> SavehackLaunch:
        """End a pause that the user wanted. For launches that wait for the bank, `resume_paused_launches()`.

        Raises:
            Conflict: It waits for an account, and starts when there is one.
        """
        self._act("resume_launch")
        return await self._launches.resume(launch, **options)

    async def stop_launch(self, launch: SavehackLaunch, **options: Unpack[CallOptions]) -> SavehackLaunch:
        """Stop a savehack for good. What it has asked for stays asked for; a second time changes nothing."""
        self._act("stop_launch")
        return await self._launches.stop(launch, **options)

    async def delete_dream(self, dream: Dream | str, **options: Unpack[CallOptions]) -> Dream:
        """Give a Dream up, for good: its savehacks stop, and what they have asked for fails.

        Raises:
            BadRequest: It holds money: `withdraw()` it or `move()` it first.
        """
        self._act("delete_dream")
        return await self._dreams.delete(_id("dream", dream), **options)

    async def withdraw(self, dream: Dream | str, amount_cents: int, **options: Unpack[PostOptions]) -> Transaction:
        """Ask for money back from a Dream, to the user's current account. The bank settles it.

        Raises:
            BadRequest: The Dream has less, counting what is on its way out already.
        """
        self._act("withdraw")
        return await self._transactions.request_withdrawal(
            from_dream_id=_id("dream", dream), amount_cents=amount_cents, **options
        )

    async def move(
        self,
        amount_cents: int,
        *,
        source: Dream | str | None = None,
        target: Dream | str | None = None,
        **options: Unpack[PostOptions],
    ) -> Transaction:
        """Move money from one Dream to another.

        On one account that is done at once, and either Dream may be left out: what the account holds outside all
        Dreams, as interest does, is meant. Between two accounts the bank settles it.

        Raises:
            BadRequest: There is less, counting what is on its way out already.
        """
        self._act("move")
        return await self._transactions.request_internal(
            amount_cents=amount_cents,
            from_dream_id=None if source is None else _id("source", source),
            to_dream_id=None if target is None else _id("target", target),
            **options,
        )

    def dreams(self, **options: Unpack[CallOptions]) -> AsyncIterator[Dream]:
        """The user's Dreams that are not deleted."""
        self._act("dreams")
        return self._dreams.list(user_id=self.user.id, **options)

    def savehack_launches(
        self, dream: Dream | str | None = None, **options: Unpack[CallOptions]
    ) -> AsyncIterator[SavehackLaunch]:
        """The user's savehack launches; those for one Dream, when it is given."""
        self._act("savehack_launches")
        if dream is None:
            return self._launches.list(user_id=self.user.id, **options)
        return self._launches.list(dream_id=_id("dream", dream), **options)

    def accounts(self, **options: Unpack[CallOptions]) -> AsyncIterator[Account]:
        """The user's accounts that exist; initiated ones do not yet."""
        self._act("accounts")
        return self._accounts.list(user_id=self.user.id, **options)

    def transactions(
        self, *, state: TransactionState | str | None = None, **options: Unpack[CallOptions]
    ) -> AsyncIterator[Transaction]:
        """The user's transactions, by ascending `requested_at`."""
        self._act("transactions")
        return self._transactions.list(state=state, **options)

    async def keep_alive(self, **options: Unpack[CallOptions]) -> None:
        """Say that the user is there: an activity-renewed session lasts its inactivity timeout from now.

        Every other call does the same. Call this while the user is on the bank's own pages, opening an account, say.

        Raises:
            Conflict: The session is renewed by ID tokens, not by activity.
        """
        # docs/des.md 4.4, sessionKeepAlive
        self._lifetime.require_open()
        await self._lifetime.keep_alive(self._transport, **options)

    def export(self) -> Secret:
        """This session as one secret text, with which another process takes it up: `await sdk.resume(secret)`.

        It is as good as the session until that ends: keep it as you keep one. Nothing shows it; `secret.reveal()` is
        the text, of 64 KiB at most. In it are the cookie, the user's id and how it was launched, and no ID token. What
        the host has answered and DES could not be told stays here.

        `close()` this session when the other process is to have it alone. Both may go on: they are one session at DES.
        Each asks its own host before its end, and hears of the other's new end only from DES, when it asks too. Signing
        out in one ends both, and the other hears it with its next call.

        Raises:
            SessionClosed: It has ended.
            ConfigurationError: DES has set cookies that are longer than that.
        """
        return self._lifetime.export()

    async def sign_out(self, **options: Unpack[CallOptions]) -> None:
        """End the session at DES and here, and have `exit_requested` called. A second call does nothing.

        It returns when `exit_requested` has, and after 30 seconds at most: then the callback goes on by itself.

        Raises:
            TransportError: DES could not be told; the session is ended here all the same.
        """
        # docs/des.md 4.4, onSignOutRequested
        await self._lifetime.sign_out(self._transport, **options)

    async def close(self) -> None:
        """Leave the session; DES keeps it until it expires, `sign_out()` ends it there too.

        A callback that runs for it alone is cancelled; a second call does nothing.
        """
        if self._is_view:
            return
        self._home.require()
        self._lifetime.close()
        for ended in self._leave():
            await ended.wait()

    def _leave(self) -> list[anyio.Event]:
        """Let nobody wait for it any more; when the callbacks have ended that are cancelled by that."""
        if self._ends is None:
            if self._lifetime.exit is not None:
                self._owner.ended = self._lifetime.exit.explanation
            self._closed(self)
            self._ends = self._handovers.leave(self._owner)
        return self._ends

    @property
    def _reading(self) -> Reading:
        return Reading(dreams=self._dreams, launches=self._launches, call=self._transport.call)

    def _act(self, action: str) -> None:
        """The user does something with the session; it has to be open for that."""
        self._lifetime.require_open()
        event = TelemetryEvent(name=USER_CLICKED, payload={"action": action}, user_id=self.user.id)
        self._notices.tell("telemetry", event, self._tasks)

    async def _savehack_id(self, terms: SavehackTerms) -> str:
        try:
            wanted = SAVEHACK_TYPES[type(terms)]
        except KeyError:
            known = ", ".join(kind.__name__ for kind in SAVEHACK_TYPES)
            raise ConfigurationError(f"terms is {shown(terms)}, which is no savehack; pass one of {known}") from None
        if wanted not in self._savehack_ids:
            # In the same table: a view of this session has it too.
            self._savehack_ids.update({savehack.type: savehack.id async for savehack in self._savehacks.list()})
        if wanted not in self._savehack_ids:
            raise ConfigurationError(f"this bank does not offer {wanted}; it offers {', '.join(self._savehack_ids)}")
        return self._savehack_ids[wanted]


@contextmanager
def _is_there(what: str) -> Iterator[None]:
    """What follows on something that was made: that it was not sent does not mean that nothing has happened."""
    try:
        yield
    except NotSent as error:
        unknown = OutcomeUnknown(f"{what} was made and is kept; what followed on it is not known: {error}")
        unknown.attempts, unknown.history = error.attempts, error.history
        unknown.__notes__ = getattr(error, "__notes__", [])
        raise unknown from error


def _id(name: str, dream: Dream | str) -> str:
    if isinstance(dream, Dream):
        return dream.id
    if not isinstance(dream, str) or not dream:
        raise wrong(name, dream, "a Dream, or its id")
    return str(checked(name, dream))
