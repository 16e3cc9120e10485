"""What can be expected: each method reads one thing off a world, and says how it is compared."""

import collections
import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import attrs

from impact_sdk import EventType, ExitReason

from ...backend.orders import OrderState
from ...simulation.faults import FaultKind
from ...timeline.trace import DIES, Message
from ..results import State
from ..text.mistakes import one_of
from ..vocabulary.kinds import CUSTOMER, YES_NO, choice
from ..vocabulary.name_kinds import DREAM, EXTERNAL_ID, REASON, SHOWN
from ..vocabulary.savehacks import TERMS
from ..vocabulary.words import in_scripts
from .books import disagreements
from .comparisons import (
    AMOUNT,
    NUMBER,
    TIME,
    Agreement,
    Among,
    Holding,
    Holdings,
    InOrder,
    SameForEach,
    tally,
    tally_by_name,
)
from .message_comparisons import Difference, MessagesInOrder, MessageTally
from .message_names import CALLBACKS, names_of

F = TypeVar("F", bound=Callable[..., Any])

# The processes that can die, and what a trace calls them.
PROCESSES = {"app": "bank_app", "DES": "des", "backend": "bank_backend"}

SESSIONS = ("none", "open", "left", *(reason.value.replace("_", " ") for reason in ExitReason))


@attrs.frozen(kw_only=True)
class Observable:
    """Something that can be expected.

    Attributes:
        name: What scripts call it.
        doc: What it is, in a sentence.
        kind: How an expectation is written, and compared with what is there.
        read: Reads what is there.
        of_everybody: It cannot be expected of one user.
        of_dreams: It tells by name what Dreams have that are there, or have been.
    """

    name: str
    doc: str
    kind: Difference
    read: Callable[["Look"], Any]
    of_everybody: bool
    of_dreams: bool

    def difference(self, expected: Any, look: "Look") -> str | None:
        """What there is instead of what is expected; None where it is so."""
        if self.of_dreams and isinstance(expected, Mapping):
            there = look.dreams_so_far
            if missing := [name for name in expected if name not in there]:
                return f"no Dream {missing[0]!r} so far; there is {one_of(sorted(there)) if there else 'none'}"
        return self.kind.difference(expected, self.read(look))


def observable(kind: Difference, *, of_everybody: bool = False, of_dreams: bool = False) -> Callable[[F], F]:
    """Make a method of `Look` something that can be expected.

    Args:
        of_everybody: It is no single user's, and cannot be looked at so.
        of_dreams: By name it is looked at of Dreams that are there, or have been: what is none has nothing.
    """

    def named(function: F) -> F:
        function.__observable__ = kind, of_everybody, of_dreams  # type: ignore[attr-defined]
        return function

    return named


def _yes(value: bool) -> str:
    return "yes" if value else "no"


@attrs.frozen(kw_only=True)
class Look:
    """A world at one moment, or one user's part of it.

    Attributes:
        customer: Whose part; None for everybody's.
        elapsed: Since the journey began.
        screens: What the users' phones have shown, by customer.
        sessions: How the users' sessions are, by customer: `open`, `left`, or why it ended.
        dreams: Names of the Dreams that users have created, by customer; the state forgets those of deleted users.
    """

    state: State
    messages: Sequence[Message]
    customer: str | None
    elapsed: timedelta
    screens: Mapping[str, Sequence[str]]
    sessions: Mapping[str, str]
    dreams: Mapping[str, Collection[str]] = attrs.field(factory=dict)

    @property
    def dreams_so_far(self) -> set[str]:
        """Names of the Dreams that are there, or have been."""
        created = {name for who, names in self.dreams.items() if self.customer in (None, who) for name in names}
        return created | {dream["name"] for dream in self._of("dreams") if dream["name"] is not None}

    def _of(self, collection: str) -> list[Mapping[str, Any]]:
        whose = "customer" if collection in ("orders", "transfers") else "user"
        things = self.state.get(collection, {}).values()
        return [each for each in things if self.customer in (None, each.get(whose))]

    @observable(tally("callback", *CALLBACKS))
    def callbacks(self) -> Mapping[str, int]:
        """How often the SDK has called the app: in all, or by callback."""
        called = [
            message.label.removeprefix("callback: ")
            for message in self.messages
            if message.label.startswith("callback: ") and self.customer in (None, message.user)
        ]
        names = {label: name for name, label in CALLBACKS.items()}
        return collections.Counter(names[label] for label in called)

    @observable(tally_by_name("user", CUSTOMER))
    def users(self) -> Mapping[str, int]:
        """Users that DES has."""
        found = [user["external_id"] for user in self.state["users"].values()]
        return collections.Counter(name for name in found if self.customer in (None, name))

    @observable(tally("kind of account", "SharedSavings", "Performance"))
    def accounts(self) -> Mapping[str, int]:
        """Accounts that DES has: in all, or by kind."""
        return _count(self._of("accounts"), "type")

    @observable(InOrder(EXTERNAL_ID))
    def external_IDs(self) -> list[str]:  # noqa: N802
        """The accounts' external IDs, in the order in which they were posted."""
        return [account["external_id"] or "none" for account in self._of("accounts")]

    @observable(AMOUNT)
    def balance(self) -> int:
        """What DES says is on the accounts, in all."""
        cents: int = sum(account["balance_cents"] for account in self._of("accounts"))
        return cents

    @observable(tally_by_name("Dream", DREAM))
    def Dreams(self) -> Mapping[str, int]:  # noqa: N802
        """Dreams that are not deleted: in all, or by name."""
        return _count(self._dreams(), "name")

    @observable(tally_by_name("Dream", DREAM), of_dreams=True)
    def linked_Dreams(self) -> Mapping[str, int]:  # noqa: N802
        """Dreams, of those that are not deleted, that are linked to an account."""
        return _count((dream for dream in self._dreams() if dream["account_id"]), "name")

    @observable(Holdings(AMOUNT, "Dream", names=DREAM), of_dreams=True)
    def saved(self) -> list[Holding]:
        """What the Dreams hold that are not deleted: in all, or by a name that only one of them has."""
        return [(dream["name"], dream["user"], dream["balance_cents"]) for dream in self._dreams()]

    @observable(tally_by_name("Dream", DREAM), of_dreams=True)
    def achieved_Dreams(self) -> Mapping[str, int]:  # noqa: N802
        """Dreams, of those that are not deleted, that have reached their target."""
        return _count((dream for dream in self._dreams() if dream["achieved_at"]), "name")

    @observable(AMOUNT)
    def outside_all_Dreams(self) -> int:  # noqa: N802
        """What the accounts hold beyond what is `saved`: interest, say."""
        in_dreams: int = sum(dream["balance_cents"] for dream in self._dreams())
        return self.balance() - in_dreams

    def _dreams(self) -> list[Mapping[str, Any]]:
        return [dream for dream in self._of("dreams") if not dream["deleted_at"]]

    @observable(tally("state of a savehack", "active", "paused", "draft", "stopped"))
    def savehacks(self) -> Mapping[str, int]:
        """Savehack launches: in all, or by state."""
        return _count(self._of("savehack launches"), "state")

    @observable(tally("savehack", *TERMS))
    def kinds_of_savehacks(self) -> Mapping[str, int]:
        """Savehack launches by kind."""
        by_type = {f"{kind.__name__}Launch": name for name, kind in TERMS.items()}
        return collections.Counter(by_type[launch["type"]] for launch in self._of("savehack launches"))

    @observable(tally("state", "requested", "settled", "failed"))
    def deposits(self) -> Mapping[str, int]:
        """Deposits: in all, or by state."""
        return self._transactions("Deposit")

    @observable(tally("state", "requested", "settled", "failed"))
    def withdrawals(self) -> Mapping[str, int]:
        """Withdrawals: in all, or by state."""
        return self._transactions("Withdrawal")

    @observable(tally("state", "requested", "settled", "failed"))
    def moves(self) -> Mapping[str, int]:
        """Moves between Dreams: in all, or by state."""
        return self._transactions("Internal")

    def _transactions(self, kind: str) -> Mapping[str, int]:
        return _count((each for each in self._of("transactions") if each["type"].startswith(kind)), "state")

    @observable(Among(REASON))
    def reasons(self) -> list[str]:
        """Why transactions have failed; a part of the text will do."""
        return [each["errors"] for each in self._of("transactions") if each["errors"]]

    @observable(tally("state of a consent", "open", "signed", "rejected"))
    def consents(self) -> Mapping[str, int]:
        """Transfer consents: in all, or by state."""
        return _count(self._of("consents"), "state")

    @observable(SameForEach(YES_NO, _yes, nobody="no such user at DES"))
    def provisioning_initiated(self) -> dict[str, bool]:
        """Whether DES knows that opening an account has begun: for each user that it has, or (no) for none of them."""
        return {
            user["external_id"]: bool(user["provisioning_initiated_at"])
            for user in self.state["users"].values()
            if self.customer in (None, user["external_id"])
        }

    @observable(tally("state of an order", *(each.value for each in OrderState)))
    def orders(self) -> Mapping[str, int]:
        """The bank's orders for accounts: in all, or by state, as the bank calls it."""
        return _count(self._of("orders"), "state")

    @observable(AMOUNT)
    def current_account(self) -> int:
        """What the bank's books have on the users' current accounts."""
        return self._in_books("current:")

    @observable(AMOUNT)
    def savings_account(self) -> int:
        """What the bank's books have on the users' accounts to save on."""
        return self._in_books("savings:") + self._in_books("investments:")

    @observable(Agreement(YES_NO, _yes))
    def books_agree(self) -> list[str]:
        """Whether the bank's books sum to zero, and hold for each user, and on each Dream's account, what DES says."""
        return disagreements(self.state, self.customer)

    def _in_books(self, prefix: str) -> int:
        whose = "" if self.customer is None else self.customer
        cents: int = sum(
            account["balance_cents"]
            for name, account in self.state["books"].items()
            if name.startswith(prefix) and whose in ("", *name.split(":")[1:2])
        )
        return cents

    @observable(tally("event", *(each.value for each in EventType)), of_everybody=True)
    def events(self) -> Mapping[str, int]:
        """Events that the bank has taken in: in all, or by type."""
        return _count(self.state["events"].values(), "type")

    @observable(tally("way", "webhook", "looking"), of_everybody=True)
    def events_came_by(self) -> Mapping[str, int]:
        """Events that the bank has taken in, by the way they came."""
        return collections.Counter(event["came_by"].lower() for event in self.state["events"].values())

    @observable(MessageTally(NUMBER), of_everybody=True)
    def messages_sent(self) -> list[tuple[str, ...]]:
        """Messages that have arrived, in all or by [name](#messages); what is lost on its way is not among them."""
        return [names_of(message) for message in self.messages]

    @observable(MessagesInOrder(), of_everybody=True)
    def messages_in_order(self) -> list[tuple[str, ...]]:
        """Messages by [name](#messages) that come in this order, others between them."""
        return [names_of(message) for message in self.messages]

    @observable(tally("trouble", *(each.value for each in FaultKind)), of_everybody=True)
    def faults(self) -> Mapping[str, int]:
        """What has gone wrong on the network, as steps have asked for: in all, or by the kind of trouble."""
        struck = collections.Counter(each.detail["fault"] for each in self.messages if "fault" in each.detail)
        if FaultKind.ANSWERED in struck:  # the message tells of it, and so does the answer
            struck[FaultKind.ANSWERED] //= 2
        return struck

    @observable(tally("process", *PROCESSES), of_everybody=True)
    def deaths(self) -> Mapping[str, int]:
        """Processes that have died: in all, or by whose they were."""
        died = collections.Counter(message.sender for message in self.messages if message.label == DIES)
        return {name: died[participant] for name, participant in PROCESSES.items()}

    @observable(TIME)
    def elapsed_time(self) -> timedelta:
        """How long ago the journey began."""
        return self.elapsed

    @observable(Among(SHOWN))
    def screen(self) -> list[str]:
        """What the phones have shown; a part of the text will do."""
        return [text for who, texts in self.screens.items() if self.customer in (None, who) for text in texts]

    @observable(SameForEach(choice("state of a session", *SESSIONS), nobody="none"))
    def session(self) -> dict[str, str]:
        """How each user's session is, of all that take part: none, open, left, or why it ended."""
        return {who: state for who, state in self.sessions.items() if self.customer in (None, who)}


def of_everybody(name: str) -> str:
    """That something is no single user's."""
    return f"`{name}` is everybody's, and `of` looks at one user; expect it in a step of its own, without `of`"


def _count(things: Iterable[Mapping[str, Any]], field: str) -> collections.Counter[str]:
    return collections.Counter(thing[field] for thing in things)


def _observable(function: Callable[..., Any]) -> Observable:
    doc = (inspect.getdoc(function) or "").partition("\n")[0]
    kind, of_everybody, of_dreams = function.__observable__  # type: ignore[attr-defined]
    return Observable(
        name=in_scripts(function.__name__),
        doc=doc,
        kind=kind,
        read=function,
        of_everybody=of_everybody,
        of_dreams=of_dreams,
    )


OBSERVABLES = {
    each.name: each for each in map(_observable, (f for f in vars(Look).values() if hasattr(f, "__observable__")))
}
