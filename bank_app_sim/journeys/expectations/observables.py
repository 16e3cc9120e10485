"""What a script can expect: each function reads one thing off a world, and says how it is compared."""

import collections
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from impact_sdk import EventType, ExitReason

from ...simulation import OrderState
from ...simulation.faults import FaultKind
from ...timeline.trace import DIES
from ..vocabulary.kinds import YES_NO, choice
from ..vocabulary.name_kinds import CUSTOMER, DREAM, EXTERNAL_ID, REASON, SHOWN
from ..vocabulary.savehacks import TERMS
from .books import disagreements
from .comparisons import Agreement, Among, InOrder, SameForEach
from .look import Look
from .message_comparisons import MessagesInOrder, MessageTally
from .message_names import CALLBACKS, names_of
from .observable import OBSERVABLES as OBSERVABLES
from .observable import observable
from .ranges import AMOUNT, NUMBER, TIME
from .tallies import Holding, Holdings, tally, tally_by_name

# The processes that can die, and what a trace calls them.
PROCESSES = {"app": "bank_app", "DES": "des", "backend": "bank_backend"}

SESSIONS = ("none", "open", "left", *(reason.value.replace("_", " ") for reason in ExitReason))


def _yes(value: bool) -> str:
    return "yes" if value else "no"


@observable("callbacks", tally("callback", *CALLBACKS))
def callbacks(look: Look) -> Mapping[str, int]:
    """How often the SDK has called the app: in all, or by callback."""
    called = [
        message.label.removeprefix("callback: ")
        for message in look.messages
        if message.label.startswith("callback: ") and look.customer in (None, message.user)
    ]
    names = {label: name for name, label in CALLBACKS.items()}
    return collections.Counter(names[label] for label in called)


@observable("users", tally_by_name("user", CUSTOMER))
def users(look: Look) -> Mapping[str, int]:
    """Users at DES."""
    found = [user["external_id"] for user in look.state["users"].values()]
    return collections.Counter(name for name in found if look.customer in (None, name))


@observable("accounts", tally("kind of account", "SharedSavings", "Performance"))
def accounts(look: Look) -> Mapping[str, int]:
    """Accounts at DES: in all, or by kind."""
    return _count(look.of("accounts"), "type")


@observable("external IDs", InOrder(EXTERNAL_ID))
def external_ids(look: Look) -> list[str]:
    """The external IDs of the accounts, in the order of their posts."""
    return [account["external_id"] or "none" for account in look.of("accounts")]


@observable("balance", AMOUNT)
def balance(look: Look) -> int:
    """The sum of all accounts, by DES."""
    cents: int = sum(account["balance_cents"] for account in look.of("accounts"))
    return cents


@observable("Dreams", tally_by_name("Dream", DREAM))
def dreams(look: Look) -> Mapping[str, int]:
    """Dreams that are not deleted: in all, or by name."""
    return _count(look.dreams, "name")


@observable("linked Dreams", tally_by_name("Dream", DREAM), of_dreams=True)
def linked_dreams(look: Look) -> Mapping[str, int]:
    """Dreams that are linked to an account and not deleted."""
    return _count((dream for dream in look.dreams if dream["account_id"]), "name")


@observable("saved", Holdings(AMOUNT, "Dream", names=DREAM), of_dreams=True)
def saved(look: Look) -> list[Holding]:
    """What the Dreams hold: in all, or by a name that only one Dream has. Deleted Dreams do not count."""
    return [(dream["name"], dream["user"], dream["balance_cents"]) for dream in look.dreams]


@observable("achieved Dreams", tally_by_name("Dream", DREAM), of_dreams=True)
def achieved_dreams(look: Look) -> Mapping[str, int]:
    """Dreams that have reached their target and are not deleted."""
    return _count((dream for dream in look.dreams if dream["achieved_at"]), "name")


@observable("outside all Dreams", AMOUNT)
def outside_all_dreams(look: Look) -> int:
    """What the accounts hold beyond `saved`, such as interest."""
    in_dreams: int = sum(dream["balance_cents"] for dream in look.dreams)
    return balance(look) - in_dreams


@observable("savehacks", tally("state of a savehack", "active", "paused", "draft", "stopped"))
def savehacks(look: Look) -> Mapping[str, int]:
    """Savehack launches: in all, or by state."""
    return _count(look.of("savehack launches"), "state")


@observable("kinds of savehacks", tally("savehack", *TERMS))
def kinds_of_savehacks(look: Look) -> Mapping[str, int]:
    """Savehack launches by kind."""
    by_type = {f"{kind.__name__}Launch": name for name, kind in TERMS.items()}
    return collections.Counter(by_type[launch["type"]] for launch in look.of("savehack launches"))


@observable("deposits", tally("state", "requested", "settled", "failed"))
def deposits(look: Look) -> Mapping[str, int]:
    """Deposits: in all, or by state."""
    return _transactions(look, "Deposit")


@observable("withdrawals", tally("state", "requested", "settled", "failed"))
def withdrawals(look: Look) -> Mapping[str, int]:
    """Withdrawals: in all, or by state."""
    return _transactions(look, "Withdrawal")


@observable("moves", tally("state", "requested", "settled", "failed"))
def moves(look: Look) -> Mapping[str, int]:
    """Moves between Dreams: in all, or by state."""
    return _transactions(look, "Internal")


@observable("reasons", Among(REASON))
def reasons(look: Look) -> list[str]:
    """Why transactions have failed; a part of the text is enough."""
    return [each["errors"] for each in look.of("transactions") if each["errors"]]


@observable("consents", tally("state of a consent", "open", "signed", "rejected"))
def consents(look: Look) -> Mapping[str, int]:
    """Transfer consents: in all, or by state."""
    return _count(look.of("consents"), "state")


@observable("provisioning initiated", SameForEach(YES_NO, _yes, nobody="no such user at DES"))
def provisioning_initiated(look: Look) -> dict[str, bool]:
    """Whether DES knows that the bank has begun to open an account: yes for all users, or no for all."""
    return {
        user["external_id"]: bool(user["provisioning_initiated_at"])
        for user in look.state["users"].values()
        if look.customer in (None, user["external_id"])
    }


@observable("orders", tally("state of an order", *(each.value for each in OrderState)))
def orders(look: Look) -> Mapping[str, int]:
    """The bank's orders for accounts: in all, or by the bank's state."""
    return _count(look.of("orders"), "state")


@observable("current account", AMOUNT)
def current_account(look: Look) -> int:
    """The sum of the users' current accounts, by the bank's books."""
    return _in_books(look, "current:")


@observable("savings account", AMOUNT)
def savings_account(look: Look) -> int:
    """The sum of the users' savings accounts, by the bank's books."""
    return _in_books(look, "savings:") + _in_books(look, "investments:")


@observable("books agree", Agreement(YES_NO, _yes))
def books_agree(look: Look) -> list[str]:
    """Whether the bank's books sum to zero and agree with DES for each user and each Dream's account."""
    return disagreements(look.state, look.customer)


@observable("events", tally("event", *(each.value for each in EventType)), of_everybody=True)
def events(look: Look) -> Mapping[str, int]:
    """Events that the bank has received: in all, or by type."""
    return _count(look.state["events"].values(), "type")


@observable("events came by", tally("way", "webhook", "looking"), of_everybody=True)
def events_came_by(look: Look) -> Mapping[str, int]:
    """Events that the bank has received, by the way they came."""
    return collections.Counter(event["came_by"].lower() for event in look.state["events"].values())


@observable("messages sent", MessageTally(NUMBER), of_everybody=True)
def messages_sent(look: Look) -> list[tuple[str, ...]]:
    """Messages that have arrived, in all or by [name](#messages); lost messages do not count."""
    return [names_of(message) for message in look.messages]


@observable("messages in order", MessagesInOrder(), of_everybody=True)
def messages_in_order(look: Look) -> list[tuple[str, ...]]:
    """Messages by [name](#messages) in this order; others may come between them."""
    return [names_of(message) for message in look.messages]


@observable("faults", tally("trouble", *(each.value for each in FaultKind)), of_everybody=True)
def faults(look: Look) -> Mapping[str, int]:
    """Faults on the network that have happened: in all, or by kind."""
    struck = collections.Counter(each.detail["fault"] for each in look.messages if "fault" in each.detail)
    if FaultKind.ANSWERED in struck:  # the message tells of it, and so does the answer
        struck[FaultKind.ANSWERED] //= 2
    return struck


@observable("deaths", tally("process", *PROCESSES), of_everybody=True)
def deaths(look: Look) -> Mapping[str, int]:
    """Processes that have died: in all, or by process."""
    died = collections.Counter(message.sender for message in look.messages if message.label == DIES)
    return {name: died[participant] for name, participant in PROCESSES.items()}


@observable("elapsed time", TIME)
def elapsed_time(look: Look) -> timedelta:
    """The time since the journey began."""
    return look.elapsed


@observable("screen", Among(SHOWN))
def screen(look: Look) -> list[str]:
    """What the phones have shown; a part of the text is enough."""
    return [text for who, texts in look.screens.items() if look.customer in (None, who) for text in texts]


@observable("session", SameForEach(choice("state of a session", *SESSIONS), str, nobody="none"))
def session(look: Look) -> dict[str, str]:
    """The state of each user's session: none, open, left, or why it ended."""
    return {who: state for who, state in look.sessions.items() if look.customer in (None, who)}


def _transactions(look: Look, kind: str) -> Mapping[str, int]:
    return _count((each for each in look.of("transactions") if each["type"].startswith(kind)), "state")


def _in_books(look: Look, prefix: str) -> int:
    whose = "" if look.customer is None else look.customer
    cents: int = sum(
        account["balance_cents"]
        for name, account in look.state["books"].items()
        if name.startswith(prefix) and whose in ("", *name.split(":")[1:2])
    )
    return cents


def _count(things: Iterable[Mapping[str, Any]], field: str) -> collections.Counter[str]:
    return collections.Counter(thing[field] for thing in things)
