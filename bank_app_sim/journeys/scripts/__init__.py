"""Scripts: found, read, checked and documented, but not yet played."""
