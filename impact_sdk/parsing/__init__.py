"""Readers of text that others wrote, such as headers and dates. Pure functions."""
