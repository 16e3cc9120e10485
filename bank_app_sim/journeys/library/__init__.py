"""The journeys that come with the package; each file beside this one is one."""

from pathlib import Path

LIBRARY = Path(__file__).parent

SUFFIX = ".journey.yaml"

# Of all files that are journeys.
SUFFIXES = (SUFFIX, ".journey.yml")
