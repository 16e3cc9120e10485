"""The HTTP client below an `ImpactSDK` or an `ImpactAPI`, made from their options."""

import logging
import random
from collections.abc import Iterable, Mapping
from typing import Any, Unpack

from .. import logs
from ..addresses import checked_base_url, goes_in_the_clear, host
from ..clock import Clock
from ..clock import of as clock_of
from ..mistakes.named import require_known
from ..mistakes.wrong import wrong
from ..secrets import Secret
from ..tasks.handed_over import source_of
from . import headers, policy, wire_logs
from .carriers.connection_options import ConnectionOptions
from .exchange import HTTP
from .identity import AppInfo, user_agent
from .options import ClientOptions
from .policy import DEFAULT, Policy

logger = logging.getLogger("impact_sdk")

# The options that say how to reach DES, and what `of()` takes besides.
CONNECTION = frozenset({*ConnectionOptions.__annotations__, "clock", "source", "app_info"})

ACCEPTED = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate"}


def client_of(called: str, base_url: str, options: dict[str, Any], known: Iterable[str] = ()) -> HTTP:
    """The client that a caller wants; `ConfigurationError` if an option, or the address, cannot work.

    Args:
        called: What the caller has called, such as `ImpactAPI()`.
        options: As `ClientOptions` has them.
        known: The caller's other arguments.
    """
    logs.show_as_the_environment_says()
    require_known(called, options, [*known, *ClientOptions.__annotations__])
    given = {name: value for name, value in options.items() if value is not None}
    app = given.get("app_info")
    if app is not None and not isinstance(app, AppInfo):
        raise wrong("app_info", app, "AppInfo(name=…, version=…)")
    added = headers.added("default_headers", given.get("default_headers"))
    connection = {name: value for name, value in given.items() if name in CONNECTION}
    return of(base_url, policy=policy.of(given), headers=added, **connection)


def of(
    base_url: str,
    *,
    policy: Policy = DEFAULT,
    clock: Clock | None = None,
    source: random.Random | None = None,
    app_info: AppInfo | None = None,
    headers: Mapping[str, str | Secret] | None = None,
    **connection: Unpack[ConnectionOptions],
) -> HTTP:
    """The client for an address; `ConfigurationError` if an argument cannot work.

    Args:
        headers: Sent with every request, besides our own.
    """
    from .carriers.choice import carrier_of  # loads ssl and httpcore, which a host's start should not pay for

    address = checked_base_url(base_url)
    carrier = carrier_of(address, **connection)
    wire_logs.hide_cookies()
    made = HTTP(
        base_url=address,
        clock=clock_of(clock),
        source=source_of(source),
        carrier=carrier,
        policy=policy,
        headers={**ACCEPTED, "User-Agent": user_agent(app_info, carrier.product), **(headers or {})},
    )
    is_ours = isinstance(connection.get("transport"), (str, type(None)))  # nobody knows where the host's leads
    if is_ours and goes_in_the_clear(address):
        logger.warning(
            "secrets and tokens go to %s unencrypted, because it is not an https address; give one as base_url",
            host(address),
            extra=logs.fields("connection.unencrypted", address=host(address)),
        )
    return made
