"""What lies in a report's page, as the browser unpacks it."""

import base64
import json
import re
import zlib
from typing import Any


def embedded(page: str) -> list[dict[str, Any]]:
    """Each journey of the page."""
    payloads = re.findall(r'<script type="text/plain" data-journey="[^"]*">([^<]*)</script>', page)
    return [json.loads(zlib.decompress(base64.b64decode(payload))) for payload in payloads]
