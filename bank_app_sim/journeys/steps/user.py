"""What users do in Impact Finance."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated

from impact_sdk import HandoverError, SavehackLaunch, Session

from ..vocabulary.kinds import Text
from ..vocabulary.moments import DAY
from ..vocabulary.name_kinds import NEW_DREAM
from ..vocabulary.savehacks import refuse_terms, terms_of
from ..vocabulary.words import Argument, step
from . import terms
from .answers import AnswerSteps
from .arguments import By, amount, dream, may_do_nothing
from .people import NO_SESSION, OPEN, Person

_LANGUAGE = r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?"


def _locale(text: str) -> str:
    """BCP 47: a language, a script and a country; the last two are optional."""
    if not re.fullmatch(_LANGUAGE, text):
        likely = text.replace("_", "-")
        such = f"did you mean {likely!r}?" if re.fullmatch(_LANGUAGE, likely) else "write for example sv-SE or en"
        raise ValueError(f"{text!r} is not a language of BCP 47; {such}")
    return text


_LOCALE = Text("a language", _locale, ("sv-SE", "en"), pattern=_LANGUAGE)

_Locale = Annotated[str, Argument("locale", _LOCALE, "The language. Default: sv-SE.")]
_NoneWaits = Annotated[bool, may_do_nothing("Pass also if no savehack waits for an account or a signature.")]
_SoAlready = Annotated[bool, may_do_nothing("Pass also if it is so already.")]
_EndedAlready = Annotated[bool, may_do_nothing("Pass also if the session has ended already.")]
_OfDream = Annotated[str | None, dream("for", "The newest one for this Dream.")]


class UserSteps(AnswerSteps):
    """The user's verbs."""

    @step("launch", plain="by")
    async def launch(self, by: By = None, *, locale: _Locale = "sv-SE") -> None:
        """The user opens Impact Finance in the bank's app."""
        person = self.person(by)
        app = person.takes_the_phone()
        since = len(await self.world.messages())
        person.session = await app.launch(locale=locale)
        person.since, person.has_left = since, False

    @step("resume paused launches", plain="by")
    async def resume_paused_launches(self, by: By = None, *, may_do_nothing: _NoneWaits = False) -> None:
        """The app starts the launches that wait from an earlier session; it may ask the user again."""
        person = self.person(by)
        launches = [
            each for each in (await self.world.state())["savehack launches"].values() if each["user"] == person.customer
        ]
        if person.session is not None and not any(map(_waits, launches)):
            there = ", ".join(f"{each['type']} for {each['dream']}, {each['state']}" for each in launches) or "none"
            self.nothing_to_do(f"no savehack of {person.customer} waits; there is {there}", may_do_nothing)
        person.launches += await person.in_session.resume_paused_launches()

    @step("create a Dream", plain="name")
    async def create_dream(
        self,
        name: Annotated[str, Argument("name", NEW_DREAM, "The name of the Dream.")],
        *,
        target_cents: Annotated[int, amount("The target. Default: 2500.00.", name="target")] = 250_000,
        wanted_by: Annotated[date | None, Argument("wanted by", DAY, "The day by which the user wants it.")] = None,
        by: By = None,
    ) -> None:
        """The user creates a Dream."""
        person = self.person(by)
        self.dream_names.add(name)
        try:
            dream = await person.in_session.create_dream(name, target_cents=target_cents, expires_at=wanted_by)
        except HandoverError as error:
            if error.dream is not None:  # it exists all the same
                person.has_created(name, error.dream)
            raise
        person.has_created(name, dream)

    @step("launch a savehack", plain=("savehack", "amount"), check=refuse_terms)
    async def launch_savehack(
        self,
        savehack: terms.Savehack,
        *,
        amount_cents: terms.Amount = None,
        weekday: terms.Weekday = None,
        day_of_month: terms.DayOfMonth = None,
        min_amount_cents: terms.MinAmount = None,
        max_amount_cents: terms.MaxAmount = None,
        percentage: terms.Percentage = None,
        round_to_cents: terms.RoundTo = None,
        team: terms.Team = None,
        friend: terms.Friend = None,
        for_: Annotated[str | None, dream("for", "For this Dream. Default: the newest.")] = None,
        by: By = None,
    ) -> None:
        """The user launches a savehack; the app may ask about an account or for a signature."""
        person = self.person(by)
        agreed = terms_of(
            savehack=savehack,
            amount_cents=amount_cents,
            weekday=weekday,
            day_of_month=day_of_month,
            min_amount_cents=min_amount_cents,
            max_amount_cents=max_amount_cents,
            percentage=percentage,
            round_to_cents=round_to_cents,
            team=team,
            friend=friend,
        )
        try:
            person.launches.append(await person.in_session.launch_savehack(person.dream(for_), agreed))
        except HandoverError as error:
            person.launches += error.launches  # they wait
            raise

    @step("pause the savehack", plain="for")
    async def pause_savehack(self, for_: _OfDream = None, *, may_do_nothing: _SoAlready = False, by: By = None) -> None:
        """The user pauses the newest savehack."""
        session, launch = await self._launch_in_another_state("paused", by, for_, may_do_nothing)
        await session.pause_launch(launch)

    @step("resume the savehack", plain="for")
    async def resume_savehack(
        self, for_: _OfDream = None, *, may_do_nothing: _SoAlready = False, by: By = None
    ) -> None:
        """The user resumes the newest savehack."""
        session, launch = await self._launch_in_another_state("active", by, for_, may_do_nothing)
        await session.resume_launch(launch)

    @step("stop the savehack", plain="for")
    async def stop_savehack(self, for_: _OfDream = None, *, may_do_nothing: _SoAlready = False, by: By = None) -> None:
        """The user stops the newest savehack for good."""
        session, launch = await self._launch_in_another_state("stopped", by, for_, may_do_nothing)
        await session.stop_launch(launch)

    @step("withdraw", plain="amount")
    async def withdraw(
        self,
        amount_cents: Annotated[int, amount("The amount.")],
        *,
        from_: Annotated[str | None, dream("from", "From this Dream. Default: the newest.")] = None,
        by: By = None,
    ) -> None:
        """The user asks for money back."""
        person = self.person(by)
        await person.in_session.withdraw(person.dream(from_), amount_cents)

    @step("move money", plain="amount")
    async def move(
        self,
        amount_cents: Annotated[int, amount("The amount.")],
        *,
        from_: Annotated[str | None, dream("from", "From this Dream.")] = None,
        to: Annotated[str | None, dream("to", "To this Dream.")] = None,
        by: By = None,
    ) -> None:
        """The user moves money between Dreams; without `from` or `to`, it is money that is in no Dream."""
        person = self.person(by)
        source = None if from_ is None else person.dream(from_)
        target = None if to is None else person.dream(to)
        await person.in_session.move(amount_cents, source=source, target=target)

    @step("delete the Dream", plain="name")
    async def delete_dream(
        self, name: Annotated[str | None, dream("name", "Which Dream. Default: the newest.")] = None, *, by: By = None
    ) -> None:
        """The user deletes a Dream."""
        person = self.person(by)
        dream = person.dream(name)
        await person.in_session.delete_dream(dream)
        person.dreams = [(name, each) for name, each in person.dreams if each.id != dream.id]

    @step("look around", plain="by")
    async def look_around(self, by: By = None) -> None:
        """The user looks at accounts, Dreams, savehacks and transactions."""
        session = self.person(by).in_session
        for listing in (session.accounts(), session.dreams(), session.savehack_launches(), session.transactions()):
            async for _ in listing:
                pass

    @step("keep the session alive", plain="by")
    async def keep_alive(self, by: By = None) -> None:
        """The app reports that the user is active."""
        await self.person(by).in_session.keep_alive()

    @step("sign out", plain="by")
    async def sign_out(self, by: By = None, *, may_do_nothing: _EndedAlready = False) -> None:
        """The user signs out of Impact Finance."""
        person = self.person(by)
        await self._require_open(person, may_do_nothing)
        await person.in_session.sign_out()

    @step("leave", plain="by")
    async def leave(self, by: By = None, *, may_do_nothing: _EndedAlready = False) -> None:
        """The app leaves Impact Finance; DES keeps the session until it expires."""
        person = self.person(by)
        await self._require_open(person, may_do_nothing)
        await person.in_session.close()
        person.has_left = True

    @step("open an account in advance", plain="by")
    async def open_account_in_advance(self, by: By = None) -> None:
        """The user orders an account before the first launch of Impact Finance, and waits for it."""
        await self.person(by).takes_the_phone().open_account_in_advance()

    async def _launch_in_another_state(
        self, state: str, by: str | None, dream: str | None, may_do_nothing: bool
    ) -> tuple[Session, SavehackLaunch]:
        """The newest launch. If it is in this state already, DES changes nothing, so that the step does nothing."""
        person = self.person(by)
        launch = person.launch(dream)
        there = (await self.world.state())["savehack launches"].get(launch.id)
        if there is not None and there["state"] == state:
            self.nothing_to_do(f"the {there['type']} for {there['dream']} is {state} already", may_do_nothing)
        return person.in_session, launch

    async def _require_open(self, person: Person, may_do_nothing: bool) -> None:
        """The SDK does nothing with a session that has ended."""
        state = person.how_the_session_is(await self.world.messages())
        if state not in (NO_SESSION, OPEN):
            self.nothing_to_do(f"{person.customer}'s session has ended already: {state}", may_do_nothing)


def _waits(launch: Mapping[str, object]) -> bool:
    """Whether the app has to finish it. If the user has paused it, only the user resumes it."""
    return bool(launch["pause_reason"] == "account_required" or launch["state"] == "draft")
