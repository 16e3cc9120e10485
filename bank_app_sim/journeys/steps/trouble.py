"""What goes wrong: on the network, and with processes."""

import functools
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from ...backend import EVERY_CRASH_POINT
from ...simulation import exchanges
from ...simulation.faults import Fault, FaultKind
from ..text.mistakes import nearest_word
from ..vocabulary.kinds import COUNT, CUSTOMER, DURATION, POSITIVE_DURATION, TIMES, Choice, Text, YesNo, choice
from ..vocabulary.words import CannotBe, step
from .people import StepFailed
from .stage import Stage

# Any message, for a fault that is not choosy.
ANYTHING = "anything"
# All messages from now on.
ALL = "all"

PARTICIPANTS = {"app": "bank_app", "SDK": "sdk", "DES": "des", "backend": "bank_backend"}


def _message(text: str) -> str:
    if text.strip() == ANYTHING:
        return ANYTHING
    if nearest_word(text, [ANYTHING]):
        raise ValueError(f"{text!r} is no message; did you mean {ANYTHING!r}?")
    return exchanges.message(text)


def _how_many(text: str) -> int | None:
    if text.strip() == ALL:
        return None
    times: int = TIMES.parse(text)
    return times


def _status(text: str) -> int:
    if not re.fullmatch(r"[45]\d\d", text):
        raise ValueError(f"{text!r} is no status of an error; write one from 400 to 599, such as 503")
    return int(text)


MESSAGE = Text(
    "a message by method and path, or as the diagrams call it",
    _message,
    ("POST /accounts", "Create Dream", "anything"),
    pattern=exchanges.PATTERN + "|anything",
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
HOW_MANY = Text(
    "a number of messages",
    _how_many,
    ("3", ALL),
    pattern=rf"\d{{1,4}}|{ALL}",
    numbers=TIMES.numbers,
)

Times = Annotated[int | None, HOW_MANY]
After = Annotated[int, COUNT]


def _what(text: str | None) -> str | None:
    """As a fault has it."""
    return None if text == ANYTHING else text


def _refuse_way(arguments: Mapping[str, Any]) -> None:
    """Refuse a message that the participant never sends."""
    sender = arguments.get("from_")
    try:
        exchanges.refuse_what_nobody_sends(_what(arguments.get("what")), sender=sender, receiver=None)
    except exchanges.NoSuchMessage as error:
        raise CannotBe(str(error), "from") from error


_NOT_BOTH = "`for` cannot be together with `answering` or `at`: then it is started again at once"


def _refuse_death(arguments: Mapping[str, Any], receiver: str) -> None:
    """Refuse a message that the one who is to die never gets, and what cannot be together."""
    answering, at = arguments.get("answering"), arguments.get("at")
    if answering is not None and at is not None:
        raise CannotBe("it dies once: `at` and `answering` cannot be together", "at")
    if answering is None and at is None and "may_not_happen" in arguments:
        raise CannotBe("`may not happen` goes with `answering` or `at`; without them it dies now", "may not happen")
    if (answering is not None or at is not None) and arguments.get("for_"):
        raise CannotBe(_NOT_BOTH, "for")
    if answering is not None:
        try:
            exchanges.refuse_what_nobody_sends(_what(answering), sender=None, receiver=receiver)
        except exchanges.NoSuchMessage as error:
            raise CannotBe(str(error), "answering") from error


class TroubleSteps(Stage):
    """Faults and deaths."""

    @step("the network loses", plain="what", check=_refuse_way)
    async def network_loses(
        self, what: What, *, times: Times = 1, after: After = 0, from_: Sender = None, may_not_happen: YesNo = False
    ) -> None:
        """The next messages of a kind never arrive.

        Args:
            what: Which, by its name.
            times: How many, or all from now on; one, when left out.
            after: How many pass unharmed before; none, when left out.
            from_: Only those of this participant.
            may_not_happen: There may be no such message, and the journey passes all the same.
        """
        await self._fail(FaultKind.LOST, what, times, after, from_, may_not_happen)

    @step("the network loses the answer to", plain="what", check=_refuse_way)
    async def network_loses_answer(
        self,
        what: What,
        *,
        times: Times = 1,
        after: After = 0,
        from_: Sender = None,
        may_not_happen: YesNo = False,
    ) -> None:
        """The next messages of a kind arrive and do their work, and nobody hears of it.

        Args:
            what: Which, by its name.
            times: How many, or all from now on; one, when left out.
            after: How many pass unharmed before; none, when left out.
            from_: Only those of this participant.
            may_not_happen: There may be no such message, and the journey passes all the same.
        """
        await self._fail(FaultKind.ANSWER_LOST, what, times, after, from_, may_not_happen)

    @step("the network doubles", plain="what", check=_refuse_way)
    async def network_doubles(
        self, what: What, *, times: Times = 1, after: After = 0, from_: Sender = None, may_not_happen: YesNo = False
    ) -> None:
        """The next messages of a kind arrive twice.

        Args:
            what: Which, by its name.
            times: How many, or all from now on; one, when left out.
            after: How many pass unharmed before; none, when left out.
            from_: Only those of this participant.
            may_not_happen: There may be no such message, and the journey passes all the same.
        """
        await self._fail(FaultKind.DOUBLED, what, times, after, from_, may_not_happen)

    @step("the network holds back", plain="what", check=_refuse_way)
    async def network_holds_back(
        self, what: What, *, times: Times = 1, after: After = 0, from_: Sender = None, may_not_happen: YesNo = False
    ) -> None:
        """The next messages of a kind are taken, and arrive after the one that follows them: out of order.

        Args:
            what: Which, by its name.
            times: How many, or all from now on; one, when left out.
            after: How many pass unharmed before; none, when left out.
            from_: Only those of this participant.
            may_not_happen: There may be no such message, and the journey passes all the same.
        """
        await self._fail(FaultKind.HELD_BACK, what, times, after, from_, may_not_happen)

    @step("the network delays", plain="what", check=_refuse_way)
    async def network_delays(
        self,
        what: What,
        *,
        time: Annotated[timedelta, POSITIVE_DURATION],
        times: Times = 1,
        after: After = 0,
        from_: Sender = None,
        may_not_happen: YesNo = False,
    ) -> None:
        """The next messages of a kind arrive late.

        Args:
            what: Which, by its name.
            time: How late.
            times: How many, or all from now on; one, when left out.
            after: How many pass unharmed before; none, when left out.
            from_: Only those of this participant.
            may_not_happen: There may be no such message, and the journey passes all the same.
        """
        await self._fail(FaultKind.LATE, what, times, after, from_, may_not_happen, delay=time)

    @step("the network answers", plain="what", check=_refuse_way)
    async def network_answers(
        self,
        what: What,
        *,
        status: Annotated[int, STATUS] = 503,
        times: Times = 1,
        after: After = 0,
        from_: Sender = None,
        may_not_happen: YesNo = False,
    ) -> None:
        """Something on the way answers the next messages of a kind with an error; they never arrive.

        Args:
            what: Which, by its name.
            status: With which error; 503, when left out.
            times: How many, or all from now on; one, when left out.
            after: How many pass unharmed before; none, when left out.
            from_: Only those of this participant.
            may_not_happen: There may be no such message, and the journey passes all the same.
        """
        await self._fail(FaultKind.ANSWERED, what, times, after, from_, may_not_happen, status=status)

    @step("the network is well again")
    async def network_is_well_again(self, *, may_do_nothing: YesNo = False) -> None:
        """What was to go wrong, and has not yet, will not.

        Args:
            may_do_nothing: There may be nothing left that was to go wrong.
        """
        pending = await self.world.pending()
        if not (pending.faults or pending.deaths or self.troubles.are_lasting):
            self.nothing_to_do("nothing is left that was to go wrong", may_do_nothing)
        await self.world.heal()
        self.troubles.heal()

    @step("the app dies", plain="by")
    async def app_dies(self, by: Annotated[str | None, CUSTOMER] = None, *, may_do_nothing: YesNo = False) -> None:
        """The process of the bank's app dies, whatever it is in the middle of. The next `launch` starts another.

        Args:
            by: On whose phone.
            may_do_nothing: The app may not be running there.
        """
        person = self.person(by)
        if not person.has_app:
            self.nothing_to_do(f"the app does not run on {person.customer}'s phone", may_do_nothing)
        await self.world.kill_app(person.customer)
        person.session, person.has_app = None, False

    @step("DES dies", check=functools.partial(_refuse_death, receiver="des"))
    async def des_dies(
        self,
        *,
        for_: Annotated[timedelta, DURATION] = timedelta(),
        answering: Annotated[str | None, MESSAGE] = None,
        may_not_happen: YesNo = False,
    ) -> None:
        """The process of DES dies and is started again, with what it has written down.

        Args:
            for_: How long it is not there; it is started again at once, when left out.
            answering: It dies when it next has done this, before it has answered.
            may_not_happen: There may be no such message to answer, and the journey passes all the same.
        """
        if answering is not None:
            _refuse_both(for_)
            await self._die_answering("des", answering, may_not_happen)
        else:
            await self.world.kill_des(stays_down=for_)

    @step("the backend dies", check=functools.partial(_refuse_death, receiver="bank_backend"))
    async def backend_dies(
        self,
        *,
        for_: Annotated[timedelta, DURATION] = timedelta(),
        answering: Annotated[str | None, MESSAGE] = None,
        at: Annotated[str | None, CRASH_POINT] = None,
        may_not_happen: YesNo = False,
    ) -> None:
        """The process of the bank's backend dies and is started again, with what it has written down.

        Args:
            for_: How long it is not there; it is started again at once, when left out.
            answering: It dies when it next has done this, before it has answered.
            at: It dies when it next comes to this point of its work, such as provisioning.INTRODUCED.done-not-written.
            may_not_happen: It may never do this, or come to this point, and the journey passes all the same.
        """
        if at is not None:
            _refuse_both(for_)
            await self.world.crash_backend_at(at)
            self.troubles.ask_for_death(at, may_not_happen=may_not_happen)
        elif answering is not None:
            _refuse_both(for_)
            await self._die_answering("bank_backend", answering, may_not_happen)
        else:
            await self.world.kill_backend(stays_down=for_)

    async def _die_answering(self, receiver: str, answering: str, may_not_happen: bool) -> None:
        fault = Fault(kind=FaultKind.RECEIVER_DIES, receiver=receiver, what=_what(answering))
        await self.world.fail(self.troubles.ask(fault, may_not_happen=may_not_happen))

    async def _fail(
        self,
        trouble: FaultKind,
        what: str | None,
        times: int | None,
        after: int,
        sender: str | None,
        may_not_happen: bool,
        **more: Any,
    ) -> None:
        fault = Fault(kind=trouble, what=_what(what), times=times, after=after, sender=sender, **more)
        await self.world.fail(self.troubles.ask(fault, may_not_happen=may_not_happen))


def _refuse_both(stays_down: timedelta) -> None:
    if stays_down:
        raise StepFailed(_NOT_BOTH)
