"""schemathesis against the served sandbox; see `__main__.py`."""
