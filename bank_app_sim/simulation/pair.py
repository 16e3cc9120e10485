"""The two databases of a world, as one pair: whether they still belong together, and are equally old.

DES and the bank are two programs, and neither looks into the other's database. Who starts both compares their marks,
which say nothing but how far the pair has come. DES' goes ahead and the bank's follows, so that a process may be killed
at any moment: then DES is one step ahead, and knows it.
"""

import logging
from datetime import datetime, timedelta

import attrs
import sqlalchemy as sa

from impact_sdk import Clock

from ..server.database import DatabaseError, Mark, Marked

logger = logging.getLogger(__name__)

# A copy that is older than this is told from the present state, whatever happened to it.
STEP_EVERY = timedelta(seconds=10)

_WAY_OUT = (
    "Put the right one in its place (with its -wal and -shm beside it, if there are such), or move both away to begin "
    "anew. With --rejoin they go on as they are: the bank tells DES again what it has done, and says what DES does not "
    "know."
)


def what_is_wrong(des: Mark | None, bank: Mark | None, *, names: tuple[str, str]) -> str | None:
    """Why two databases must not go on together; None where they may.

    Args:
        names: What the databases of DES and of the bank are called.
    """
    of_des, of_bank = names
    if des is None:
        heard = "the bank may hold money of which DES has never heard"
        return None if bank is None else f"{of_des} is new or was emptied, and {of_bank} is not: {heard}"
    if bank is None:
        if des == Mark(des.pair, 0, is_open=True):  # the first start ended before the bank had its mark
            return None
        return f"{of_bank} is new or was emptied, and {of_des} is not: DES knows what the bank has forgotten"
    if des.pair != bank.pair:
        return f"{of_des} and {of_bank} do not belong together: each was in use with another one"
    if des.count == bank.count or (des.is_open and des.count == bank.count + 1):
        return None
    older, newer = (of_des, of_bank) if des.count < bank.count else (of_bank, of_des)
    return f"{older} is an older copy: {newer} has gone on since ({des.count} steps at DES, {bank.count} at the bank)"


@attrs.frozen
class Pair:
    """The marks of both databases."""

    des: Marked
    bank: Marked

    def meet(self, *, new_name: str, rejoin: bool) -> bool:
        """See that the two may go on together, and let both take a step; whether they did not belong together.

        Args:
            new_name: Of the pair, if this is its first start.
            rejoin: Let them go on whatever is wrong, and belong together from now on.

        Raises:
            DatabaseError: They may not; the message says why, and the way out.
        """
        des, bank = self._both()
        wrong = what_is_wrong(des, bank, names=(self.des.name, self.bank.name))
        if wrong is not None and not rejoin:
            raise DatabaseError(f"{wrong}. {_WAY_OUT}")
        if wrong is not None:
            logger.warning("%s; they go on together all the same", wrong)
            count = max(mark.count for mark in (des, bank) if mark is not None)
            self.des.database.run_now(self.des.put(Mark(new_name, count, is_open=True)))
            self.bank.database.run_now(self.bank.put(Mark(new_name, count)))
        else:  # of several processes that start together, the first has named the pair
            named = self.des.database.run_now(self.des.keep(Mark(new_name, 0, is_open=True)))
            self.bank.database.run_now(self.bank.keep(attrs.evolve(named, is_open=False)))
        self.step_now()  # which may be the one that somebody was killed at
        self.step_now()
        return wrong is not None

    def _both(self) -> tuple[Mark | None, Mark | None]:
        """Both marks at one moment, also while another process is taking a step."""
        while True:
            des = self.des.database.run_now(self.des.read)
            bank = self.bank.database.run_now(self.bank.read)
            if self.des.database.run_now(self.des.read) == des:
                return des, bank

    def step_now(self) -> None:
        """Let both take a step, before this returns."""
        step = self.des.database.run_now(self.des.step)
        self.bank.database.run_now(self.bank.follow(step))
        self.des.database.run_now(self.des.conclude(step))

    async def step(self, clock: Clock) -> datetime:
        """Let both take a step; returns when to take the next one."""
        step = await self.des.database.run(self.des.step)
        await self.bank.database.run(self.bank.follow(step))
        await self.des.database.run(self.des.conclude(step))
        return clock.now() + STEP_EVERY

    def part(self) -> None:
        """Let both take a last step, where the databases can be used."""
        try:
            self.step_now()
        except (DatabaseError, LookupError, sa.exc.SQLAlchemyError) as error:
            logger.warning("how far the two databases have come is not written down: %s", error)
