"""What can be attached to a ticket: journeys as JUnit XML, as a page that opens offline, as JSON and as drawings."""

from .folder import clear, write

__all__ = ["clear", "write"]
