"""The OpenAPI document of DES: read, served, and shown as a page."""
