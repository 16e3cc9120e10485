"""Statements about webhook endpoints, and what is still to be delivered to them."""
