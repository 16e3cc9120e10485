"""How users answer the bank's app."""

from datetime import timedelta
from typing import Annotated

from ...timeline.durations import shown
from ..vocabulary.kinds import Choice, ListOf
from ..vocabulary.moments import POSITIVE_DURATION
from ..vocabulary.words import Argument, step
from . import sayings
from .arguments import By, may_do_nothing
from .people import Attitude
from .stage import Stage

_ANSWER = Choice("answer", {"yes": Attitude.ACCEPTS, "no": Attitude.DECLINES, "nothing": Attitude.SAYS_NOTHING})
_SAYS = {meaning: word for word, meaning in _ANSWER.words.items()}

_NoQuestion = Annotated[bool, may_do_nothing("The journey also passes if there is no question.")]
_FewerQuestions = Annotated[bool, may_do_nothing("The journey also passes if there are fewer questions.")]


class AnswerSteps(Stage):
    """What users say to the next questions."""

    @step("the user answers", plain="answers")
    async def user_answers(
        self,
        answers: Annotated[
            tuple[Attitude, ...], Argument("answers", ListOf(_ANSWER), "The answers in order, such as [no, yes].")
        ],
        *,
        may_do_nothing: _FewerQuestions = False,
        by: By = None,
    ) -> None:
        """The user gives these answers to the next questions of the app, in order; the last one is repeated."""
        self._answers(by, answers, may_do_nothing)

    @step("the user accepts", plain="by")
    async def user_accepts(self, by: By = None, *, may_do_nothing: _NoQuestion = False) -> None:
        """From now on the user says yes to the app."""
        self._answers(by, (Attitude.ACCEPTS,), may_do_nothing)

    @step("the user declines", plain="by")
    async def user_declines(self, by: By = None, *, may_do_nothing: _NoQuestion = False) -> None:
        """From now on the user says no to the app."""
        self._answers(by, (Attitude.DECLINES,), may_do_nothing)

    @step("the user says nothing", plain="by")
    async def user_says_nothing(self, by: By = None, *, may_do_nothing: _NoQuestion = False) -> None:
        """From now on the user does not answer the app."""
        self._answers(by, (Attitude.SAYS_NOTHING,), may_do_nothing)

    @step("the user thinks for", plain="time")
    async def user_thinks_for(
        self,
        time: Annotated[timedelta, Argument("time", POSITIVE_DURATION, "How long.")],
        *,
        may_do_nothing: _NoQuestion = False,
        by: By = None,
    ) -> None:
        """From now on the user takes so long to answer."""
        person = self.person(by)
        person.takes = time
        what = f"{person.customer} is asked, and thinks for {shown(time)}"
        person.thinks = self.sayings.add(sayings.of_user(what, may_do_nothing=may_do_nothing))

    def _answers(self, by: str | None, answers: tuple[Attitude, ...], may_do_nothing: bool) -> None:
        person = self.person(by)
        person.attitudes = answers
        what = f"{person.customer} is asked, and says {', then '.join(_SAYS[each] for each in answers)}"
        saying = sayings.of_user(what, times=len(answers), may_do_nothing=may_do_nothing)
        person.says = self.sayings.add(saying)
