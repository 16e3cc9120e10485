"""A session's life: the one owner of its state, which does what the rules in `renewal` say."""

import logging
from collections.abc import Callable

import anyio
import attrs

from ..callbacks import ExitReason
from ..errors import SessionClosed
from ..logs import fields
from ..models import User
from ..parsing.visible import visible
from ..tasks.calling import Failed, result_of
from . import exits
from .delivery import Delivery
from .exit_notice import ExitNotice
from .exits import Exit, Result
from .launch import Launch
from .renewal import Effect, Event, SessionState, next_step
from .shared import Shared
from .token_question import TokenQuestion
from .validity import Validity

logger = logging.getLogger("impact_sdk")


@attrs.define(eq=False, kw_only=True)
class Lifetime:
    """One session's life. Only `_happened` changes its state.

    Args:
        launch: How to begin another session for the same user, with a new token.
        ended: Called once, when the session has ended by itself or the user has signed out.
    """

    user: User
    launch: Launch
    validity: Validity
    shared: Shared
    _ended: Callable[[], object]
    state: SessionState = attrs.field(default=SessionState.LIVE, init=False)
    # Set when the state becomes ENDED.
    exit: Exit | None = attrs.field(default=None, init=False)
    notice: ExitNotice = attrs.field(init=False)
    _question: TokenQuestion = attrs.field(init=False)
    _delivery: Delivery = attrs.field(init=False)
    _round: anyio.Event = attrs.field(factory=anyio.Event, init=False)
    _renewal: anyio.CancelScope = attrs.field(factory=anyio.CancelScope, init=False)

    def __attrs_post_init__(self) -> None:
        self.notice = ExitNotice(self.user, self.shared)
        self._question = TokenQuestion(self.user, self.shared)
        self._delivery = Delivery(
            http=self.shared.http,
            user=self.user,
            launch=self.launch,
            validity=self.validity,
            owner=self,
            has_ended=lambda: self.has_ended,
        )
        self.shared.tasks.start_soon(self._keep_time)

    @property
    def has_ended(self) -> bool:
        return self.state is SessionState.ENDED

    def require_open(self) -> None:
        """Raise `SessionClosed`, which says why, if the session has ended."""
        self.shared.home.require()
        if self.exit is not None:
            raise SessionClosed(f"the session of user {self.user.id} {self.exit.explanation}; launch again")

    # What a request needs

    async def ready(self) -> None:
        """Return when there is a cookie that DES may know; `SessionClosed` if the session has ended."""
        is_lost = self.state in (SessionState.LOST, SessionState.RELAUNCHING)
        if is_lost and not self._question.is_answered_here:
            await self._round_is_over()
        self.require_open()

    async def recovered(self) -> bool:
        """DES does not know the session: get another one, or end.

        Returns:
            True when there is another one. False for the callback that is to bring it about. `SessionClosed` otherwise.
        """
        if self._question.is_answered_here:
            return False
        if self.state is SessionState.LIVE and not self.validity.can_be_renewed:
            # A user who was away for too long signs in again: that is the purpose of such a session.
            self._happened(Event.END_REACHED, exits.UNKNOWN)
        else:
            self._happened(Event.UNAUTHORIZED)
        await self._round_is_over()
        self.require_open()
        return True

    async def _round_is_over(self) -> None:
        """Return when the present question for a token has an answer that DES knows, or the session has ended."""
        if not self.has_ended:
            await self._round.wait()

    # What happens to it

    def sign_out(self) -> None:
        self._happened(Event.SIGNED_OUT, exits.SIGNED_OUT)

    def close(self) -> None:
        self._happened(Event.CLOSED, exits.CLOSED)

    def _happened(self, event: Event, exit: Exit = exits.UNEXPLAINED) -> Effect:
        """Go to the next state and do what the rules say; `exit` is for the host, if the rules end the session."""
        before = self.state
        self.state, effect = next_step(before, event)
        logger.debug(
            "session of user %s: %s, now %s: %s",
            visible(self.user.id),
            event.value,
            self.state.value,
            effect.value,
            extra=fields("session.changed", user_id=self.user.id, state=self.state.value),
        )
        if effect is Effect.ASK:
            try:
                self._ask()
            except BaseException:  # the host's clock or task group fails: the next caller must not wait forever
                self.state = before
                raise
        elif effect is Effect.GO_ON:
            self._end_round()
        elif effect in (Effect.END, Effect.END_QUIETLY):
            self._end(exit)
        return effect

    def _ask(self) -> None:
        timer, renewal = self.validity.timer, anyio.CancelScope()
        deadline = timer.host_deadline() if self.state is SessionState.LOST else timer.deadline
        self.shared.tasks.start_soon(self._renew, renewal)
        self._renewal = renewal
        timer.set_deadline(deadline)

    def _end_round(self) -> None:
        self._round.set()
        self._round = anyio.Event()

    def _end(self, exit: Exit) -> None:
        self.exit = exit
        self.validity.forget()
        self._renewal.cancel()
        self.validity.timer.wake()
        self._end_round()
        if exit.reason is not None:
            self._ended()
            self.notice.tell(exit.reason, f"the session {exit.explanation}")

    # Its tasks

    async def _keep_time(self) -> None:
        try:
            while not self.has_ended:
                due = await result_of(self.validity.timer.next_event(self._may_ask))
                if isinstance(due, Failed):  # the host's clock: it ends no other session
                    self._happened(Event.END_REACHED, exits.without_clock(due.error))
                elif due.value is not None:
                    at = self.validity.timer.expires_at
                    self._happened(due.value, exits.at_its_end(self.state, self.validity.settings, at))
        except BaseException:  # all tasks of the SDK are being cancelled
            self.close()
            raise

    def _may_ask(self) -> bool:
        return self.state is SessionState.LIVE and self.validity.can_be_renewed

    async def _renew(self, scope: anyio.CancelScope) -> None:
        with scope:
            if self.has_ended:
                return
            token = await self._question.ask(self.validity.timer.deadline, self._had_its_time)
            if isinstance(token, Result):
                self._happened(token.event, token.exit)
                return
            effect = self._happened(Event.ANSWERED)
            if effect is Effect.NOTHING:  # the session has ended meanwhile
                return
            deliver = self._delivery.prolong if effect is Effect.PROLONG else self._delivery.relaunch
            told = await result_of(deliver(token))
            if isinstance(told, Failed):  # or the host's transport failed: it ends no other session
                self._happened(Event.UNDELIVERABLE, exits.undeliverable(told.error))
            else:
                self._happened(told.value.event, told.value.exit)

    def _had_its_time(self) -> bool:
        return self.exit is not None and self.exit.reason == ExitReason.TOKEN_MISSING
