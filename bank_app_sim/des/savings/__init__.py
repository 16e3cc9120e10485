"""What users have at DES: accounts, Dreams, savehack launches, consents, transactions."""
