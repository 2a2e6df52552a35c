"""The house ERP "Bazaar": JSON over HTTP, all of it in memory. `python erp.py PORT [WEBHOOK_ADDRESS]`."""

import hashlib
import hmac
import json
import sys
import threading
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN, HOOK_SECRET = "bazaar-token", "bazaar-hook-secret"
PRODUCTS = {
    "MUG": {"sku": "MUG", "title": "Caneca azul", "price": "39.90", "stock": 12},
    "TEE": {"sku": "TEE", "title": "Camiseta M", "price": "89.00", "stock": 3},
}
ANA = {"id": 7, "name": "Ana Souza", "email": "ana@example.com", "phone": "+5511912345678"}
HOME = {"street": "Rua Augusta, 12", "city": "São Paulo", "state": "SP", "zip": "01304-000", "country": "BR"}


class Refused(Exception):
    """The ERP will not do this."""


class Erp:
    """The orders of the house."""

    def __init__(self, hook: str = "") -> None:
        """Begin with no orders; `hook` is called when one changes."""
        self.orders: dict[str, dict[str, Any]] = {}
        self.hook, self.ticks, self.lock = hook, 0, threading.RLock()

    def place(self, *, status: str = "new", skus: tuple[tuple[str, int], ...] = (("MUG", 2), ("TEE", 1))) -> str:
        """Place an order of Ana's, paid by card; return its number."""
        lines = [
            {"id": n, "sku": sku, "title": PRODUCTS[sku]["title"], "price": PRODUCTS[sku]["price"], "qty": count}
            for n, (sku, count) in enumerate(skus, 1)
        ]
        total = sum((Decimal(str(line["price"])) * int(str(line["qty"])) for line in lines), Decimal("10.00"))
        number = str(1001 + len(self.orders))
        self.orders[number] = {"id": int(number), "status": status, "currency": "BRL", "created": _now()}
        self.orders[number] |= {"customer": ANA, "address": HOME, "lines": lines, "shipping": "10.00"}
        self.orders[number] |= {"paid": str(total), "refunds": [], "notes": []}
        self._changed(self.orders[number])
        return number

    def do(self, order: dict[str, Any], deed: str, body: dict[str, Any]) -> None:
        """Carry out what was asked, or raise `Refused`."""
        deeds: dict[str, Callable[[dict[str, Any], dict[str, Any]], None]] = {
            "refund": self._refund,
            "cancel": self._cancel,
            "address": self._readdress,
            "note": lambda order, body: order["notes"].append(body["text"]),
            "status": lambda order, body: order.update(status=body["status"]),
        }
        deeds[deed](order, body)
        self._changed(order)

    def _refund(self, order: dict[str, Any], body: dict[str, Any]) -> None:
        left = Decimal(order["paid"]) - sum(Decimal(one["amount"]) for one in order["refunds"])
        if Decimal(body["amount"]) > left:
            raise Refused(f"only {left} left to refund")
        order["refunds"].append({"lines": [], "reason": "", **body, "id": len(order["refunds"]) + 1, "at": _now()})

    def _cancel(self, order: dict[str, Any], body: dict[str, Any]) -> None:
        if order["status"] not in ("new", "packing"):
            raise Refused(f"order is {order['status']}")
        self._refund(order, {**body, "amount": order["paid"]})
        order["status"] = "cancelled"

    def _readdress(self, order: dict[str, Any], body: dict[str, Any]) -> None:
        if order["status"] not in ("new", "packing"):
            raise Refused(f"order is {order['status']}")
        order["address"] = body

    def _changed(self, order: dict[str, Any]) -> None:
        self.ticks += 1
        order |= {"seq": self.ticks, "updated": _now()}
        if self.hook:
            threading.Thread(target=self._call, args=(order["id"],), daemon=True).start()

    def _call(self, number: int) -> None:
        body = json.dumps({"order_id": number}).encode()
        signature = hmac.new(HOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
        request = urllib.request.Request(self.hook, body, {"X-Bazaar-Signature": signature})
        with urllib.request.urlopen(request, timeout=5):
            pass


class Door(BaseHTTPRequestHandler):
    """Answers programs that have the token."""

    erp: Erp

    def do_GET(self) -> None:
        """Tell of an order, of many, of a product."""
        with self.erp.lock:
            self._answer(*(self._stranger() or self._reply({})))

    def do_POST(self) -> None:
        """Place an order, or do something to one."""
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        with self.erp.lock:
            self._answer(*(self._stranger() or self._reply(body)))

    def _stranger(self) -> tuple[int, Any] | None:
        return None if self.headers.get("Authorization") == f"Bearer {TOKEN}" else (401, {"error": "wrong token"})

    def _reply(self, body: dict[str, Any]) -> tuple[int, Any]:
        address, no = urlsplit(self.path), (404, {"error": "not found"})
        match [self.command, *address.path.strip("/").split("/")]:
            case ["GET", "products", sku]:
                return (200, PRODUCTS[sku]) if sku in PRODUCTS else no
            case ["GET", "orders"]:
                return 200, {"orders": self._found(dict(parse_qsl(address.query)))}
            case ["POST", "orders"]:
                return 201, self.erp.orders[self.erp.place(**body)]
            case ["GET", "orders", number]:
                return (200, self.erp.orders[number]) if number in self.erp.orders else no
            case ["POST", "orders", number, deed] if number in self.erp.orders:
                return self._done(self.erp.orders[number], deed, body)
        return no

    def _done(self, order: dict[str, Any], deed: str, body: dict[str, Any]) -> tuple[int, Any]:
        try:
            self.erp.do(order, deed, body)
        except Refused as error:
            return 409, {"error": str(error)}
        return 200, order

    def _found(self, query: dict[str, str]) -> list[dict[str, Any]]:
        found = [one for one in self.erp.orders.values() if one["seq"] > int(query.get("since", 0))]
        for key in {"email", "phone"} & query.keys():
            found = [one for one in found if one["customer"][key] == query[key]]
        return sorted(found, key=lambda one: int(one["seq"]))[: int(query.get("limit", 100))]

    def _answer(self, status: int, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: Any) -> None:
        """Say nothing of calls."""


def server(port: int = 0, hook: str = "") -> ThreadingHTTPServer:
    """Return the ERP on a port of the loopback, not serving yet; 0 takes a free one."""
    door = type("HouseDoor", (Door,), {"erp": Erp(hook)})
    return ThreadingHTTPServer(("127.0.0.1", port), door)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


if __name__ == "__main__":
    server(int(sys.argv[1]), *sys.argv[2:]).serve_forever()
