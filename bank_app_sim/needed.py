"""Which libraries the simulator needs. They are looked for once, before the rest of the simulator is loaded."""

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
    """Look for every library the simulator needs; load none of them.

    Raises:
        ModuleNotFoundError: A library is missing. Its `name` is `bank_app_sim`, as if the whole simulator were missing.
    """
    wanted = MODULES if sys.platform == "win32" else (*MODULES, *NOT_ON_WINDOWS)
    missing = [name for name in wanted if sys.modules.get(name) is None and find_spec(name) is None]
    if missing:
        raise ModuleNotFoundError(
            f"the simulator is not installed completely; missing: {', '.join(missing)}; "
            'install it with: pip install "impact-sdk[simulator]"',
            name=__package__,
        )


def missing_event_loop(name: str) -> str | None:
    """What to install for an event loop; None if it is installed."""
    if name == "asyncio" or find_spec(name) is not None:
        return None
    return f'the event loop {name} is not installed; install it with: pip install "impact-sdk[{name}]"'
