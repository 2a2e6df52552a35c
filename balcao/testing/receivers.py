"""A receiver of webhooks on this machine, that answers as it is told."""

import random
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_PATIENCE = 10.0  # seconds
_HANGS_UP, _FAILS = 0.03, 0.1  # of an unkind one: shares of all messages


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it arrived."""

    path: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes


@dataclass
class Receiver:
    """What arrived, and how the next messages are answered (status, headers); then with 204."""

    address: str = ""
    received: list[Received] = field(default_factory=list)
    answers: deque[tuple[int, Mapping[str, str]]] = field(default_factory=deque)
    always: int = 204
    slow: float = 0.0  # seconds before each answer
    unkind: random.Random | None = None  # now and then it fails, or hangs up, after it has taken the message
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def ids(self) -> list[str]:
        """Return the ids of what arrived, in order."""
        return [one.headers["webhook-id"] for one in self.received]

    def answer(self, status: int, **headers: str) -> None:
        """Answer the next message so."""
        self.answers.append((status, {name.replace("_", "-"): value for name, value in headers.items()}))

    def wait_for(self, count: int) -> None:
        """Wait until so many have arrived."""
        until = time.monotonic() + _PATIENCE
        while len(self.received) < count:
            if time.monotonic() > until:
                raise TimeoutError(f"{len(self.received)} of {count} messages arrived.")
            time.sleep(0.01)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Say nothing: senders are killed while they speak."""


@contextmanager
def receiver(*, unkind: random.Random | None = None) -> Iterator[Receiver]:
    """Run a receiver on a free port."""
    known = Receiver(unkind=unkind)
    server = _Server(("127.0.0.1", 0), _answering(known))
    known.address = f"http://127.0.0.1:{server.server_port}/hooks"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answering(known: Receiver) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with known.lock:
                known.received.append(Received(self.path, headers, body))
                status, more = known.answers.popleft() if known.answers else (known.always, {})
                mood = known.unkind.random() if known.unkind else 1.0
            if mood < _HANGS_UP:
                self.close_connection = True
                return
            status = 500 if mood < _FAILS else status
            time.sleep(known.slow)
            self.send_response_only(status)
            for name, value in more.items():
                self.send_header(name, value)
            text = b"" if status == 204 else b"answered " + str(status).encode()  # noqa: PLR2004 - it has no body
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            pass

    return Answering
