"""What has to be there before anything of the simulator is loaded: said here once, and not by each first use."""

import sys
from importlib.util import find_spec

MODULES = (
    "anyio",
    "attrs",
    "cattrs",
    "certifi",
    "click",
    "cryptography",
    "httpcore",
    "httpx",
    "idna",
    "impact_sdk",
    "jinja2",
    "joserfc",
    "jsonpath",
    "markdown_it",
    "markupsafe",
    "orjson",
    "rich",
    "sqlalchemy",
    "ssrfguard",
    "standardwebhooks",
    "starlette",
    "tzdata",
    "uvicorn",
    "yaml",
)
NOT_ON_WINDOWS = ("httptools", "uvloop")
EVENT_LOOPS = ("asyncio", "trio")


def require_all() -> None:
    """Look for all of it, and load none.

    Raises:
        ModuleNotFoundError: Some of it is missing; it has the name of the simulator, as where all of it is.
    """
    wanted = MODULES if sys.platform == "win32" else (*MODULES, *NOT_ON_WINDOWS)
    missing = [name for name in wanted if sys.modules.get(name) is None and find_spec(name) is None]
    if missing:
        raise ModuleNotFoundError(
            f"the simulator is not installed, but for its own files; missing: {', '.join(missing)}; "
            'install it with: pip install "impact-sdk[simulator]"',
            name=__package__,
        )


def missing_event_loop(name: str) -> str | None:
    """What to install for one of the event loops; None where it is there."""
    if name == "asyncio" or find_spec(name) is not None:
        return None
    return f"the event loop {name} is not installed; install it with: pip install {name}"
