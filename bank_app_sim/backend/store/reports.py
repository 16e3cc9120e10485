"""What moved on savings accounts without DES, and whether DES was told."""

import enum

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.database import Connection, columns_of, rows
from ..tables import reports
from .claims import DueRows


class ReportKind(enum.StrEnum):
    """What has moved money without DES. The values are stored, and are those of the API."""

    OUTSIDE = "outside"  # at a branch, by another bank, as interest or as a fee
    MARKET = "market"  # the worth of an investment changed


class ReportState(enum.StrEnum):
    DUE = "DUE"
    REPORTED = "REPORTED"


@attrs.frozen
class Report:
    """A movement on a savings account that DES did not ask for.

    Attributes:
        reference: The reference of its posting.
        account: The account's name in the bank's books.
        amount_cents: Positive for money that came, negative for money that went.
        attempts: Failed attempts at telling DES.
        last_error: Why the latest of them failed.
    """

    reference: str
    kind: ReportKind = attrs.field(converter=ReportKind)
    account: str
    amount_cents: int
    state: ReportState = attrs.field(converter=ReportState)
    attempts: int
    last_error: str | None


DUE = DueRows(Report, reports, key="reference", key_of=lambda report: report.reference, order=("reference",))

# What moved outside the markets, and was told to DES.
_ALL_TOLD = rows(
    Report,
    sa.select(*columns_of(Report, reports))
    .where(reports.c.state == ReportState.REPORTED.value, reports.c.kind == ReportKind.OUTSIDE.value)
    .order_by(reports.c.reference),
)
_ADD = sa.insert(reports).values(state=ReportState.DUE.value, attempts=0)
# DES was told.
_END = DUE.change.values(state=ReportState.REPORTED.value, due_at=None, claimed_until=None, attempts=0, last_error=None)
# DES must be told once more.
_TELL_AGAIN = (
    sa.update(reports)
    .where(reports.c.reference == given("this"))
    .values(state=ReportState.DUE.value, due_at=given("now"))
)


def add(connection: Connection, *, reference: str, kind: ReportKind, account: str, amount_cents: int, now: str) -> None:
    """Write down what has just moved. Telling DES is due at once."""
    moved = {"reference": reference, "kind": kind.value, "account": account, "amount_cents": amount_cents}
    connection.execute(_ADD, {**moved, "due_at": now})


def all_told(connection: Connection) -> list[Report]:
    """What moved at a branch, by another bank, as interest or as a fee, and was told to DES."""
    return _ALL_TOLD.all(connection)


def end(connection: Connection, report: Report) -> None:
    """Write down that DES was told, unless another worker has already."""
    connection.execute(_END, DUE.step(report))


def tell_again(connection: Connection, report: Report, *, now: str) -> None:
    connection.execute(_TELL_AGAIN, {"this": report.reference, "now": now})
