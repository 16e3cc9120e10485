"""The words of scripts that are no steps: the parts of a journey, what stands beside a step, and how steps follow."""

import impact_sdk

from ..journey import STEPS
from ..vocabulary.kinds import choice

# What a script has, and what each of it means.
PARTS = {
    "journey": "What it is about, in a line.",
    "about": "What else there is to say about it.",
    "given": "What there is before the first step.",
    "begins with": "Another journey that is played first: one of the library, or a file beside this one or below.",
    "rows": "The journey is played once for each row; `<name>` stands for what the row has under this name.",
    "steps": "What happens, one after the other.",
}
NEEDED = ("journey", "steps")

# What can stand beside a step that somebody does.
MODIFIERS = {
    "times": "How often it is done, one after the other.",
    "fails": "The error that it has to end with; without it, it has to succeed.",
    "saying": "What this error has to say, among other things.",
    "by": "Which user does it: the first that is given, when left out. It can be a field as well.",
}

EXPECT, EVENTUALLY, RECORDED, MEANWHILE = "expect", "eventually", "expect as recorded", "meanwhile"
FLOW = {
    EXPECT: "What has to be so now, when all that is under way has come to rest.",
    EVENTUALLY: "What has to be so at some moment from now on; time passes until it is.",
    RECORDED: "What was recorded with --update has to be so again: messages, state, or both.",
    MEANWHILE: "Several branches at once; whose message goes next, the seed decides.",
}
VERBS = (*STEPS, *FLOW)

OF = "Whose part of the world is looked at; everybody's, when left out."
WITHIN = "How long that may take."

RECORDABLE = choice("thing to record", "messages", "state")


def _is_error(name: str) -> bool:
    """Whether an app can get it; errors of webhooks are for those who receive them."""
    thing = getattr(impact_sdk, name)
    is_ours = isinstance(thing, type) and issubclass(thing, impact_sdk.ImpactError)
    return is_ours and not issubclass(thing, impact_sdk.WebhookError)


# The SDK's errors, and what the bank's backend refuses its app. No app is told of a step that cannot be done.
FAILURES = choice("error", *filter(_is_error, dir(impact_sdk)), "BankRefused")
