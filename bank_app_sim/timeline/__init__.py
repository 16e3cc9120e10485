"""When things happen, in which order, and the record of it."""
