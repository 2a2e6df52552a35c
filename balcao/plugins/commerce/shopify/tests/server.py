"""A Shopify shop on this machine. It answers nothing that the published schema does not know, and keeps real state.

The schema is `fixtures/admin_2026-10.graphql` (its source stands in it). What a mutation does to an order follows the
descriptions in that schema and Shopify's documents on cancelling, refunding, editing and returning orders.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from graphql import DocumentNode, GraphQLResolveInfo, build_schema, execute, parse, print_ast, validate

from balcao.plugins.commerce.shopify.config import ShopifyConfig
from balcao.plugins.commerce.shopify.documents import VERSION
from balcao.plugins.commerce.shopify.tests.state import State
from balcao.ports.commerce import Link

SCHEMA = build_schema((Path(__file__).parent / "fixtures" / f"admin_{VERSION}.graphql").read_text())
TOKEN, CLIENT_ID, SECRET = "shpat_example", "client-1", "secret-1"
BUCKET = {"maximumAvailable": 2000.0, "currentlyAvailable": 60.0, "restoreRate": 100.0}


class Shop:
    """The shop and how it misbehaves."""

    def __init__(self) -> None:
        self.state = State()
        self.address = ""
        self.wrong: list[str] = []  # what the schema did not allow: a test fails on it
        self.asked: list[str] = []
        self.tokens = {TOKEN}
        self.throttles = 0  # so many questions are told to wait
        self.most_cost = 10_000
        self.deepest = 25_000  # places that Shopify counts (shopify.dev/docs/api/usage/limits, "Pagination limits")
        self.fails_after = ""  # a mutation that is carried out, and its answer lost
        self.fails_before = ""
        self.denies = ""  # a field for which the app has no permission

    def answer(self, body: Mapping[str, Any]) -> tuple[int, Any]:
        """Answer one question."""
        document, variables = parse(body["query"]), body.get("variables") or {}
        name = document.definitions[0].name.value
        self.asked.append(name)
        return self._refused(document, variables, name) or self._executed(document, variables, name)

    def _refused(self, document: DocumentNode, variables: Mapping[str, Any], name: str) -> tuple[int, Any] | None:
        if self.throttles:
            self.throttles -= 1
            return 200, _error("Throttled", "THROTTLED", cost=260)
        if wrong := validate(SCHEMA, document):
            self.wrong += [str(one) for one in wrong]
            return 200, {"errors": [{"message": one.message} for one in wrong]}
        if self.denies and f" {self.denies}(" in print_ast(document):
            return 200, _error(f"Access denied for {self.denies} field.", "ACCESS_DENIED")
        if variables.get("first", 1) * variables.get("lines", 1) > self.most_cost:
            return 200, _error("Query cost is above 1000", "MAX_COST_EXCEEDED")
        if int(variables.get("after") or 0) >= self.deepest:
            return 200, _error("Pagination beyond the limit", "BAD_REQUEST")
        return None

    def _executed(self, document: DocumentNode, variables: Mapping[str, Any], name: str) -> tuple[int, Any]:
        if name == self.fails_before:
            return 500, {"errors": "Internal Server Error"}
        result = execute(SCHEMA, document, root_value=self.state, variable_values=variables, field_resolver=_resolved)
        if result.errors:
            self.wrong += [str(one) for one in result.errors]
            return 200, {"errors": [{"message": one.message} for one in result.errors]}
        if name == self.fails_after:
            return 500, {"errors": "Internal Server Error"}
        return 200, {"data": result.data, "extensions": {"cost": {"throttleStatus": BUCKET}}}


def _error(message: str, code: str, *, cost: int = 1) -> dict[str, Any]:
    # As in https://shopify.dev/docs/api/usage/limits: the errors beside the cost, no data.
    return {
        "errors": [{"message": message, "extensions": {"code": code}}],
        "extensions": {"cost": {"requestedQueryCost": cost, "actualQueryCost": None, "throttleStatus": BUCKET}},
    }


def _resolved(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
    """Return a field of a document, or what the state's method of this name answers."""
    if isinstance(source, State):
        keys = [
            node.arguments[0].value for node in info.field_nodes[0].directives or () if node.name.value == "idempotent"
        ]
        if keys:
            arguments["idempotency_key"] = info.variable_values.coerced[keys[0].name.value]
        return getattr(source, info.field_name)(**arguments)
    value = source.get(info.field_name)
    if callable(value):
        return value(**arguments)
    kind = str(info.return_type).strip("!")
    if kind == "MoneyBag" and isinstance(value, str):
        return {"presentmentMoney": {"amount": value, "currencyCode": "BRL"}}
    if kind.endswith("Connection"):
        return _page(value or [], arguments)
    return value


def _page(found: list[Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    begin = int(arguments.get("after") or 0)
    end = begin + arguments["first"]
    rows = list(reversed(found)) if arguments.get("reverse") else found
    more = len(rows) > end
    return {"nodes": rows[begin:end], "pageInfo": {"hasNextPage": more, "endCursor": str(end) if more else None}}


def link_to(shop: Shop, /, **other: Any) -> Link:
    """Return a connection to the shop."""
    config = ShopifyConfig(
        shop=shop.address, client_id=CLIENT_ID, client_secret=SECRET, access_token=TOKEN, gift_cards=True
    )
    return Link(replace(config, **other), key="1", currency="BRL", region="BR")


@contextmanager
def serve() -> Iterator[Shop]:
    """Run a shop on a free port."""
    shop = Shop()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = self.answered(sent)
            body = json.dumps(answer).encode()
            self.send_response_only(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def answered(self, sent: bytes) -> tuple[int, Any]:
            if self.path == "/admin/oauth/access_token":
                return _token(shop, parse_qs(sent.decode()))
            if self.path != f"/admin/api/{VERSION}/graphql.json":
                return 404, {"errors": "Not Found"}
            if self.headers.get("X-Shopify-Access-Token") not in shop.tokens:
                return 401, {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}
            with shop.state.lock:
                return deepcopy(shop.answer(json.loads(sent)))

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    shop.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _token(shop: Shop, form: Mapping[str, list[str]]) -> tuple[int, Any]:
    """Grant a token for id and secret (shopify.dev, "Using the client credentials grant")."""
    wanted = {"grant_type": ["client_credentials"], "client_id": [CLIENT_ID], "client_secret": [SECRET]}
    if form != wanted:
        return 400, {"error": "invalid_client"}
    fresh = f"granted-{len(shop.tokens)}"
    shop.tokens.add(fresh)
    return 200, {"access_token": fresh, "scope": "read_orders", "expires_in": 86399}
