"""Texts that people write: YAML with the place of each value, and the mistakes in it."""
