"""Webhooks of DES: verified and read."""
