"""Compares the bank's books with DES: for each user and kind of account, and for each Dream's account.

Totals alone could agree by accident: one user may have too much, and another too little.
"""

import collections
from collections.abc import Iterator

from ..results import State
from .ranges import money

# The savings accounts in the books, and the type of such an account at DES.
KINDS = {"savings": "SharedSavings", "investments": "Performance"}


def disagreements(state: State, customer: str | None) -> list[str]:
    """Each disagreement, in a sentence.

    Args:
        customer: The user whose accounts are compared; None for everybody's.
    """
    return [*_sum(state), *_by_user(state, customer), *_by_dream(state, customer)]


def _sum(state: State) -> Iterator[str]:
    in_all = sum(account["balance_cents"] for account in state["books"].values())
    if in_all != 0:
        yield f"the books sum to {money(in_all)}"


def _by_user(state: State, customer: str | None) -> Iterator[str]:
    at_des: collections.Counter[tuple[str, str]] = collections.Counter()
    for account in state["accounts"].values():
        at_des[str(account["user"]), account["type"]] += account["balance_cents"]
    in_books: collections.Counter[tuple[str, str]] = collections.Counter()
    for name, account in state["books"].items():
        kind, _, rest = name.partition(":")
        if kind in KINDS:
            in_books[rest.split(":")[0], KINDS[kind]] += account["balance_cents"]
    for whose, kind in sorted({*at_des, *in_books}):
        if customer in (None, whose) and at_des[whose, kind] != in_books[whose, kind]:
            bank, des = money(in_books[whose, kind]), money(at_des[whose, kind])
            yield f"{whose}, {kind}: the bank has {bank}, DES says {des}"


def _by_dream(state: State, customer: str | None) -> Iterator[str]:
    for name, account in state["books"].items():
        kind, whose, dream_id = [*name.split(":"), "", ""][:3]
        dream = state["dreams"].get(dream_id)
        if kind not in KINDS or dream is None or customer not in (None, whose):
            continue
        at_des = state["accounts"].get(str(dream["account_id"]))
        if at_des is not None and at_des["balance_cents"] != account["balance_cents"]:
            bank, des = money(account["balance_cents"]), money(at_des["balance_cents"])
            yield f"{dream['name']} of {whose}: the bank has {bank}, DES says {des}"
