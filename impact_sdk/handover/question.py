"""What a question to the host is: what it asks, how DES hears the answer, and what its errors say."""

import abc
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import ClassVar

import attrs

from ..api.dreams import Dreams
from ..api.savehacks import SavehackLaunches
from ..api.transfer_consents import TransferConsents
from ..api.users import Users
from ..errors import (
    AccountProvisioningDeclined,
    CallbackNotRegistered,
    HandoverError,
    SessionClosed,
    TransferConsentDeclined,
)
from ..mistakes.shown import shown, told
from ..models import Dream, SavehackLaunch, SessionSettings, User

KEPT = (
    "the host has answered; the answer is kept, and the next launch of a savehack or resume_paused_launches() "
    "delivers it without asking again"
)

Launches = Sequence[SavehackLaunch]
# Makes the error for callers that wait, from the launches of all of them.
MakeError = Callable[[Launches], BaseException]


@attrs.define(eq=False, kw_only=True)
class Owner:
    """The user's session in whose name a handover delivers the answer and fetches launches.

    Attributes:
        ended: Why the session has ended, once it has.
    """

    user: User
    settings: SessionSettings
    users: Users
    dreams: Dreams
    launches: SavehackLaunches
    consents: TransferConsents
    ended: str = "is closed"


class NothingToAsk(Exception):
    """The question was settled before the host was asked."""


class Question(abc.ABC):
    """One kind of question to the host.

    Attributes:
        keyword: The callback's keyword at `register()`.
        needed: What DES needs, for the error when no callback is registered.
        declines: The exception with which the host says no.
        declined: The error for callers when the host said no.
        failed: The error for callers when the callback raised.
        timed_out: The error for callers when the callback took too long.
        dream: The Dream that the question is about, if it is about one.
    """

    keyword: ClassVar[str]
    needed: ClassVar[str]
    declines: ClassVar[type[Exception]]
    declined: ClassVar[type[AccountProvisioningDeclined | TransferConsentDeclined]]
    failed: ClassVar[type[HandoverError]]
    timed_out: ClassVar[type[HandoverError]]
    dream: Dream | None = None

    @property
    @abc.abstractmethod
    def key(self) -> str:
        """Callers with the same key wait for the same answer."""

    @abc.abstractmethod
    async def request(self, owner: Owner) -> object:
        """The argument for the callback. Raises `NothingToAsk` if the answer is there already."""

    @abc.abstractmethod
    async def deliver(self, owner: Owner) -> MakeError | None:
        """Tell DES that the host has answered, or ask DES what it heard.

        Returns:
            None if DES accepts the answer, else what makes the error for those who wait.
        """

    @abc.abstractmethod
    def stay(self, launches: Launches) -> str:
        """What becomes of the launches that wait, and how to ask again."""

    def accepted_by(self, user: User) -> User:
        """The user as a session knows them after DES has accepted the answer."""
        return user

    # The host's answer

    def declined_in(self, error: BaseException) -> Exception | None:
        """The host's no in what its callback raised, also if it comes out of a task group; None if it is a failure."""
        if isinstance(error, ExceptionGroup):
            declined, other = error.split(self.declines)
            return None if other is not None or declined is None else self.declined_in(declined.exceptions[0])
        return error if isinstance(error, self.declines) else None

    # Errors for those who wait

    def error(self, kind: type[HandoverError], sentence: str, launches: Launches) -> HandoverError:
        return kind(f"{sentence}; {self.stay(launches)}", launches=launches, dream=self.dream)

    def not_registered(self, launches: Launches) -> HandoverError:
        sentence = (
            f"{self.needed}, and no callback is registered for that: register it with sdk.register({self.keyword}=…)"
        )
        return self.error(CallbackNotRegistered, sentence, launches)

    def user_declined(self, declined: Exception, launches: Launches) -> HandoverError:
        reason = getattr(declined, "reason", "")
        said = reason if isinstance(reason, str) else shown(reason)
        because = f": {said}" if said else ""
        error = self.declined(f"the user declined{because}; {self.stay(launches)}", launches=launches, dream=self.dream)
        error.reason, error.__cause__ = reason, declined
        return error

    def callback_failed(self, cause: BaseException, launches: Launches) -> HandoverError:
        error = self.error(self.failed, f"{self.keyword} failed with {told(cause)}", launches)
        error.__cause__ = cause
        return error

    def took_too_long(self, limit: timedelta, launches: Launches) -> HandoverError:
        sentence = f"{self.keyword} did not return within {limit} and was cancelled"
        return self.error(self.timed_out, sentence, launches)

    def still_runs(self, limit: timedelta, launches: Launches) -> HandoverError:
        sentence = f"{self.keyword} was cancelled after {limit} and still has not ended, so it is not called again"
        return self.error(self.timed_out, sentence, launches)

    def session_ended(self, how: str, is_answered: bool, launches: Launches) -> SessionClosed:
        if is_answered:
            return SessionClosed(f"the session {how}; {KEPT}")
        return SessionClosed(f"the session {how}, while the host was asked; {self.stay(launches)}")


def names(launches: Launches) -> str:
    return ", ".join(f"{launch.type} {launch.id}" for launch in launches)
