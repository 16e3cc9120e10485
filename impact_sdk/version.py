"""Which version of the SDK this is: here, and in pyproject.toml, which a test holds against it."""

# A constant: to ask for the installed package's metadata takes longer than to import the SDK.
__version__ = "0.1.0"
