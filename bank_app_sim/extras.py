"""Who installs the SDK alone has this package too, and not what it needs."""

NO_SIMULATOR = (
    "the simulator is not installed, but for its own files: it is an extra of the SDK; "
    'install it with: pip install "impact-sdk[simulator]", from where the SDK came (bank_app_sim/docs/install.md)'
)


def is_simulator_missing(error: ModuleNotFoundError) -> bool:
    """Whether a module that is not there is one of what the simulator needs, and none of our own."""
    package = (error.name or "").partition(".")[0]
    return package not in ("bank_app_sim", "impact_sdk")
