"""The words of scripts other than steps: the parts of a journey, what stands beside a step, and what joins steps."""

import impact_sdk

from ..journey import STEPS
from ..vocabulary.kinds import choice

# The parts of a script, and what they mean.
PARTS = {
    "journey": "The title, in one line.",
    "about": "More about it.",
    "given": "What exists before the first step.",
    "begins with": "Another journey that is played first: one of the library, or a file beside this one or below.",
    "rows": "The journey is played once for each row; `<name>` stands for the row's value under this name.",
    "steps": "What happens, in order.",
}
NEEDED = ("journey", "steps")

# What can stand beside a step that somebody does.
MODIFIERS = {
    "times": "How often it is done.",
    "fails": "The error with which it has to end; without `fails`, it has to succeed.",
    "saying": "A part of the text of this error.",
    "by": "The user who does it. Default: the first of `users`. It can be an argument as well.",
}

EXPECT, EVENTUALLY, RECORDED, MEANWHILE = "expect", "eventually", "expect as recorded", "meanwhile"
FLOW = {
    EXPECT: "What has to be true now, when nothing is under way any more.",
    EVENTUALLY: "What has to be true at some moment from now on; time passes until it is.",
    RECORDED: "Messages, state, or both have to be as they were recorded with --update.",
    MEANWHILE: "Several branches at once; the seed decides whose message goes next.",
}
VERBS = (*STEPS, *FLOW)

OF = "The user whose part of the world is looked at. Default: everybody's."
WITHIN = "How long that may take."

RECORDABLE = choice("thing to record", "messages", "state")


def _is_error(name: str) -> bool:
    """Whether an app can get it; errors of webhooks are for those who receive them."""
    thing = getattr(impact_sdk, name)
    is_ours = isinstance(thing, type) and issubclass(thing, impact_sdk.ImpactError)
    return is_ours and not issubclass(thing, impact_sdk.WebhookError)


# The SDK's errors, and what the bank's backend refuses its app. No app is told of a step that cannot be done.
FAILURES = choice("error", *filter(_is_error, dir(impact_sdk)), "BankRefused")
