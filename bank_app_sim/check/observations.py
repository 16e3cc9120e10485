"""What was observed while a callback was tried: values for the verdicts, without I/O and without a clock."""

import enum
from collections.abc import Sequence

import attrs

from impact_sdk import AccountProvisioningRequest, ImpactError

from ..timeline.trace import Message
from .leaks import Leak


class Ending(enum.Enum):
    """How a call of the callback ended."""

    NOT_AWAITABLE = "gave back something that cannot be awaited"
    RETURNED = "returned"
    RAISED = "raised"
    CANCELLED = "was cancelled"


@attrs.define(eq=False, kw_only=True)
class Call:
    """One call of the callback, as far as it has got.

    Attributes:
        began_at: In seconds, by the same clock as everything here.
        is_awaitable: It gave back something that can be awaited.
        ending: None while it runs.
        said: What it raised, or gave back that cannot be awaited.
    """

    request: AccountProvisioningRequest
    began_at: float
    is_awaitable: bool = False
    ended_at: float | None = None
    ending: Ending | None = None
    said: str = ""


@attrs.frozen(kw_only=True)
class Posting:
    """One `POST /accounts`, and what DES made of it.

    Attributes:
        account_id: Of the account that the answer shows; None where DES refused.
        refusal: Why, in the words of DES.
        is_quicker: Posted by the check itself, in the place of another worker of the bank.
    """

    at: float
    user_id: str
    external_id: str | None
    status: int
    account_id: str | None = None
    refusal: str = ""
    is_quicker: bool = False


@attrs.define(kw_only=True)
class Cancellation:
    """One attempt to cancel the callback.

    Attributes:
        moment: When it was to be cancelled, in words.
        is_tried: It ran still at that moment.
        seconds: From the cancellation to its end; None where it had not ended when we stopped waiting.
        account_came: The user has an account after all.
    """

    moment: str
    is_tried: bool = False
    ending: Ending | None = None
    said: str = ""
    seconds: float | None = None
    account_came: bool = False


@attrs.define(kw_only=True)
class Trial:
    """One thing that was tried, with users of its own, and all that was seen of it.

    Attributes:
        obstacle: Why it could not be tried at all; empty when it was.
        customer: Whom it was tried with, where that is no matter of chance.
        told: What the SDK told the one who launched the savehack, when that was no success.
        begins_after: The number of the last message before it.
        leaving_since: Since when the app is closing the SDK, which waits for callbacks to end; None when it is not.
        posts_accounts: An account came in the ordinary trial.
        longest_gap_seconds: How long the event loop of the callback stood still at most.
        machine_gap_seconds: How long another event loop did, in the same time: that is the machine's fault.
        stuck_seconds: The event loop stood still for so long that it was given up.
        shows_blocking: The callback had to wait, so that blocking would have shown.
        messages: Between the participants, in order.
        leaks: Of this trial; and of all that were made, for the rule about them.
    """

    name: str
    obstacle: str = ""
    customer: str | None = None
    user_ids: set[str] = attrs.field(factory=set)
    calls: list[Call] = attrs.field(factory=list)
    postings: Sequence[Posting] = ()
    told: ImpactError | None = None
    begins_after: int = 0
    leaving_since: float | None = None
    posts_accounts: bool = True
    longest_gap_seconds: float = 0.0
    machine_gap_seconds: float = 0.0
    stuck_seconds: float | None = None
    shows_blocking: bool = False
    cancellations: list[Cancellation] = attrs.field(factory=list)
    messages: Sequence[Message] = ()
    leaks: Sequence[Leak] = ()

    @property
    def own_postings(self) -> list[Posting]:
        """Those of the bank."""
        return [posting for posting in self.postings if not posting.is_quicker]

    @property
    def account_ids(self) -> set[str]:
        """The accounts that there are in the end, whoever posted them."""
        return {posting.account_id for posting in self.postings if posting.account_id is not None}
