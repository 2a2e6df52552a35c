"""Receive webhooks of Balcão: check the signature, forget repeats, answer once it is safely stored.

    BALCAO_WEBHOOK_SECRET=whsec_... python receive.py 8099

Nothing but Python is needed. Keep `genuine` for your own server; the rest shows how it is used.
"""

import base64
import hmac
import json
import os
import sqlite3
import sys
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer

SECRET = os.environ["BALCAO_WEBHOOK_SECRET"]
TOLERANCE = 300  # seconds that a message may be old, or the clocks apart


def genuine(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> bool:
    """Tell whether Balcão sent this, unchanged and just now."""
    stamp = headers.get("webhook-timestamp", "")
    if not stamp.isdecimal() or abs(now - int(stamp)) > TOLERANCE:
        return False
    signed = f"{headers.get('webhook-id', '')}.{stamp}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    given = headers.get("webhook-signature", "").split()  # several while the secret is being changed
    return any(hmac.compare_digest(expected, one) for one in given)


class Receiver(BaseHTTPRequestHandler):
    """Takes each message once."""

    def do_POST(self) -> None:
        """Check, store, answer; what to do about it comes later, from the table."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not genuine(self.headers, body, SECRET, time.time()):
            self.send_error(401)
            return
        with sqlite3.connect("received.sqlite3") as store:
            store.execute("CREATE TABLE IF NOT EXISTS message (id TEXT PRIMARY KEY, body TEXT)")
            stored = store.execute(
                "INSERT OR IGNORE INTO message VALUES (?, ?)", (self.headers["webhook-id"], body.decode())
            )
        if stored.rowcount:
            told = json.loads(body)
            print(told["type"], told["data"], flush=True)  # noqa: T201
        self.send_response(204)  # only now: whoever fails before is told again
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
