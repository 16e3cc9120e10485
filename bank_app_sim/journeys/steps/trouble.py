"""What goes wrong: on the network, and with processes."""

import re
from datetime import timedelta
from typing import Annotated, Any

from ...backend import EVERY_CRASH_POINT
from ...network import Fault, Trouble
from ..kinds import COUNT, CUSTOMER, DURATION, POSITIVE_DURATION, TIMES, Choice, Text, choice
from ..people import StepFailed
from ..vocabulary import step
from .stage import Stage

PARTICIPANTS = {"app": "bank_app", "SDK": "sdk", "DES": "des", "backend": "bank_backend"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _message(text: str) -> str | None:
    if text == "anything":
        return None
    if not re.fullmatch(rf"({'|'.join(METHODS)}) /\S*", text):
        raise ValueError(
            f"{text!r} is no message; write method and path without the version, such as POST /accounts or "
            "PATCH /transactions/{id}, or anything"
        )
    return text


def _status(text: str) -> int:
    if not re.fullmatch(r"[45]\d\d", text):
        raise ValueError(f"{text!r} is no status of an error; write one from 400 to 599, such as 503")
    return int(text)


MESSAGE = Text(
    "a message by method and path",
    _message,
    ("POST /accounts", "PATCH /transactions/{id}", "anything"),
    pattern=rf"({'|'.join(METHODS)}) /\S*|anything",
)
STATUS = Text(
    "a status",
    _status,
    ("503", "429"),
    pattern=r"[45]\d\d",
    numbers={"type": "integer", "minimum": 400, "maximum": 599},
)
CRASH_POINT = choice("point of the backend's work", *EVERY_CRASH_POINT)

What = Annotated[str | None, MESSAGE]
Sender = Annotated[str | None, Choice("participant", PARTICIPANTS)]
Times = Annotated[int, TIMES]
After = Annotated[int, COUNT]


class TroubleSteps(Stage):
    """Faults and deaths."""

    @step("the network loses", plain="what")
    async def network_loses(self, what: What, *, times: Times = 1, after: After = 0, from_: Sender = None) -> None:
        """The next messages of a kind never arrive.

        Args:
            what: Which, by method and path.
            times: How many; one, when left out.
            after: How many pass unharmed before; none, when left out.
            from_: Only those of this participant.
        """
        await self._fail(Trouble.LOST, what, times, after, from_)

    @step("the network loses the answer to", plain="what")
    async def network_loses_answer(
        self, what: What, *, times: Times = 1, after: After = 0, from_: Sender = None
    ) -> None:
        """The next messages of a kind arrive and do their work, and nobody hears of it.

        Args:
            what: Which, by method and path.
            times: How many; one, when left out.
            after: How many pass unharmed before; none, when left out.
            from_: Only those of this participant.
        """
        await self._fail(Trouble.ANSWER_LOST, what, times, after, from_)

    @step("the network doubles", plain="what")
    async def network_doubles(self, what: What, *, times: Times = 1, after: After = 0, from_: Sender = None) -> None:
        """The next messages of a kind arrive twice.

        Args:
            what: Which, by method and path.
            times: How many; one, when left out.
            after: How many pass unharmed before; none, when left out.
            from_: Only those of this participant.
        """
        await self._fail(Trouble.DOUBLED, what, times, after, from_)

    @step("the network holds back", plain="what")
    async def network_holds_back(self, what: What, *, times: Times = 1, after: After = 0, from_: Sender = None) -> None:
        """The next messages of a kind are taken, and arrive after the one that follows them: out of order.

        Args:
            what: Which, by method and path.
            times: How many; one, when left out.
            after: How many pass unharmed before; none, when left out.
            from_: Only those of this participant.
        """
        await self._fail(Trouble.HELD_BACK, what, times, after, from_)

    @step("the network delays", plain="what")
    async def network_delays(
        self,
        what: What,
        *,
        time: Annotated[timedelta, POSITIVE_DURATION],
        times: Times = 1,
        after: After = 0,
        from_: Sender = None,
    ) -> None:
        """The next messages of a kind arrive late.

        Args:
            what: Which, by method and path.
            time: How late.
            times: How many; one, when left out.
            after: How many pass unharmed before; none, when left out.
            from_: Only those of this participant.
        """
        await self._fail(Trouble.LATE, what, times, after, from_, delay=time)

    @step("the network answers", plain="what")
    async def network_answers(
        self,
        what: What,
        *,
        status: Annotated[int, STATUS] = 503,
        times: Times = 1,
        after: After = 0,
        from_: Sender = None,
    ) -> None:
        """Something on the way answers the next messages of a kind with an error; they never arrive.

        Args:
            what: Which, by method and path.
            status: With which error; 503, when left out.
            times: How many; one, when left out.
            after: How many pass unharmed before; none, when left out.
            from_: Only those of this participant.
        """
        await self._fail(Trouble.ANSWERED, what, times, after, from_, status=status)

    @step("the network is well again")
    async def network_is_well_again(self) -> None:
        """What was to go wrong, and has not yet, will not."""
        await self.world.heal()

    @step("the app dies", plain="by")
    async def app_dies(self, by: Annotated[str | None, CUSTOMER] = None) -> None:
        """The process of the bank's app dies, whatever it is in the middle of. The next `launch` starts another.

        Args:
            by: On whose phone.
        """
        person = self.person(by)
        await self.world.kill_app(person.customer)
        person.session = None

    @step("DES dies")
    async def des_dies(
        self, *, for_: Annotated[timedelta, DURATION] = timedelta(), answering: Annotated[str | None, MESSAGE] = None
    ) -> None:
        """The process of DES dies and is started again, with what it has written down.

        Args:
            for_: How long it is not there; it is started again at once, when left out.
            answering: It dies when it next has done this, before it has answered.
        """
        if answering is not None:
            _refuse_both(for_)
            await self.world.fail(Fault(trouble=Trouble.RECEIVER_DIES, receiver="des", what=answering))
        else:
            await self.world.kill_des(stays_down=for_)

    @step("the backend dies")
    async def backend_dies(
        self,
        *,
        for_: Annotated[timedelta, DURATION] = timedelta(),
        answering: Annotated[str | None, MESSAGE] = None,
        at: Annotated[str | None, CRASH_POINT] = None,
    ) -> None:
        """The process of the bank's backend dies and is started again, with what it has written down.

        Args:
            for_: How long it is not there; it is started again at once, when left out.
            answering: It dies when it next has done this, before it has answered.
            at: It dies when it next comes to this point of its work, such as provisioning.INTRODUCED.done-not-written.
        """
        if at is not None:
            _refuse_both(for_)
            await self.world.crash_backend_at(at)
        elif answering is not None:
            _refuse_both(for_)
            await self.world.fail(Fault(trouble=Trouble.RECEIVER_DIES, receiver="bank_backend", what=answering))
        else:
            await self.world.kill_backend(stays_down=for_)

    async def _fail(
        self, trouble: Trouble, what: str | None, times: int, after: int, sender: str | None, **more: Any
    ) -> None:
        fault = Fault(trouble=trouble, what=what, times=times, after=after, sender=sender, **more)
        await self.world.fail(fault)


def _refuse_both(stays_down: timedelta) -> None:
    if stays_down:
        raise StepFailed("`for` cannot be together with `answering` or `at`: then it is started again at once")
