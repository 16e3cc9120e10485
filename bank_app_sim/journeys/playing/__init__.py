"""Journeys as they are played: one script in one world, many over the cores, and what was recorded of them."""
