"""How the SDK tells a caller about a mistake."""
