"""Statements about what is to be reported to DES, and the functions that run them."""

import enum

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ..server.database import Connection
from .claims import BATCH, amend, asked_at, is_due_and_free
from .tables import reports


class ReportKind(enum.StrEnum):
    """What has moved money without DES; the names are what is stored and asked for."""

    OUTSIDE = "outside"  # somebody, at a branch or by another bank; interest; a fee
    MARKET = "market"  # what an investment is worth


class ReportState(enum.StrEnum):
    DUE = "DUE"
    REPORTED = "REPORTED"


@attrs.frozen(kw_only=True)
class Report:
    """A movement on a savings account that DES did not ask for.

    Attributes:
        reference: Of its posting.
        account: In the bank's books.
        amount_cents: What came, or went: then it is negative.
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


_REPORT = [reports.c[field.name] for field in attrs.fields(Report)]
_add = sa.insert(reports)
_due = sa.select(*_REPORT).where(is_due_and_free(reports)).order_by(reports.c.due_at, reports.c.reference).limit(BATCH)
_claim = sa.update(reports).where(reports.c.reference == given("report")).values(claimed_until=given("until"))
_this_and_due = sa.update(reports).where(
    reports.c.reference == given("report"), reports.c.state == ReportState.DUE.value
)
_all_told = (
    sa.select(*_REPORT)
    .where(reports.c.state == ReportState.REPORTED.value, reports.c.kind == ReportKind.OUTSIDE.value)
    .order_by(reports.c.reference)
)
_tell_again = (
    sa.update(reports)
    .where(reports.c.reference == given("report"))
    .values(state=ReportState.DUE.value, due_at=given("now"))
)
_end = _this_and_due.values(
    state=ReportState.REPORTED.value, due_at=None, claimed_until=None, attempts=0, last_error=None
)
_postpone = _this_and_due.values(
    due_at=given("due_at"), claimed_until=None, attempts=given("attempts"), last_error=given("last_error")
)


def add(connection: Connection, *, reference: str, kind: ReportKind, account: str, amount_cents: int, now: str) -> None:
    """Write down what has just moved; telling DES is due at once."""
    report = {
        "reference": reference,
        "kind": kind.value,
        "account": account,
        "amount_cents": amount_cents,
        "state": ReportState.DUE.value,
        "due_at": now,
        "attempts": 0,
    }
    connection.execute(_add, report)


def claim(connection: Connection, now: str, *, until: str) -> list[Report]:
    """Those of which DES is to be told and that no other worker is at, a batch of them; now they are this one's."""
    amend(connection, reports, now)
    due = [Report(**row._mapping) for row in connection.execute(_due, asked_at(now))]
    if due:
        connection.execute(_claim, [{"report": report.reference, "until": until} for report in due])
    return due


def all_told(connection: Connection) -> list[Report]:
    """What moved at a branch, by another bank, as interest or a fee, and was told to DES."""
    return [Report(**row._mapping) for row in connection.execute(_all_told)]


def tell_again(connection: Connection, report: Report, *, now: str) -> None:
    """Let telling DES be due once more."""
    connection.execute(_tell_again, {"report": report.reference, "now": now})


def end(connection: Connection, report: Report) -> None:
    """Write down that DES has been told, unless another worker has already."""
    connection.execute(_end, {"report": report.reference})


def postpone(connection: Connection, report: Report, *, due_at: str, last_error: str) -> None:
    postponed = {
        "report": report.reference,
        "due_at": due_at,
        "attempts": report.attempts + 1,
        "last_error": last_error,
    }
    connection.execute(_postpone, postponed)
