"""The savehack engine: when launches save, and how much. Pure functions: no clock, no storage, no network.

Launch, Step         its input and its answers                  launch.py
start, step, ...     the questions that can be asked           running.py
SAVEHACKS            the rules, one row for each type          savehacks.py, of amounts.py and schedules.py
FeedEvent            purchases, salaries, goals, savings       feed.py
zone                 time zones; days by the wall clock        wall_clock.py
"""

from .feed import NEEDED, Competition, FeedEvent, FeedType
from .launch import LARGEST_CENTS, Launch, Step
from .rule import Consent, Frequency, Kind, OwnField, Savehack
from .running import consent, on_feed, resume, start, step
from .savehacks import BY_LAUNCH_TYPE, BY_TYPE, SAVEHACKS
from .wall_clock import zone

__all__ = [
    "BY_LAUNCH_TYPE",
    "BY_TYPE",
    "LARGEST_CENTS",
    "NEEDED",
    "SAVEHACKS",
    "Competition",
    "Consent",
    "FeedEvent",
    "FeedType",
    "Frequency",
    "Kind",
    "Launch",
    "OwnField",
    "Savehack",
    "Step",
    "consent",
    "on_feed",
    "resume",
    "start",
    "step",
    "zone",
]
