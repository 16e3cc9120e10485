"""A bank's backend as a program of its own: takes orders, and posts each account a moment later. Nothing of ours in it.

Run it: python bank_program.py PORT, with IMPACT_DES_URL, IMPACT_CLIENT_ID and IMPACT_CLIENT_SECRET in the environment.
"""

import base64
import contextlib
import http.server
import json
import os
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

POSTED_AFTER_SECONDS = 0.1


def ask_des(path: str, body: bytes, headers: dict[str, str]) -> Any:
    request = urllib.request.Request(f"{os.environ['IMPACT_DES_URL']}{path}", body, headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


def post_account(order: dict[str, str]) -> None:
    pair = f"{os.environ['IMPACT_CLIENT_ID']}:{os.environ['IMPACT_CLIENT_SECRET']}"
    grant = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    basic = f"Basic {base64.b64encode(pair.encode()).decode()}"
    granted = ask_des("/oauth/token", grant, {**form, "Authorization": basic})
    account = {"userId": order["user_id"], "type": "SharedSavings", "externalId": order["external_id"]}
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {granted['access_token']}"}
    with contextlib.suppress(urllib.error.HTTPError):  # 409: it is there
        ask_des("/v1/accounts", json.dumps({"account": account}).encode(), headers)


class Orders(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(404)

    def do_POST(self) -> None:
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        threading.Timer(POSTED_AFTER_SECONDS, post_account, [order]).start()
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody is there to read it."""


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Orders)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
