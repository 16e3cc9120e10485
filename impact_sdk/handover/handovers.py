"""All handovers of one SDK: finds the question that a launch or a Dream waits for, and has it asked once."""

from collections.abc import Sequence
from datetime import timedelta

import anyio
import attrs

from ..api.dreams import Dreams
from ..api.savehacks import SavehackLaunches
from ..callbacks import Callbacks
from ..clock import Clock
from ..errors import HandoverError
from ..http.calls import Call
from ..http.deadlines import Deadline, standing_still
from ..http.hooks import Hooks
from ..mistakes.wrong import wrong
from ..models import Dream, LaunchState, SavehackLaunch
from ..tasks.handed_over import Tasks
from .asking import Handover
from .consents import LaunchConsent
from .provisioning import DreamAccount, UserAccount
from .question import Launches, Owner, Question
from .rules import HandoverState

LONGEST_TIME_LIMIT = timedelta(days=366)  # a longer one may end after the last moment of the calendar


def checked_limits(
    account_provisioning_timeout: timedelta, transfer_consent_timeout: timedelta
) -> dict[str, timedelta]:
    """How long the host may take, by the keyword of the callback; `ConfigurationError` if a limit cannot work."""
    return {
        UserAccount.keyword: _time_limit("account_provisioning_timeout", account_provisioning_timeout),
        LaunchConsent.keyword: _time_limit("transfer_consent_timeout", transfer_consent_timeout),
    }


def _time_limit(name: str, limit: timedelta) -> timedelta:
    if not isinstance(limit, timedelta) or limit <= timedelta():
        raise wrong(name, limit, "a positive timedelta")
    return min(limit, LONGEST_TIME_LIMIT)


@attrs.frozen(kw_only=True)
class Reading:
    """Reads the result of a handover, within the limits of the call that waits for it.

    Attributes:
        call: The call whose deadline stands still while the host is asked; None if it has no deadline.
    """

    dreams: Dreams
    launches: SavehackLaunches
    call: Call | None

    @property
    def deadline(self) -> Deadline | None:
        return None if self.call is None else self.call.deadline


@attrs.define(eq=False, kw_only=True)
class Handovers:
    """All handovers of one SDK, by the key of their question.

    Attributes:
        time_limits: How long the host may take, by the keyword of the callback.
    """

    callbacks: Callbacks
    clock: Clock
    time_limits: dict[str, timedelta]
    hooks: Hooks
    _by_key: dict[str, Handover] = attrs.field(factory=dict, init=False)

    async def hand_over(self, owner: Owner, launches: Launches, tasks: Tasks, reading: Reading) -> list[SavehackLaunch]:
        """Ask the host the questions that launches wait for, and return all launches as they are then.

        Asks every question, and raises the first error at the end, with the others as its notes. If the callback that
        is answering calls this, its own question is left out: its launches start with the rest.
        """
        asked: set[str] = set()
        while True:
            waiting: dict[str, tuple[Question, list[SavehackLaunch]]] = {}
            for launch in launches:
                question = self._question(owner, launch)
                # Another request id is a new question: the bank has refused meanwhile. The same id is answered.
                if question is not None and question.key not in asked:
                    waiting.setdefault(question.key, (question, []))[1].append(launch)
            if not waiting:
                return list(launches)
            asked |= waiting.keys()
            with standing_still(reading.deadline):
                await self._ask_all(owner, list(waiting.values()), tasks)
            launches = await _fetched(reading.launches, launches)

    async def hand_over_dream(self, owner: Owner, dream: Dream, tasks: Tasks, reading: Reading) -> Dream:
        """Ask the host for the account that a new Dream needs, if it needs one, and return the Dream as it is then."""
        if dream.account_provision_request_id is None:
            return dream
        with standing_still(reading.deadline):
            await self._ask_all(owner, [(self._for_dream(dream, dream.account_provision_request_id), [])], tasks)
        return await reading.dreams.get(dream.id)

    def leave(self, owner: Owner) -> list[anyio.Event]:
        """An owner's session ends. An answer that DES does not know yet is kept for the user's next session.

        Returns:
            Events that are set when the cancelled callbacks have ended.
        """
        ends: list[anyio.Event] = []
        for key, handover in list(self._by_key.items()):
            ends += handover.leave(owner)
            if handover.owner is owner and handover.state is not HandoverState.UNDELIVERED:
                self._by_key.pop(key, None)
        return ends

    async def _ask_all(
        self, owner: Owner, waiting: Sequence[tuple[Question, list[SavehackLaunch]]], tasks: Tasks
    ) -> None:
        errors: list[HandoverError] = []
        for question, launches in waiting:
            handover = self._handover(question, owner, tasks)
            if handover.is_being_answered_here:
                continue
            try:
                await handover.hand_over(owner, launches)
            except HandoverError as error:
                errors.append(error)
        if errors:
            for other in errors[1:]:
                errors[0].add_note(f"besides, {other}")
            raise errors[0]

    def _question(self, owner: Owner, launch: SavehackLaunch) -> Question | None:
        if launch.state == LaunchState.DRAFT:
            return LaunchConsent(launch=launch)
        if not launch.waits_for_account or owner.settings.transfer_consents:
            # Where the user consents to launches, the next consent opens the account (docs/des.md 5.2).
            return None
        if launch.dream.account_provision_request_id is not None:
            return self._for_dream(launch.dream, launch.dream.account_provision_request_id)
        return UserAccount(request_id=launch.account_provision_request_id or owner.user.id, clock=self.clock)

    def _for_dream(self, dream: Dream, request_id: str) -> Question:
        return DreamAccount(request_id=request_id, clock=self.clock, dream=dream)

    def _handover(self, question: Question, owner: Owner, tasks: Tasks) -> Handover:
        known = self._by_key.get(question.key)
        if known is None or known.state is HandoverState.CLOSED:
            self._by_key[question.key] = Handover(
                question=question,
                owner=owner,
                callbacks=self.callbacks,
                clock=self.clock,
                hooks=self.hooks,
                time_limit=self.time_limits[question.keyword],
                tasks=tasks,
            )
        return self._by_key[question.key]


async def _fetched(known: SavehackLaunches, launches: Launches) -> list[SavehackLaunch]:
    """The same launches, as DES has them now."""
    found: dict[str, SavehackLaunch] = {}
    for dream_id in dict.fromkeys(launch.dream.id for launch in launches):
        found.update({launch.id: launch async for launch in known.list(dream_id=dream_id)})
    return [found.get(launch.id, launch) for launch in launches]
