"""A user's session: what the user does in it, such as creating Dreams and launching savehacks."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Unpack

from ..api.naming import calls_of
from ..arguments import checked
from ..callbacks import TelemetryEvent
from ..errors import ConfigurationError, NotSent, OutcomeUnknown
from ..handover.handovers import Reading
from ..http.options import CallOptions, PostOptions
from ..mistakes.shown import shown
from ..mistakes.wrong import wrong
from ..models import (
    SAVEHACK_TYPES,
    Account,
    Dream,
    LaunchState,
    SavehackLaunch,
    SavehackTerms,
    Transaction,
    TransactionState,
)
from .opened import OpenedSession

# The only event that the vendor documents.
# docs/des.md 4.3, onTelemetryEvent
USER_CLICKED = "UserClicked"


@calls_of("session", "session.", lambda session, transport: session._through(transport))
class Session(OpenedSession):
    """What `ImpactSDK.launch()` gives: a user whom DES has verified.

    Close it with `async with` or `close()`. It ends by itself when it expires and nothing renews it: see `register()`.
    Every call after its end raises `SessionClosed`, which says why it ended. All calls raise `TransportError` when
    there was no answer and `APIError` when DES refuses. All take `timeout=`, `attempts=` and `deadline=`; those that
    make something take `idempotency_key=` too (see `CallOptions`, `PostOptions`). A deadline stands still while the
    host is asked: its callbacks have limits of their own, and so has the request that tells DES of their answers.
    """

    async def create_dream(
        self,
        name: str,
        *,
        target_cents: int | None = None,
        expires_at: date | None = None,
        **options: Unpack[PostOptions],
    ) -> Dream:
        """Create a Dream, linked to the user's account if there is one.

        If each Dream has its own account, this calls the host's `account_provisioning_requested` with the Dream, and
        returns when that has returned. A person may need minutes.

        Args:
            target_cents: The amount wanted, 1 or more, in the smallest unit of the tenant's currency. None if the user
                has not said how much: such a Dream has no milestones and is never achieved.
            expires_at: The day by which the user wants it.

        Raises:
            BadRequest: The name is empty or the amount is not acceptable; `errors` names the field.
            HandoverError: The host did not take over. DES keeps the Dream, and the error has it as `dream`.
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
            return await self._shared.handovers.hand_over_dream(self._owner, dream, self._shared.tasks, self._reading)

    async def launch_savehack(
        self, dream: Dream | str, terms: SavehackTerms, **options: Unpack[PostOptions]
    ) -> SavehackLaunch:
        """Launch a savehack for a Dream, and have an account opened for the money if there is none.

        If the user has no account and none is under way, this calls the host's `account_provisioning_requested` once
        for all launches that wait. When that has returned, this returns an active launch, whose deposits wait for the
        account. If the bank wants the user's consent to each launch, it calls `transfer_consent_requested` instead. A
        person may need minutes for either.

        Args:
            dream: The Dream, or its id.
            terms: One of the sixteen savehacks with its terms, such as `Weekly(amount_cents=5_000, weekday=0)`.

        Raises:
            HandoverError: The host did not take over. DES keeps the launch, paused or as a draft.
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
            (launch,) = await self._shared.handovers.hand_over(self._owner, [launch], self._shared.tasks, self._reading)
        return launch

    async def resume_paused_launches(self, **options: Unpack[CallOptions]) -> list[SavehackLaunch]:
        """Start launches of an earlier session that wait for an account or a consent; asks the host if needed.

        Call it after `sdk.launch()`: if a process died while the host was asked, its launches still wait in DES.
        Launches that the user paused stay paused.

        Returns:
            The launches that this call started; empty if none was waiting.

        Raises:
            HandoverError: As `launch_savehack()`. The host has been asked for all other launches too.
        """
        self._act("resume_paused_launches")
        mine = self._launches.list(user_id=self.user.id, **options)
        waiting = [launch async for launch in mine if launch.waits_for_account or launch.state == LaunchState.DRAFT]
        now = await self._shared.handovers.hand_over(self._owner, waiting, self._shared.tasks, self._reading)
        return [launch for launch in now if launch.state == LaunchState.ACTIVE]

    async def pause_launch(self, launch: SavehackLaunch, **options: Unpack[CallOptions]) -> SavehackLaunch:
        """Pause a savehack until it is resumed. Deposits that fall due meanwhile are left out."""
        self._act("pause_launch")
        return await self._launches.pause(launch, **options)

    async def resume_launch(self, launch: SavehackLaunch, **options: Unpack[CallOptions]) -> SavehackLaunch:
        """End a pause that the user wanted. For launches that wait for the bank, see `resume_paused_launches()`.

        Raises:
            Conflict: It waits for an account, and starts when there is one.
        """
        self._act("resume_launch")
        return await self._launches.resume(launch, **options)

    async def stop_launch(self, launch: SavehackLaunch, **options: Unpack[CallOptions]) -> SavehackLaunch:
        """Stop a savehack for good. Deposits that it has requested stay requested. A second call changes nothing."""
        self._act("stop_launch")
        return await self._launches.stop(launch, **options)

    async def delete_dream(self, dream: Dream | str, **options: Unpack[CallOptions]) -> Dream:
        """Delete a Dream for good: its savehacks stop, and the deposits that they have requested fail.

        Raises:
            BadRequest: It holds money: `withdraw()` it or `move()` it first.
        """
        self._act("delete_dream")
        return await self._dreams.delete(_id("dream", dream), **options)

    async def withdraw(self, dream: Dream | str, amount_cents: int, **options: Unpack[PostOptions]) -> Transaction:
        """Request money back from a Dream, to the user's current account. The bank settles it.

        Raises:
            BadRequest: The Dream has less. Money that is on its way out already does not count.
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

        Within one account that is done at once. There, leaving out a Dream means the money of the account that belongs
        to no Dream, such as interest. Between two accounts the bank settles it.

        Raises:
            BadRequest: The source has less. Money that is on its way out already does not count.
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
        """The user's savehack launches; with `dream`, those for that Dream."""
        self._act("savehack_launches")
        if dream is None:
            return self._launches.list(user_id=self.user.id, **options)
        return self._launches.list(dream_id=_id("dream", dream), **options)

    def accounts(self, **options: Unpack[CallOptions]) -> AsyncIterator[Account]:
        """The user's accounts. An account that is only initiated does not exist yet."""
        self._act("accounts")
        return self._accounts.list(user_id=self.user.id, **options)

    def transactions(
        self, *, state: TransactionState | str | None = None, **options: Unpack[CallOptions]
    ) -> AsyncIterator[Transaction]:
        """The user's transactions, by ascending `requested_at`."""
        self._act("transactions")
        return self._transactions.list(state=state, **options)

    async def _savehack_id(self, terms: SavehackTerms) -> str:
        """The id of the savehack that `terms` are for. DES is asked once, when the first id is needed."""
        try:
            wanted = SAVEHACK_TYPES[type(terms)]
        except KeyError:
            known = ", ".join(kind.__name__ for kind in SAVEHACK_TYPES)
            raise ConfigurationError(f"terms is {shown(terms)}, which is not a savehack; pass one of {known}") from None
        ids = self._savehack_ids
        if wanted not in ids:
            ids.update({savehack.type: savehack.id async for savehack in self._savehacks.list()})
        if wanted not in ids:
            raise ConfigurationError(f"this bank does not offer {wanted}; it offers {', '.join(ids)}")
        return ids[wanted]

    @property
    def _reading(self) -> Reading:
        return Reading(dreams=self._dreams, launches=self._launches, call=self._transport.call)

    def _act(self, action: str) -> None:
        """The user does something in the session, which has to be open."""
        self._lifetime.require_open()
        event = TelemetryEvent(name=USER_CLICKED, payload={"action": action}, user_id=self.user.id)
        self._shared.notices.tell("telemetry", event, self._shared.tasks)


@contextmanager
def _is_there(what: str) -> Iterator[None]:
    """A block after something was made: if it sends nothing, something has happened all the same."""
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
