"""Who may ask DES: sign-in, sessions, ID tokens, the bank's access tokens."""
