"""Checks that the two databases of a world still belong together and are equally old.

DES and the bank are two programs, and neither reads the other's database. The program that starts both compares their
marks. A mark is the name of the pair and a count of steps. DES takes each step first and the bank follows; so a process
may be killed at any moment: DES is then one step ahead, and its mark says so.
"""

import logging
from datetime import datetime, timedelta

import attrs
import sqlalchemy as sa

from impact_sdk import Clock

from ..server.database import DatabaseError, Mark, Marked

logger = logging.getLogger(__name__)

# A copy that is older than this has a lower count, so that it is recognized.
STEP_EVERY = timedelta(seconds=10)

_WAY_OUT = (
    "Put the right one in its place (with its -wal and -shm files, if it has any), or move both away to begin anew. "
    "With --rejoin they go on as they are: the bank tells DES again what it has done, and logs what DES does not know."
)


def what_is_wrong(des: Mark | None, bank: Mark | None, *, names: tuple[str, str]) -> str | None:
    """Why two databases must not go on together; None if they may.

    Args:
        names: The names of the databases of DES and of the bank.
    """
    of_des, of_bank = names
    if des is None:
        heard = "the bank may hold money of which DES has never heard"
        return None if bank is None else f"{of_des} is new or was emptied, and {of_bank} is not: {heard}"
    if bank is None:
        if des == Mark(des.pair, 0, is_open=True):  # the first start was killed before the bank had its mark
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
        """Check that the two may go on together, and let both take a step. True if they did not belong together.

        Args:
            new_name: The name of the pair, if this is its first start.
            rejoin: Let them go on in any case; from now on they belong together.

        Raises:
            DatabaseError: They must not go on together; the message says why, and the way out.
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
        else:  # if several processes start together, the first one names the pair
            named = self.des.database.run_now(self.des.keep(Mark(new_name, 0, is_open=True)))
            self.bank.database.run_now(self.bank.keep(attrs.evolve(named, is_open=False)))
        self.step_now()  # a killed process may have left this step unfinished
        self.step_now()
        return wrong is not None

    def _both(self) -> tuple[Mark | None, Mark | None]:
        """Both marks at one moment, even if another process takes a step meanwhile."""
        while True:
            des = self.des.database.run_now(self.des.read)
            bank = self.bank.database.run_now(self.bank.read)
            if self.des.database.run_now(self.des.read) == des:
                return des, bank

    def step_now(self) -> None:
        """Let both take a step; blocks until they have."""
        step = self.des.database.run_now(self.des.step)
        self.bank.database.run_now(self.bank.follow(step))
        self.des.database.run_now(self.des.conclude(step))

    async def step(self, clock: Clock) -> datetime:
        """Let both take a step, and return the moment of the next one."""
        step = await self.des.database.run(self.des.step)
        await self.bank.database.run(self.bank.follow(step))
        await self.des.database.run(self.des.conclude(step))
        return clock.now() + STEP_EVERY

    def part(self) -> None:
        """Let both take a last step, if the databases can be used."""
        try:
            self.step_now()
        except (DatabaseError, LookupError, sa.exc.SQLAlchemyError) as error:
            logger.warning("the two databases could not note how far they have come: %s", error)
