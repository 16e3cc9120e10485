"""Results as a runner hands them over: a real world played and cut into steps, and others made by hand."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import anyio
import attrs

from bank_app_sim import Simulation
from bank_app_sim.journeys.results import Failure, JourneyResult, Outcome, State, StepResult
from bank_app_sim.timeline.clock import timestamp
from bank_app_sim.timeline.trace import Message
from impact_sdk import Weekly

# A name that runs a script if it is ever taken for HTML.
HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"


def played(seed: int = 7, *, dream: str = "Bike", fails: bool = True) -> JourneyResult:
    """The first journey of the starting page, whose last expectation fails or holds."""
    return anyio.run(_play, seed, dream, fails)


class Recorder:
    """Cuts the trace of a world into steps, and keeps the states between them."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._began = self._place()
        self.steps: list[StepResult] = []
        self.states: list[State] = [{"dreams": {}, "savehack_launches": {}, "deposits": {}, "accounts": {}}]

    def end(self, text: str, state: State, *, failure: Failure | None = None) -> None:
        """What happened since the last one was this step."""
        before = len(self.states) - 1
        if state != self.states[-1]:
            self.states.append(state)
        (began_at, sent), ended = self._began, self._place()
        self.steps.append(
            StepResult(
                number=str(len(self.steps) + 1),
                text=text,
                file="journeys/account-while-saving.journey.yaml",
                line=len(self.steps) + 5,
                outcome=Outcome.FAILED if failure else Outcome.PASSED,
                began_at=began_at,
                ended_at=ended[0],
                first_message=sent + 1,
                last_message=ended[1],
                before=before,
                after=len(self.states) - 1,
                failure=failure,
            )
        )
        self._began = ended

    def _place(self) -> tuple[str, int]:
        return timestamp(self._simulation.clock.now()), len(self._simulation.trace)


async def _play(seed: int, dream_name: str, fails: bool) -> JourneyResult:
    async with Simulation(seed=seed) as simulation:
        recorder = Recorder(simulation)
        dream = {"user": "ada", "target_cents": 250_000, "balance_cents": 0, "account": None}
        launch = {"dream": dream_name, "type": "Weekly", "amount_cents": 5_000, "state": "active"}
        deposit = {"dream": dream_name, "amount_cents": 5_000, "state": "requested", "to_account": None}
        none: State = recorder.states[0]

        session = await simulation.bank_app("ada").launch()
        recorder.end("ada launches Impact Finance", none)
        bike = await session.create_dream(dream_name, target_cents=250_000, expires_at=date(2028, 6, 1))
        dreams = {**none, "dreams": {dream_name: dream}}
        recorder.end(f"ada creates Dream {dream_name} of 2500.00 by 2028-06-01", dreams)
        await session.launch_savehack(bike, Weekly(amount_cents=5_000, weekday=0))
        saving = {**dreams, "savehack_launches": {"Weekly": launch}, "deposits": {"1": deposit}}
        recorder.end(f"ada launches Weekly of 50.00 on monday for {dream_name}", saving)
        await simulation.advance(timedelta(days=3))
        settled = {
            "dreams": {dream_name: {**dream, "balance_cents": 5_000, "account": "SharedSavings of ada"}},
            "savehack_launches": saving["savehack_launches"],
            "deposits": {"1": {**deposit, "state": "settled", "to_account": "SharedSavings of ada"}},
            "accounts": {"SharedSavings of ada": {"user": "ada", "type": "SharedSavings", "balance_cents": 5_000}},
        }
        recorder.end("wait 3 days", settled)
        failure = Failure(
            expected="balance of SharedSavings of ada is 100.00",
            found="50.00",
            way_out="one deposit was settled by then; the second is requested on Monday 11 January",
        )
        recorder.end("expect balance of ada's account", settled, failure=failure if fails else None)
        messages = simulation.trace.as_json()
    steps = recorder.steps
    if not fails:
        return _played(seed, Outcome.PASSED, steps=steps, messages=messages, states=recorder.states)
    unreached = StepResult(number="6", text="ada signs out", line=10, outcome=Outcome.NOT_REACHED)
    return _played(seed, Outcome.FAILED, steps=[*steps, unreached], messages=messages, states=recorder.states)


def _played(seed: int, outcome: Outcome, **what_happened: Any) -> JourneyResult:
    return JourneyResult(
        name="account-while-saving",
        title="The account is opened while ada saves already",
        file="journeys/account-while-saving.journey.yaml",
        row="",
        seed=seed,
        world="in process, asyncio",
        outcome=outcome,
        seconds=0.0421,
        command=f"bank-app-sim run account-while-saving --seed {seed}",
        **what_happened,
    )


def made(name: str = "saves", outcome: Outcome = Outcome.PASSED, **others: Any) -> JourneyResult:
    """A result without a world."""
    return JourneyResult(
        **{
            "name": name,
            "title": f"A user {name}",
            "file": "",
            "row": "",
            "seed": 0,
            "world": "in process, trio",
            "outcome": outcome,
            "seconds": 0.5,
            "steps": (),
            **others,
        }
    )


def step(number: str, first: int, last: int) -> StepResult:
    """A step that passed, with the messages from the first to the last."""
    at = "2027-01-04T08:00:00.000000Z"
    return StepResult(
        number=number,
        text=f"step {number}",
        line=None,
        outcome=Outcome.PASSED,
        began_at=at,
        ended_at=at,
        first_message=first,
        last_message=last,
    )


def many(result: JourneyResult, number: int) -> Sequence[JourneyResult]:
    """The same again and again under other names; every tenth keeps its failure."""
    steps = [attrs.evolve(step, outcome=Outcome.PASSED, failure=None) for step in result.steps]
    passing = attrs.evolve(result, steps=steps, outcome=Outcome.PASSED)
    return [
        attrs.evolve(result if n % 10 == 4 else passing, name=f"journey-{n}", title=f"{result.title}, {n}", seed=n)
        for n in range(number)
    ]


def message(n: int, label: str = "GET /users", **others: Any) -> dict[str, Any]:
    """A message as a result has it."""
    values = {
        "n": n,
        "at": "2027-01-04T08:00:00.000000Z",
        "from": "sdk",
        "to": "des",
        "label": label,
        "kind": "request",
        "detail": {},
        "user": "",
        "branch": "",
        **others,
    }
    assert Message.from_json(values).as_json() == values
    return values
