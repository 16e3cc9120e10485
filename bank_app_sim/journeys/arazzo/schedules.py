"""Finds the transactions of a recording that no call has made: savings that fell due on their schedule.

A document of calls cannot make them. DES made all others while it answered a call, and will do so again.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from .calls import RecordedCall


@attrs.define
class _Launches:
    """The savehack launches, with their Dreams and users, and those that wait."""

    all: dict[str, tuple[str, str]] = attrs.field(factory=dict)
    waiting: set[str] = attrs.field(factory=set)

    def note(self, launch: Mapping[str, Any]) -> bool:
        """Note a new launch. True if it saves at once."""
        dream = launch.get("dream") or {}
        self.all[launch["id"]] = dream.get("id", ""), (dream.get("user") or {}).get("id", "")
        if launch.get("pausedAt") or launch.get("draftedAt"):
            self.waiting.add(launch["id"])
            return False
        return True

    def start(self, of: str) -> bool:
        """The launches of a user or a Dream start. True if there were any."""
        started = {launch for launch in self.waiting if of == launch or of in self.all[launch]}
        self.waiting -= started
        return bool(started)

    def pause(self, of: str) -> None:
        self.waiting |= {launch for launch, owners in self.all.items() if of in owners}


def made_by_time(calls: Sequence[RecordedCall]) -> frozenset[str]:
    """The ids of the transactions that no call has made."""
    launches = _Launches()
    starts: list[RecordedCall] = []
    writes: list[RecordedCall] = []
    made: set[str] = set()
    seen: set[str] = set()
    for call in calls:
        if call.method != "GET" and call.has_succeeded:
            writes.append(call)
            if _starts_savings(call, launches):
                starts.append(call)
        for transaction in _transactions(call.answer):
            if transaction["id"] not in seen:
                seen.add(transaction["id"])
                by = starts if transaction.get("type") == "Deposit" else writes
                is_new = call.method == "POST" and call.path == "/v1/transactions"
                if not is_new and not any(_lasted(each, transaction["requestedAt"]) for each in by):
                    made.add(transaction["id"])
    return frozenset(made)


def _starts_savings(call: RecordedCall, launches: _Launches) -> bool:
    """Whether DES made deposits while it answered."""
    body, answer = call.body or {}, call.answer if isinstance(call.answer, dict) else {}
    *_, collection, last = call.path.split("/")
    if "savehackLaunch" in answer and call.method == "POST":
        return launches.note(answer["savehackLaunch"])
    if collection in ("users", "dreams"):
        return _provisioning(next(iter(body.values()), {}) or {}, last, launches)
    if "account" in answer and call.method == "POST":
        return launches.start(answer["account"]["user"]["id"])
    if collection == "transfer-consents":
        return launches.start(answer.get("transferConsent", {}).get("savehackLaunchId", ""))
    return last == "feed"


def _provisioning(change: Mapping[str, object], of: str, launches: _Launches) -> bool:
    if change.get("provisioningInitiatedAt") or change.get("accountId"):
        return launches.start(of)
    if "provisioningInitiatedAt" in change:  # the bank has refused
        launches.pause(of)
    return False


def _lasted(call: RecordedCall, moment: str) -> bool:
    return call.began_at <= moment <= call.ended_at


def _transactions(answer: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(answer, dict):
        if isinstance(answer.get("transaction"), dict):
            yield answer["transaction"]
        yield from answer.get("transactions", ())
