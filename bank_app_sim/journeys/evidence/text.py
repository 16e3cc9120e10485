"""Why a journey failed, as plain text: for the terminal and for pytest."""

from impact_sdk.parsing.visible import visible

from ...timeline.trace import Message
from ..playing import last_messages
from ..results import JourneyResult, StepResult


def headline(result: JourneyResult) -> str:
    """Why a journey failed, in one line."""
    if result.reason:
        return visible(result.reason.splitlines()[0])
    step = result.failed_step
    if step is None or step.failure is None:
        return "it has failed"
    return visible(f"expected {step.failure.expected}; there was {step.failure.found}")


def why(result: JourneyResult) -> str:
    """What a failed journey expected and found, its last messages, and the command that repeats it."""
    if result.reason:
        return "\n".join([*(f"    {visible(line)}" for line in result.reason.splitlines()), ""])
    step = result.failed_step
    if step is None or step.failure is None:
        return ""
    failure = step.failure
    lines = [f"    {visible(_where(step))}", f"      {visible(step.text)}", ""]
    lines += [f"    expected   {visible(failure.expected)}", f"    there was  {visible(failure.found)}"]
    lines += [f"    way out    {visible(failure.way_out)}"] if failure.way_out else []
    if result.messages:
        lines += ["", *_last_messages(result)]
    lines += ["", f"    repeat it  {result.command}", ""]
    return "\n".join(lines)


def _where(step: StepResult) -> str:
    place = f"{step.file}:{step.line}" if step.file and step.line else step.file
    return ", ".join(filter(None, [f"step {step.number}", step.branch and f"in {step.branch}", place]))


def _last_messages(result: JourneyResult) -> list[str]:
    rounds = last_messages.last_rounds([Message.from_json(values) for values in result.messages])
    total = len(result.messages)
    lines = [f"    the last {last_messages.counted_in(rounds):,} of {total:,} message{'' if total == 1 else 's'}"]
    for each in rounds:
        lines += [f"      {last_messages.line(message)}" for message in each.messages]
        lines += [f"      {last_messages.again(each)}"] if each.times > 1 else []
    return lines
