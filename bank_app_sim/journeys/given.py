"""What is given before a journey begins: the bank, its users, and the moment."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

import attrs

from ..timeline import durations
from .vocabulary.kinds import CENTS_FROM_NOTHING, CUSTOMER, MOMENT, SPAN, Choice, ListOf, YesNo
from .vocabulary.kinds import DURATION as ANY_DURATION

# How a bank can have its accounts, in words; DES has names of its own for it.
PER_USER, PER_DREAM = "one for each user", "one for each Dream"
_SETUPS = Choice("account setup", {PER_USER: "one SharedSavings per user", PER_DREAM: "one SharedSavings per Dream"})
BY_ACTIVITY = "activity"
_RENEWALS = Choice("way to renew a session", {"ID tokens": "token", "activity": BY_ACTIVITY})
# What holds where activity renews sessions, and nowhere else.
INACTIVITY = "sessions end without activity after"

# What DES and the bank call it, in words of scripts.
_WORDS = {meaning: word for kind in (_SETUPS, _RENEWALS) for word, meaning in kind.words.items()}

Span = Annotated[timedelta, SPAN]


@attrs.frozen(kw_only=True)
class Given:
    """What a world is made with.

    Attributes:
        users: Those who take part; the first is meant where a step names nobody.
        settings: Arguments for a `Simulation`, all of them plain values that can be compared.
    """

    users: tuple[str, ...]
    settings: tuple[tuple[str, Any], ...]


def given(
    *,
    users: Annotated[tuple[str, ...], ListOf(CUSTOMER)] = ("ada",),
    start: Annotated[datetime | None, MOMENT] = None,
    accounts: Annotated[str | None, _SETUPS] = None,
    performance_Dreams: YesNo = False,  # noqa: N803  # Dreams are written with a capital everywhere
    consents: YesNo = False,
    webhooks: YesNo = False,
    the_bank_approves_after: Annotated[timedelta, ANY_DURATION] = timedelta(days=2),
    the_bank_settles_every: Span = timedelta(days=1),
    the_bank_refuses: Annotated[tuple[str, ...], ListOf(CUSTOMER)] = (),
    opening_balance_cents: Annotated[int, CENTS_FROM_NOTHING] = 1_000_000,
    sessions_are_renewed_by: Annotated[str | None, _RENEWALS] = None,
    ID_tokens_last: Span = timedelta(days=365),  # noqa: N803
    access_tokens_last: Span = timedelta(days=365),
    sessions_end_without_activity_after: Span = timedelta(minutes=15),
    sessions_last_at_most: Span | None = None,
) -> Given:
    """What there is before the first step.

    Args:
        users: Who takes part, and nobody else; ada, when left out. The first is meant where a step names nobody.
        start: When it begins, in UTC; Monday, 4 January 2027, 08:00, when left out.
        accounts: How the bank has its savings accounts; one for each user, when left out.
        performance_Dreams: The bank opens an investment account for each Dream.
        consents: Users sign for a savehack before it starts.
        webhooks: DES tells the bank what happens, and the bank acts on it.
        the_bank_approves_after: How long it takes to decide on an account; 2 days, when left out.
        the_bank_settles_every: How often it fetches what is to be moved; a day, when left out.
        the_bank_refuses: Users who get no account.
        opening_balance_cents: What users have on their current accounts; 10000.00, when left out.
        sessions_are_renewed_by: What makes a session last longer; ID tokens, when left out.
        ID_tokens_last: How long an ID token of the bank is good; 365 days, when left out.
        access_tokens_last: How long DES takes an access token of the bank's backend; 365 days, when left out.
        sessions_end_without_activity_after: Where activity renews them; 15 minutes, when left out.
        sessions_last_at_most: However they are renewed; for ever, when left out.
    """
    settings: dict[str, Any] = {
        "start": start,
        "account_setup": accounts,
        "performance_dreams": performance_Dreams,
        "transfer_consents": consents,
        "webhooks": webhooks,
        "decision_after": the_bank_approves_after,
        "settle_every": the_bank_settles_every,
        "refuses": frozenset(the_bank_refuses),
        "opening_balance_cents": opening_balance_cents,
        "session_renewal": sessions_are_renewed_by,
        "token_lifetime": ID_tokens_last,
        "access_token_lifetime": access_tokens_last,
        "session_inactivity_timeout": sessions_end_without_activity_after,
        "session_maximum_duration": sessions_last_at_most,
    }
    given = tuple((name, value) for name, value in settings.items() if value is not None)
    return Given(users=users, settings=given)


def shown(arguments: Mapping[str, Any]) -> dict[str, str]:
    """What is given, in the words of a script: all that was said, and the users in any case."""
    said = {"users": ("ada",), **arguments}
    return {
        name.removesuffix("_cents").replace("_", " "): _shown(name, value)
        for name, value in said.items()
        if value is not None
    }


def _shown(name: str, value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case int() if name.endswith("_cents"):
            return f"{value // 100}.{value % 100:02}"
        case timedelta():
            return durations.shown(value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case tuple() | list() | frozenset():
            return ", ".join(map(str, value))
    return _WORDS.get(str(value), str(value))
