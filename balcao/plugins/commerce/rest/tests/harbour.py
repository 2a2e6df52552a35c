"""A small REST shop that keeps real state and refuses every request that its description does not know."""

import json
import re
import threading
import time
from copy import deepcopy
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

# Like OpenAPI: method, path, what the query may name, what the body has to be.
DESCRIPTION: list[tuple[str, str, set[str], dict[str, type | tuple[type, ...]] | None]] = [
    ("GET", r"/orders", {"number", "email", "changed_since", "page", "per_page"}, None),
    ("GET", r"/orders/([^/]+)", set(), None),
    ("GET", r"/orders/([^/]+)/(refunds|returns|notes)", set(), None),
    ("GET", r"/products", {"changed_since", "after"}, None),
    ("GET", r"/products/([^/]+)", set(), None),
    (
        "PUT",
        r"/orders/([^/]+)/(address)",
        set(),
        dict.fromkeys(("street", "city", "state", "zip", "country", "name"), str),
    ),
    ("POST", r"/orders/([^/]+)/(void)", set(), {"why": str}),
    ("POST", r"/orders/([^/]+)/(refunds)", set(), {"amount": str, "reference": str, "why": str}),
    ("POST", r"/orders/([^/]+)/(returns)", set(), {"reference": str, "reason": str, "items": list}),
    ("POST", r"/orders/([^/]+)/(notes)", set(), {"text": str, "reference": str}),
    ("POST", r"/credits", set(), {"customer": str, "cents": int}),
]


def an_order(number: int, **more: Any) -> dict[str, Any]:
    order = {
        "id": f"o{number}",
        "number": f"H-{1000 + number}",
        "status": "paid",
        "currency": "BRL",
        "shipping": "15.90",
        "total": "215.70",
        "changed": f"2026-11-{number:02d}T10:00:00Z",
        "version": "1",
        "buyer": {"id": f"b{number}", "first": "Ana", "last": "Souza", "email": "ana@example.com"},
        "to": {
            "street": "Rua A, 1",
            "city": "São Paulo",
            "state": "SP",
            "zip": "01001-000",
            "country": "BR",
            "name": "Ana Souza",
        },
        "items": [{"id": "1", "title": "Camiseta", "qty": 2, "price": "99.90", "sku": "CAM-M", "returned": 0}],
        "payments": [{"id": f"p{number}", "kind": "card", "amount": "215.70"}],
        "refunds": [],
        "returns": [],
        "notes": [],
    }
    return {**order, **more}


@dataclass
class Harbour:
    """The shop. `moods` holds faults for the next requests: a status before doing it, or "lost" after."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    products: list[dict[str, Any]] = field(default_factory=list)
    credits: dict[str, dict[str, Any]] = field(default_factory=dict)
    moods: list[tuple[str, Any]] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)  # requests that its description does not know
    writes: int = 0
    token: str = "harbour-key"
    url: str = ""

    def answer(self, method: str, target: str, body: Any, headers: Any) -> tuple[int, Any, dict[str, str]]:
        split = urlsplit(target)
        query = dict(parse_qsl(split.query))
        if headers.get("Authorization") != f"Bearer {self.token}":
            return 401, {"message": "who are you?"}, {}
        mood = self.moods.pop(0) if self.moods and (self.moods[0][0] == "any" or method != "GET") else None
        if mood and isinstance(mood[1], int):
            return mood[1], {"message": "not now"}, {"Retry-After": "7"}
        for known, pattern, names, shape in DESCRIPTION:
            found = re.fullmatch(pattern, split.path)
            if known == method and found:
                wrong = self._wrong(query, names, body, shape)
                if wrong:
                    break
                status, told = self._done(method, found, query, body, headers)
                self.writes += method != "GET" and status < 300
                return (500, {"message": "lost"}, {}) if mood else (status, told, {})
        self.strangers.append(f"{method} {target} {body}")
        return 400, {"message": f"no such request: {method} {target}"}, {}

    def _wrong(self, query: dict[str, str], names: set[str], body: Any, shape: Any) -> bool:
        if set(query) - names:
            return True
        if shape is None:
            return body is not None
        return set(body or {}) != set(shape) or any(not isinstance(body[name], kind) for name, kind in shape.items())

    def _done(
        self, method: str, found: re.Match[str], query: dict[str, str], body: Any, headers: Any
    ) -> tuple[int, Any]:
        path = found.group(0)
        if path == "/credits":
            made = self.credits.setdefault(headers["Idempotency-Key"], {"id": f"c{len(self.credits) + 1}", **body})
            return 201, {"credit": made}
        return self._of_products(path, found, query) or self._of_orders(method, path, found, query, body)

    def _of_products(self, path: str, found: re.Match[str], query: dict[str, str]) -> tuple[int, Any] | None:
        if path == "/products":
            after = int(query.get("after", "0"))
            following = after + 1 if after + 1 < len(self.products) else None
            return 200, {"products": self.products[after : after + 1], "next": following}
        if path.startswith("/products/"):
            product = next((one for one in self.products if one["id"] == found[1]), None)
            return (200, product) if product else (404, {"message": "no such product"})
        return None

    def _of_orders(
        self, method: str, path: str, found: re.Match[str], query: dict[str, str], body: Any
    ) -> tuple[int, Any]:
        if path == "/orders":
            return 200, self._listed(query)
        order = self.orders.get(found[1])
        if order is None:
            return 404, {"message": "no such order"}
        if method == "GET":
            part = found[2] if found.re.groups > 1 else None
            return 200, ({part: order[part]} if part else {"order": order})
        return getattr(self, f"_{found[2]}")(order, body)

    def _listed(self, query: dict[str, str]) -> dict[str, Any]:
        rows = list(self.orders.values())
        if "number" in query:
            return {"orders": [row for row in rows if row["number"] == query["number"]]}
        if "email" in query:
            return {"orders": [{"id": row["id"]} for row in rows if row["buyer"]["email"] == query["email"]]}
        rows = sorted((row for row in rows if row["changed"] >= query["changed_since"]), key=lambda row: row["changed"])
        size, page = int(query["per_page"]), int(query["page"])
        return {"orders": rows[(page - 1) * size : page * size], "pages": -(-len(rows) // size)}

    def _address(self, order: dict[str, Any], body: Any) -> tuple[int, Any]:
        if order["status"] not in ("paid", "packed"):
            return 409, {"message": "It has left."}
        order["to"] = body
        return 200, {"order": order}

    def _void(self, order: dict[str, Any], body: Any) -> tuple[int, Any]:
        if order["status"] not in ("paid", "packed"):
            return 409, {"message": "It has left."}
        order["status"], order["changed"] = "void", "2026-12-01T10:00:00Z"
        held = self._held(order)
        if held > 0:
            order["refunds"].append({"id": "void", "amount": f"{held / 100:.2f}", "reference": "void"})
        return 200, {"order": order}

    def _held(self, order: dict[str, Any]) -> int:
        paid = sum(round(float(one["amount"]) * 100) for one in order["payments"])
        return paid - sum(round(float(one["amount"]) * 100) for one in order["refunds"])

    def _refunds(self, order: dict[str, Any], body: Any) -> tuple[int, Any]:
        if not re.fullmatch(r"\d+\.\d\d", body["amount"]) or round(float(body["amount"]) * 100) > self._held(order):
            return 422, {"message": "Too much."}
        refund = {"id": f"r{len(order['refunds']) + 1}", "amount": body["amount"], "reference": body["reference"]}
        order["refunds"].append(refund)
        return 201, {"refund": refund}

    def _returns(self, order: dict[str, Any], body: Any) -> tuple[int, Any]:
        order["returns"].append({"id": f"t{len(order['returns']) + 1}", **body})
        return 201, {"return": order["returns"][-1]}

    def _notes(self, order: dict[str, Any], body: Any) -> tuple[int, Any]:
        order["notes"].append(deepcopy(body))
        return 201, {"note": body}


class Running:
    """The shop on a free port of this machine."""

    def __init__(self, shop: Any) -> None:
        handler = type("Handler", (_Handler,), {"shop": shop})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        shop.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class _Handler(BaseHTTPRequestHandler):
    shop: Any
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536  # an answer leaves in one piece: parted, it waits for the other side's late thanks

    def _serve(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_form = "form" in (self.headers.get("Content-Type") or "")
        body = dict(parse_qsl(raw.decode())) if is_form else json.loads(raw) if raw else None
        status, told, headers = self.shop.answer(self.command, self.path, body, self.headers)
        sent = json.dumps(told).encode()
        self.send_response_only(status)
        self.send_header("Date", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()))
        self.send_header("Content-Length", str(len(sent)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST = do_PUT = do_PATCH = _serve  # noqa: N815 - names of the library

    def log_message(self, *_: Any) -> None:
        pass
