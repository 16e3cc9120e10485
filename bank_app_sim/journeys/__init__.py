"""Journeys: scripts that QA writes, runs against a world, and keeps as evidence."""
