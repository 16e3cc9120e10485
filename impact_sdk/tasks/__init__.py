"""Tasks, event loops and threads, and calls of the host's functions."""
