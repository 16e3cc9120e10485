"""Ids that exist, by what they are of: learnt from answers, and put where schemathesis has made one up."""

import uuid
from collections.abc import Mapping
from typing import Any

import attrs

# What a field or a parameter names. The id of a path is named by what the path collects.
NAMES = {
    "userId": "users",
    "dreamId": "dreams",
    "fromDreamId": "dreams",
    "toDreamId": "dreams",
    "accountId": "accounts",
    "fromAccountId": "accounts",
    "toAccountId": "accounts",
    "savehackLaunchId": "savehack-launches",
    "obsoleteSavehackLaunchId": "savehack-launches",
    "temporaryId": "tickets",
    "after_id": "transactions",
}

# What the `type` of a thing says that it is; launches are of many types.
TYPES = {
    "User": "users",
    "Dream": "dreams",
    "SharedSavings": "accounts",
    "Performance": "accounts",
    "Deposit": "transactions",
    "Withdrawal": "transactions",
    "Internal": "transactions",
    "TransferConsent": "transfer-consents",
}


@attrs.define
class Known:
    """Ids that answers have shown. Those that came by a link are among them, and stay as they are."""

    ids: dict[str, list[str]] = attrs.field(factory=dict)

    def learn(self, answer: Any) -> None:
        if isinstance(answer, list):
            for each in answer:
                self.learn(each)
        elif isinstance(answer, Mapping):
            called = str(answer.get("type"))
            kind = "savehack-launches" if called.endswith("Launch") else TYPES.get(called)
            if kind is not None and "id" in answer:
                self._keep(kind, answer["id"])
            if "temporaryId" in answer:
                self._keep("tickets", answer["temporaryId"])
                self._keep("transfer-consents", answer["requestId"])
            for each in answer.values():
                self.learn(each)

    def _keep(self, kind: str, id: str) -> None:
        of_kind = self.ids.setdefault(kind, [])
        if id not in of_kind:
            of_kind.append(id)

    def in_place_of(self, value: Any, name: str, inside: str = "") -> Any:
        """The same value with ids that exist; what is no id stays as wrong as it was.

        Args:
            name: Of the field or parameter.
            inside: The list, or the part of the path, that `id` belongs to.
        """
        if isinstance(value, Mapping):
            return {each: self.in_place_of(of_each, each, name or inside) for each, of_each in value.items()}
        if isinstance(value, list):
            return [self.in_place_of(each, "", name) for each in value]
        of_kind = self.ids.get(NAMES.get(name) or (inside if name == "id" else ""), [])
        made_up = _uuid(value)
        if made_up is None or not of_kind or value in of_kind:
            return value
        return of_kind[made_up.int % len(of_kind)]


def _uuid(value: object) -> uuid.UUID | None:
    """The id that a text is, as this API writes them."""
    try:
        found = uuid.UUID(str(value))
    except ValueError:
        return None
    return found if str(found) == value else None
