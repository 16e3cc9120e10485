"""The contract check: it tries a bank's own callback against each rule of the handover, with a real DES."""

from .callback import NoCallback, find_callback
from .checking import Finding, check
from .hearing import Hearing
from .leaks import Secrets
from .observations import Trial
from .rules import RULES, Rule
from .stage import Options
from .trial_world import TrialWorld, trial_world
from .verdicts import Result, Verdict

__all__ = [
    "RULES",
    "Finding",
    "Hearing",
    "NoCallback",
    "Options",
    "Result",
    "Rule",
    "Secrets",
    "Trial",
    "TrialWorld",
    "Verdict",
    "check",
    "find_callback",
    "trial_world",
]
