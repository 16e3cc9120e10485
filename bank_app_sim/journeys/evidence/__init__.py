"""The evidence of journeys, to attach to a ticket: JUnit XML, a page that opens offline, JSON and drawings."""

from .folder import clear, write

__all__ = ["clear", "write"]
