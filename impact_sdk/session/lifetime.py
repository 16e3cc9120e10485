"""A session's life: its cookie, its end, and who is asked to put the end off. The rules of `renewal` at work."""

import logging
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Unpack

import anyio
import attrs

from ..api.sessions import Sessions
from ..auth import CookieAuth, IDToken, NoAuth
from ..callbacks import Callbacks, ExitReason, ExitRequest, IDTokenExpired
from ..errors import ImpactError, InvalidCredentials, SessionClosed, Unauthorized
from ..handover.watched import Watched
from ..http.cookies import SessionCookie
from ..http.exchange import HTTP
from ..http.headers import Proof
from ..http.hooks import Hooks
from ..http.options import CallOptions
from ..http.replies import Reply
from ..http.transport import Auth, Transport
from ..logs import fields
from ..mistakes.shown import told
from ..mistakes.wrong import what_is_wrong_with_text
from ..models import SessionRenewal, SessionSettings, User
from ..parsing import server_time
from ..parsing.server_time import LAST, later
from ..parsing.visible import visible
from ..secrets import Secret
from ..tasks.handed_over import Tasks, awaitable, is_hosts_own
from ..tasks.home import Home
from . import exits
from .exits import Exit
from .exported import Exported, written
from .launch import Begun, Launch
from .notices import Notices
from .renewal import Effect, Event, SessionState, next_step

logger = logging.getLogger("impact_sdk")

# The host has so long to get a token: it is asked so long before the end.
# docs/des.md 5.8
ASKED_BEFORE_END = timedelta(seconds=30)

# Whoever signs out waits so long for the host's exit_requested, which may go on for longer.
SIGN_OUT_WAITS = timedelta(seconds=30)

# Enough for as long as the host had.
DELIVERY_ATTEMPTS = 8

# The sessions whose id_token_expired we are called by, one within the other: they must not wait for themselves.
_answering: ContextVar[frozenset["Lifetime"]] = ContextVar("answering_for", default=frozenset())


@attrs.define(eq=False, kw_only=True)
class Lifetime(Auth):
    """One session's life, in whose name its requests are sent.

    Args:
        begun: What DES said when it began.
        launch: How to begin another one for the same user, with a new token.
        ended: Called once, when the session has ended.
    """

    _begun: Begun = attrs.field(repr=False)
    _launch: Launch = attrs.field(repr=False)
    _http: HTTP
    _home: Home
    _callbacks: Callbacks
    _notices: Notices
    _tasks: Tasks
    _ended: Callable[[], object]
    state: SessionState = attrs.field(default=SessionState.LIVE, init=False)
    exit: Exit | None = attrs.field(default=None, init=False)
    settings: SessionSettings = attrs.field(init=False)
    expires_at: datetime = attrs.field(init=False)
    _cookie: SessionCookie = attrs.field(init=False)
    _ask_at: datetime = attrs.field(init=False)
    _heard: tuple[Mapping[str, str], datetime] = attrs.field(init=False, repr=False)
    _deadline: datetime = attrs.field(default=LAST, init=False)
    _cookie_was_renewed: bool = attrs.field(default=False, init=False)
    _exit_when_run_out: Exit | None = attrs.field(default=None, init=False)
    _round: anyio.Event = attrs.field(factory=anyio.Event, init=False)
    _running: anyio.CancelScope = attrs.field(factory=anyio.CancelScope, init=False)
    _sleep: anyio.CancelScope = attrs.field(factory=anyio.CancelScope, init=False)
    _told: anyio.Event | None = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._begin(self._begun)
        self._tasks.start_soon(self._keep_time)

    @property
    def user(self) -> User:
        return self._begun.user

    # In whose name requests are sent

    async def headers(self, asking: Transport) -> Proof:
        if self.state in (SessionState.LOST, SessionState.RELAUNCHING) and not self._is_asked_here:
            await self._next_round()
        self.require_open()
        return self._cookie.headers

    async def refused(self, proof: Proof) -> bool:
        """DES does not know this session: get another one, or end."""
        if self.state is not SessionState.ENDED and proof != self._cookie.headers:
            return True  # somebody has got another one since
        if self._is_asked_here:
            return False
        if self.state is SessionState.LIVE and not self._can_be_renewed:
            # Whoever was away for too long signs in again: that is what such a session is for.
            self._happened(Event.END_REACHED, exits.UNKNOWN)
        else:
            self._happened(Event.UNAUTHORIZED)
        await self._next_round()
        return True

    def answered(self, reply: Reply) -> None:
        self._heard = reply.headers, reply.received_at
        renewed = self._cookie.renewed(reply)
        if renewed is not None and self.state is not SessionState.ENDED:
            self._cookie, self._cookie_was_renewed = renewed, True
            if renewed.lifetime is not None:
                moment = reply.received_at + renewed.lifetime
                by_its_clock = later(self.settings.expires_at, moment - self.expires_at)
                self.settings = attrs.evolve(self.settings, expires_at=by_its_clock)
                self._ends_at(moment)

    # What the host does

    def require_open(self) -> None:
        """Raises `SessionClosed`, saying why, where the session has ended."""
        self._home.require()
        if self.exit is not None:
            raise SessionClosed(f"the session of user {self.user.id} {self.exit.explanation}; launch again")

    def export(self) -> Secret:
        """It, as another process takes it up."""
        self.require_open()
        base_url = self._http.base_url
        return written(Exported(base_url=base_url, launch=self._launch, user_id=self.user.id, cookie=self._cookie))

    async def keep_alive(self, transport: Transport, **options: Unpack[CallOptions]) -> None:
        self._cookie_was_renewed = False
        self._renewed(await Sessions(transport).keep_alive(**options))

    async def sign_out(self, transport: Transport, **options: Unpack[CallOptions]) -> None:
        """End the session at DES and here; returns when the host's `exit_requested` has, or has taken its time."""
        self._home.require()
        if self.state is SessionState.ENDED:
            return
        undelivered = None
        try:
            await Sessions(attrs.evolve(transport, auth=CookieAuth(self._cookie, self))).sign_out(**options)
        except ImpactError as error:
            error.add_note("the session is ended here; DES keeps it until it expires")
            undelivered = error
        self._happened(Event.SIGNED_OUT, exits.SIGNED_OUT)
        if self._told is not None:
            await self._hears(self._told)
        if undelivered is not None:
            raise undelivered

    async def _hears(self, told: anyio.Event) -> None:
        timer = anyio.CancelScope()
        try:
            with anyio.CancelScope() as waits:
                self._tasks.start_soon(self._give_up, waits, timer)
                await told.wait()
        finally:
            timer.cancel()

    async def _give_up(self, waits: anyio.CancelScope, timer: anyio.CancelScope) -> None:
        with timer:
            try:
                await self._http.clock.sleep_until(self._http.clock.now() + SIGN_OUT_WAITS)
            except BaseException as error:  # of the host's clock: nobody waits for ever because of it
                if not is_hosts_own(error):
                    raise
            if not timer.cancel_called:
                logger.warning(
                    "user %s: exit_requested has not ended yet; signing out ends",
                    visible(self.user.id),
                    extra=fields("session.exit_overdue", user_id=self.user.id),
                )
                waits.cancel()

    def close(self) -> None:
        self._happened(Event.CLOSED, exits.CLOSED)

    # What happens to it

    def _happened(self, event: Event, exit: Exit | None = None) -> Effect:
        """Go to the next state and do what the rules say; `exit` is for the host, where the rules end the session."""
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
            except BaseException:  # of the host's clock or task group: the next one must not wait for ever
                self.state = before
                raise
        elif effect is Effect.GO_ON:
            self._end_round()
        elif effect in (Effect.END, Effect.END_QUIETLY) and exit is not None:
            self._end(exit)
        return effect

    def _ask(self) -> None:
        deadline = self._http.clock.now() + ASKED_BEFORE_END if self.state is SessionState.LOST else self._deadline
        running = anyio.CancelScope()
        self._tasks.start_soon(self._renew, running)
        self._running, self._deadline = running, deadline
        self._sleep.cancel()

    def _end(self, exit: Exit) -> None:
        self.exit = exit
        self._cookie = SessionCookie({})
        self._running.cancel()
        self._sleep.cancel()
        self._end_round()
        if exit.reason is not None:
            request = ExitRequest(
                user_id=self.user.id,
                external_user_id=self.user.external_id,
                reason=exit.reason,
                explanation=f"the session {exit.explanation}",
            )
            self._ended()
            logger.info(
                "user %s: %s",
                visible(request.user_id),
                visible(request.explanation),
                extra=fields("session.ended", user_id=request.user_id, reason=str(request.reason)),
            )
            self._told = self._notices.tell("exit_requested", request, self._tasks)

    async def _next_round(self) -> None:
        """Returns when the session is renewed; `SessionClosed` when it is not."""
        if self.state is not SessionState.ENDED:
            await self._round.wait()
        self.require_open()

    def _end_round(self) -> None:
        self._round.set()
        self._round = anyio.Event()

    # Its end

    @property
    def _can_be_renewed(self) -> bool:
        """A new token would put the end off."""
        return self.settings.renewal != SessionRenewal.ACTIVITY and not exits.is_at_maximum(self.settings)

    def _begin(self, begun: Begun) -> None:
        self._begun, self.settings, self._cookie = begun, begun.settings, begun.cookie
        self._ends_at(begun.expires_at)

    def _renewed(self, settings: SessionSettings) -> None:
        """DES has said when it ends; the cookie's lifetime does not depend on anybody's clock, and comes first."""
        self.settings = settings
        if not self._cookie_was_renewed or self._cookie.lifetime is None:
            self._ends_at(later(settings.expires_at, server_time.ahead(*self._heard)))

    def _ends_at(self, moment: datetime) -> None:
        now = self._http.clock.now()
        # Of a session shorter than a minute at least half passes before anybody is asked.
        self._ask_at = moment - min(ASKED_BEFORE_END, max(moment - now, timedelta()) / 2)
        is_sooner = moment < self._deadline
        self.expires_at = self._deadline = moment
        if is_sooner:  # a later one is seen when the timer wakes up
            self._sleep.cancel()

    async def _keep_time(self) -> None:
        try:
            while self.state is not SessionState.ENDED:
                try:
                    event = await self._next_event()
                except BaseException as error:  # of the host's clock: it ends no other session
                    if not is_hosts_own(error):
                        raise
                    self._happened(Event.END_REACHED, exits.without_clock(error))
                    return
                if event is not None:
                    self._happened(event, self._exit_at_the_end())
        except BaseException:  # all tasks of the SDK are being cancelled
            self.close()
            raise

    async def _next_event(self) -> Event | None:
        """What is due, when it is; None where something else has happened first."""
        clock, come = self._http.clock, None
        with anyio.CancelScope() as self._sleep:
            due, _ = self._next_due()
            await clock.sleep_until(due)
            come = due  # also where the time has been set back meanwhile
        moment, event = self._next_due()  # much may have happened meanwhile
        return event if moment == come or clock.now() >= moment else None

    def _next_due(self) -> tuple[datetime, Event]:
        may_ask = self.state is SessionState.LIVE and self._can_be_renewed and self._http.clock.now() < self._deadline
        return (self._ask_at, Event.RENEWAL_DUE) if may_ask else (self._deadline, Event.END_REACHED)

    def _exit_at_the_end(self) -> Exit:
        if self.state is SessionState.RUNNING_OUT and self._exit_when_run_out is not None:
            return self._exit_when_run_out
        return exits.at_its_end(self.state, self.settings, self.expires_at)

    # A new token

    @property
    def _is_asked_here(self) -> bool:
        return self in _answering.get()

    async def _renew(self, scope: anyio.CancelScope) -> None:
        with scope:
            token = await self._token() if self.state is not SessionState.ENDED else None
            if token is None:
                return
            effect = self._happened(Event.ANSWERED)
            try:
                if effect is Effect.PROLONG:
                    await self._prolong(token)
                elif effect is Effect.RELAUNCH:
                    await self._relaunch(token)
            except BaseException as error:  # also of the host's own transport: it ends no other session
                if not is_hosts_own(error):
                    raise
                self._happened(Event.UNDELIVERABLE, exits.undeliverable(error))

    async def _token(self) -> IDToken | None:
        """The host's answer; None where there is none, and the rules have been told."""
        callback = self._callbacks.get("id_token_expired")
        if callback is None:
            self._exit_when_run_out = exits.not_registered(self.expires_at)
            self._happened(Event.NOT_REGISTERED, exits.UNKNOWN_AND_NOT_REGISTERED)
            return None
        _answering.set(_answering.get() | {self})  # in this task's own context
        question = IDTokenExpired(
            user_id=self.user.id, external_user_id=self.user.external_id, expires_at=self._deadline
        )
        watched = Watched(
            self._http.policy.hooks if self._http.policy else Hooks(),
            "id_token_expired",
            self._http.clock,
            is_no=lambda error: False,
            had_its_time=lambda: self.exit is not None and self.exit.reason == ExitReason.TOKEN_MISSING,
        )
        try:
            async with watched:
                token = await awaitable(callback(question))
        except BaseException as error:
            if not is_hosts_own(error):
                raise
            said = f"failed with {told(error)}"
        else:
            given, kind = IDToken(token), type(token).__name__
            del token  # what a frame holds, a report of an error shows
            if given.reveal() and not what_is_wrong_with_text(given.reveal()):
                return given
            if isinstance(given.reveal(), str):
                kind = "half of a character" if given.reveal() else "an empty text"
            said = f"returned {kind}, and no token"
        self._happened(Event.NOT_ANSWERED, exits.not_answered(said))
        return None

    async def _prolong(self, token: IDToken) -> None:
        before = self.settings.expires_at
        self._cookie_was_renewed = False
        about_itself = Sessions(Transport(http=self._http, auth=_WithoutRenewal(self)))
        try:
            settings = await about_itself.renew(token, attempts=DELIVERY_ATTEMPTS)
        except Unauthorized as error:
            self._happened(Event.REFUSED, exits.refused(error))
            return
        if self.exit is not None:  # ended, and the answer was quicker than the cancellation
            return
        self._renewed(settings)
        if settings.expires_at > before:
            self._happened(Event.ACCEPTED)
            return
        self._exit_when_run_out = exits.nothing_gained(self.expires_at)
        self._happened(Event.NOTHING_GAINED)

    async def _relaunch(self, token: IDToken) -> None:
        try:
            nobody = Transport(http=self._http, auth=NoAuth())
            begun = await self._launch.verify(token, nobody, attempts=DELIVERY_ATTEMPTS)
        except (InvalidCredentials, Unauthorized) as error:
            self._happened(Event.REFUSED, exits.refused(error))
            return
        if begun.user.id != self.user.id:
            self._happened(Event.REFUSED, exits.ANOTHER_USER)
            return
        if self.exit is not None:
            return
        self._begin(attrs.evolve(begun, user=self.user))
        self._happened(Event.ACCEPTED)


@attrs.frozen
class _WithoutRenewal(Auth):
    """A session's cookie, for the request that renews it: a 401 is then the answer."""

    lifetime: Lifetime

    @property
    def owner(self) -> object:
        return self.lifetime

    async def headers(self, asking: Transport) -> Proof:
        return self.lifetime._cookie.headers

    def answered(self, reply: Reply) -> None:
        self.lifetime.answered(reply)
