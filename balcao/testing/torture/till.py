"""A shop system over HTTP that pays back, and is as unkind as real ones: it fails before, after and instead.

It does whatever it is told as often as it is told: a refund that is asked for twice is paid twice, and shows.
"""

import json
import random
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from balcao.ports.calling import Caller
from balcao.ports.commerce import (
    Account,
    Action,
    ActionKind,
    Changes,
    Done,
    Instrument,
    InstrumentKind,
    KeyKind,
    Line,
    Link,
    Order,
    OrderStage,
    Outcome,
    Payment,
    Refund,
)
from balcao.ports.config import config_field

ORDERS = 12
PAID = 10_000  # minor units for each order
_PAGE = 5
_BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
_MOODS = ("fails before", "fails after", "hangs up after", "is busy", *["answers"] * 7)
_FINE, _MISSING, _REFUSED, _BUSY, _BROKEN = 200, 404, 409, 429, 500


@dataclass
class Till:
    """What the shop system knows."""

    chance: random.Random
    refunds: list[tuple[str, str, int]] = field(default_factory=list)  # (key, order, amount), as they were paid
    changed: dict[str, int] = field(default_factory=lambda: {str(n): n for n in range(1, ORDERS + 1)})
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def paid(self) -> Counter[str]:
        """Return how often something was paid under each key."""
        return Counter(key for key, _order, _amount in self.refunds)

    def order(self, ref: str) -> dict[str, Any]:
        """Return an order as it is told."""
        back = [amount for _key, order, amount in self.refunds if order == ref]
        return {"ref": ref, "back": back, "seq": self.changed[ref]}

    def pay_back(self, key: str, ref: str, amount: int) -> bool:
        """Pay back, once more each time it is asked; False when not so much is left."""
        if sum(self.order(ref)["back"]) + amount > PAID:
            return False
        self.refunds.append((key, ref, amount))
        self.changed[ref] = max(self.changed.values()) + 1
        return True


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Say nothing: callers are killed while they speak."""


@contextmanager
def till(seed: int) -> Iterator[tuple[Till, str]]:
    """Run a shop system on a free port of this machine; give what it knows, and its address."""
    known = Till(random.Random(seed))
    server = _Server(("127.0.0.1", 0), _answering(known))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield known, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answering(known: Till) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind, _, ref = self.path.strip("/").partition("/")
            with known.lock:
                if kind == "orders":
                    self._say(_FINE, known.order(ref)) if ref in known.changed else self._say(_MISSING, {})
                elif kind == "changes":
                    self._say(_FINE, _page(known, int(ref)))
                else:
                    paid = [order for key, order, _amount in known.refunds if key == ref]
                    self._say(_FINE, known.order(paid[0])) if paid else self._say(_MISSING, {})

        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with known.lock:
                mood = known.chance.choice(_MOODS)
                if mood in ("fails before", "is busy"):
                    self._say(_BROKEN if mood == "fails before" else _BUSY, {})
                    return
                is_done = known.pay_back(told["key"], told["order"], told["amount"])
                answer = known.order(told["order"])
            if mood == "hangs up after":
                self.close_connection = True
                return
            self._say(_BROKEN if mood == "fails after" else _FINE if is_done else _REFUSED, answer)

        def _say(self, status: int, answer: Mapping[str, Any]) -> None:
            body = json.dumps(answer).encode()
            self.send_response_only(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    return Answering


def _page(known: Till, after: int) -> dict[str, Any]:
    later = sorted((seq, ref) for ref, seq in known.changed.items() if seq > after)
    return {"orders": [known.order(ref) for _seq, ref in later[:_PAGE]], "more": len(later) > _PAGE}


@dataclass(frozen=True, slots=True)
class TillConfig:
    """Where it answers."""

    address: str = config_field("Address", required=True)


class TillBackend:
    """The adapter: it only knows how to pay back."""

    kind: ClassVar[str] = "till"
    label: ClassVar[str] = "Till"
    is_tried: ClassVar[bool] = True
    Config: ClassVar[type[Any]] = TillConfig

    def abilities(self, link: Link) -> frozenset[ActionKind]:
        """Say that it pays back."""
        return frozenset({ActionKind.REFUND})

    def order(self, ref: str, link: Link) -> Order | None:
        """Return an order."""
        reply = _caller(link).call("GET", f"/orders/{ref}", fine=[_MISSING])
        return _order(reply.json()) if reply.status == _FINE else None

    def find(self, kind: KeyKind, value: str, link: Link, *, limit: int = 20) -> Sequence[Order]:
        """Return the order of this number."""
        found = self.order(value, link) if kind == KeyKind.NUMBER else None
        return [found] if found else []

    def changes(self, cursor: Mapping[str, Any], link: Link) -> Changes:
        """Return what changed, a page of it."""
        after = cursor.get("after", 0)
        told = _caller(link).call("GET", f"/changes/{after}").json()
        seen = max((order["seq"] for order in told["orders"]), default=after)
        return Changes(tuple(map(_order, told["orders"])), {"after": seen}, more=told["more"])

    def perform(self, action: Action, order: Order | None, link: Link, *, key: str) -> Done:
        """Pay back. There is nothing over there that would notice the same key."""
        if not isinstance(action, Refund) or order is None:
            return Done(Outcome.REFUSED, code="not_able")
        told = {"key": key, "order": order.ref, "amount": action.amount}
        reply = _caller(link).call("POST", "/refunds", json=told, writes=True, fine=[_REFUSED])
        outcome = Outcome.DONE if reply.status == _FINE else Outcome.REFUSED
        return Done(outcome, _order(reply.json()), ref=key if outcome == Outcome.DONE else "")

    def recall(self, key: str, action: Action, order: Order | None, link: Link) -> Done | None:
        """Say whether something was paid under a key."""
        reply = _caller(link).call("GET", f"/deeds/{key}", fine=[_MISSING])
        return Done(Outcome.DONE, _order(reply.json()), ref=key) if reply.status == _FINE else None


def _caller(link: Link) -> Caller:
    return Caller(link.config.address, seconds=10)


def _order(told: Mapping[str, Any]) -> Order:
    card = Instrument("card", InstrumentKind.CARD, "visa ···· 1111")
    back = tuple(Payment(f"back-{n}", card, amount, is_refund=True) for n, amount in enumerate(told["back"]))
    return Order(
        ref=told["ref"],
        number=told["ref"],
        stage=OrderStage.DELIVERED,
        currency="BRL",
        account=Account("ana", "Ana Souza", "ana0@ana.example"),
        lines=(Line("1", "Caneca", 1, PAID),),
        payments=(Payment("paid", card, PAID), *back),
        placed_at=_BEGAN,
        version=str(told["seq"]),
    )
