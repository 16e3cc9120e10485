"""Changes to existing objects: a given value changes, a value that is left out stays, None clears."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Any, Final

import attrs

from ..mistakes.errors import ConfigurationError
from ..mistakes.named import made_by_name
from ..mistakes.shown import shown
from ..mistakes.wrong import wrong


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return self.name


# Left out, so not changed. None is different: it clears a value.
UNSET: Final = Unset.UNSET


@made_by_name
@attrs.frozen(kw_only=True)
class AccountUpdate:
    """Changes to one account, as a part of `api.users.update()`.

    Attributes:
        id: An account of that user.
        external_id: SharedSavings only.
        balance_cents: This and the rest: Performance only, as on `Account`.
    """

    # docs/des.md 1.3, 1.11
    id: str
    external_id: str | Unset | None = UNSET
    balance_cents: int | Unset = UNSET
    liquid_balance_cents: int | Unset = UNSET
    performance_cents: int | Unset = UNSET
    performance_percent: float | Unset = UNSET
    total_acquisition_cost_cents: int | Unset = UNSET
    valuation_from: datetime | Unset | None = UNSET
    valuation_at: datetime | Unset = UNSET


@made_by_name
@attrs.frozen(kw_only=True)
class TransactionUpdate:
    """How one transaction ended, as a part of `api.users.update()`.

    Attributes:
        id: A transaction of that user.
        settled_at: When the money moved. Give either this or `failed_at`.
        failed_at: When it became clear that the money will not move.
        errors: Why it failed; only with `failed_at`.
    """

    # docs/des.md 1.10, 1.11
    id: str
    settled_at: datetime | Unset = UNSET
    failed_at: datetime | Unset = attrs.field(default=UNSET)
    errors: Sequence[str] | Unset = attrs.field(default=UNSET)

    @failed_at.validator
    def _is_one_end(self, field: "attrs.Attribute[Any]", value: object) -> None:
        if (self.settled_at is UNSET) == (value is UNSET):
            raise ConfigurationError(f"transaction {shown(self.id)} ends in one way; give settled_at or failed_at")

    @errors.validator
    def _belongs_to_a_failure(self, field: "attrs.Attribute[Any]", value: object) -> None:
        if isinstance(value, str):
            raise wrong("errors", value, "a list of texts, and not one text")
        if value is not UNSET and self.failed_at is UNSET:
            raise ConfigurationError(f"transaction {shown(self.id)} has errors and no failed_at; give both")
