"""A user's session: what it can do, its life, its end."""
