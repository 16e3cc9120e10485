"""The words of scripts: the kinds of values, the names of things, and the functions that are steps."""
