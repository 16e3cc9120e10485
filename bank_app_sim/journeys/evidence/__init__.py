"""What can be attached to a ticket: journeys as JUnit XML, as a page that opens offline, as JSON and as drawings."""

from .folder import write

__all__ = ["write"]
