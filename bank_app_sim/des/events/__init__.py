"""What happened at DES, and how the bank hears of it."""
