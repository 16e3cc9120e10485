"""What goes wrong: on the network, and with processes."""

import functools
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from ...simulation import exchanges
from ...simulation.faults import Fault, FaultKind
from ..vocabulary.amounts import COUNT
from ..vocabulary.kinds import YES_NO, Choice
from ..vocabulary.messages import CRASH_POINT, HOW_MANY, MESSAGE, PARTICIPANTS, STATUS, any_message
from ..vocabulary.moments import DURATION, POSITIVE_DURATION
from ..vocabulary.words import Argument, CannotBe, step
from .arguments import may_do_nothing, user
from .people import StepFailed
from .stage import Stage

# The steps that make something go wrong on the network, and the kind of fault.
FAULTS = {
    "the network loses": FaultKind.LOST,
    "the network loses the answer to": FaultKind.ANSWER_LOST,
    "the network doubles": FaultKind.DOUBLED,
    "the network holds back": FaultKind.HELD_BACK,
    "the network delays": FaultKind.LATE,
    "the network answers": FaultKind.ANSWERED,
}

_What = Annotated[str | None, Argument("what", MESSAGE, "The name of the message.")]
_Times = Annotated[int | None, Argument("times", HOW_MANY, "How many, or all from now on. Default: 1.")]
_After = Annotated[int, Argument("after", COUNT, "How many messages pass first. Default: 0.")]
_From = Annotated[str | None, Argument("from", Choice("participant", PARTICIPANTS), "Only messages of this sender.")]
_Maybe = Annotated[
    bool,
    Argument("may not happen", YES_NO, "The journey also passes if there is no such message."),
]
_For = Annotated[
    timedelta,
    Argument("for", DURATION, "How long it stays down. Default: it restarts at once."),
]
_Answering = Annotated[
    str | None,
    Argument("answering", MESSAGE, "It dies the next time that it has done this and has not answered yet."),
]


def _refuse_way(arguments: Mapping[str, Any]) -> None:
    """Refuse a message that the participant never sends."""
    _refuse_what_nobody_sends(arguments.get("what"), "from", sender=arguments.get("from_"))


def _refuse_what_nobody_sends(
    message: str | None, argument: str, *, sender: str | None = None, receiver: str | None = None
) -> None:
    try:
        exchanges.refuse_what_nobody_sends(any_message(message), sender=sender, receiver=receiver)
    except exchanges.NoSuchMessage as error:
        raise CannotBe(str(error), argument) from error


_NOT_BOTH = "`for` cannot be together with `answering` or `at`: then it is started again at once"


def _refuse_death(arguments: Mapping[str, Any], receiver: str) -> None:
    """Refuse a message that the dying process never gets, and arguments that cannot be together."""
    answering, at = arguments.get("answering"), arguments.get("at")
    if answering is not None and at is not None:
        raise CannotBe("it dies once: `at` and `answering` cannot be together", "at")
    if answering is None and at is None and "may_not_happen" in arguments:
        raise CannotBe("`may not happen` goes with `answering` or `at`; without them it dies now", "may not happen")
    if (answering is not None or at is not None) and arguments.get("for_"):
        raise CannotBe(_NOT_BOTH, "for")
    if answering is not None:
        _refuse_what_nobody_sends(answering, "answering", receiver=receiver)


class TroubleSteps(Stage):
    """Faults and deaths."""

    @step("the network loses", plain="what", check=_refuse_way)
    async def network_loses(
        self,
        what: _What,
        *,
        times: _Times = 1,
        after: _After = 0,
        from_: _From = None,
        may_not_happen: _Maybe = False,
    ) -> None:
        """The next messages of a kind never arrive."""
        await self._fail(_fault(FaultKind.LOST, what, times, after, from_), may_not_happen)

    @step("the network loses the answer to", plain="what", check=_refuse_way)
    async def network_loses_answer(
        self,
        what: _What,
        *,
        times: _Times = 1,
        after: _After = 0,
        from_: _From = None,
        may_not_happen: _Maybe = False,
    ) -> None:
        """The next messages of a kind arrive and have their effect, but their answers are lost."""
        await self._fail(_fault(FaultKind.ANSWER_LOST, what, times, after, from_), may_not_happen)

    @step("the network doubles", plain="what", check=_refuse_way)
    async def network_doubles(
        self,
        what: _What,
        *,
        times: _Times = 1,
        after: _After = 0,
        from_: _From = None,
        may_not_happen: _Maybe = False,
    ) -> None:
        """The next messages of a kind arrive twice."""
        await self._fail(_fault(FaultKind.DOUBLED, what, times, after, from_), may_not_happen)

    @step("the network holds back", plain="what", check=_refuse_way)
    async def network_holds_back(
        self,
        what: _What,
        *,
        times: _Times = 1,
        after: _After = 0,
        from_: _From = None,
        may_not_happen: _Maybe = False,
    ) -> None:
        """The next messages of a kind arrive after the message that follows them: out of order."""
        await self._fail(_fault(FaultKind.HELD_BACK, what, times, after, from_), may_not_happen)

    @step("the network delays", plain="what", check=_refuse_way)
    async def network_delays(
        self,
        what: _What,
        *,
        time: Annotated[timedelta, Argument("time", POSITIVE_DURATION, "The delay.")],
        times: _Times = 1,
        after: _After = 0,
        from_: _From = None,
        may_not_happen: _Maybe = False,
    ) -> None:
        """The next messages of a kind arrive late."""
        await self._fail(_fault(FaultKind.LATE, what, times, after, from_, delay=time), may_not_happen)

    @step("the network answers", plain="what", check=_refuse_way)
    async def network_answers(
        self,
        what: _What,
        *,
        status: Annotated[int, Argument("status", STATUS, "The status of the error. Default: 503.")] = 503,
        times: _Times = 1,
        after: _After = 0,
        from_: _From = None,
        may_not_happen: _Maybe = False,
    ) -> None:
        """The network answers the next messages of a kind with an error; they never arrive."""
        await self._fail(_fault(FaultKind.ANSWERED, what, times, after, from_, status=status), may_not_happen)

    @step("the network is well again")
    async def network_is_well_again(
        self,
        *,
        may_do_nothing: Annotated[bool, may_do_nothing("Pass also if no fault is left.")] = False,
    ) -> None:
        """Faults that have not happened yet are taken back."""
        pending = await self.world.pending()
        if not (pending.faults or pending.deaths or self.troubles.are_lasting):
            self.nothing_to_do("no planned fault is left", may_do_nothing)
        await self.world.heal()
        self.troubles.heal()

    @step("the app dies", plain="by")
    async def app_dies(
        self,
        by: Annotated[str | None, user("by", "The user with the phone.")] = None,
        *,
        may_do_nothing: Annotated[bool, may_do_nothing("Pass also if the app does not run there.")] = False,
    ) -> None:
        """The process of the bank's app dies at once. The next `launch` starts another."""
        person = self.person(by)
        if not person.has_app:
            self.nothing_to_do(f"the app does not run on {person.customer}'s phone", may_do_nothing)
        await self.world.kill_app(person.customer)
        person.session, person.has_app = None, False

    @step("DES dies", check=functools.partial(_refuse_death, receiver="des"))
    async def des_dies(
        self,
        *,
        for_: _For = timedelta(),
        answering: _Answering = None,
        may_not_happen: Annotated[
            bool,
            Argument(
                "may not happen",
                YES_NO,
                "The journey also passes if there is no such message to answer.",
            ),
        ] = False,
    ) -> None:
        """The process of DES dies and restarts with what it has stored."""
        if answering is not None:
            _refuse_both(for_)
            await self._die_answering("des", answering, may_not_happen)
        else:
            await self.world.kill_des(stays_down=for_)

    @step("the backend dies", check=functools.partial(_refuse_death, receiver="bank_backend"))
    async def backend_dies(
        self,
        *,
        for_: _For = timedelta(),
        answering: _Answering = None,
        at: Annotated[
            str | None,
            Argument(
                "at",
                CRASH_POINT,
                "It dies the next time that it comes to this point of its work, such as "
                "provisioning.INTRODUCED.done-not-written.",
            ),
        ] = None,
        may_not_happen: Annotated[
            bool,
            Argument(
                "may not happen",
                YES_NO,
                "The journey also passes if it never does this or comes to this point.",
            ),
        ] = False,
    ) -> None:
        """The process of the bank's backend dies and restarts with what it has stored."""
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
        fault = Fault(kind=FaultKind.RECEIVER_DIES, receiver=receiver, what=any_message(answering))
        await self._fail(fault, may_not_happen)

    async def _fail(self, fault: Fault, may_not_happen: bool) -> None:
        await self.world.fail(self.troubles.ask(fault, may_not_happen=may_not_happen))


def _fault(kind: FaultKind, what: str | None, times: int | None, after: int, sender: str | None, **more: Any) -> Fault:
    return Fault(kind=kind, what=any_message(what), times=times, after=after, sender=sender, **more)


def _refuse_both(stays_down: timedelta) -> None:
    if stays_down:
        raise StepFailed(_NOT_BOTH)
