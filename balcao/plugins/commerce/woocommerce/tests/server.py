"""A WooCommerce shop on this machine. It takes only what the published arguments of a route allow, and keeps state.

The arguments are `fixtures/wc_v3.json` (its sources stand in it). Refusals have the statuses and codes of WooCommerce.
"""

import base64
import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs

from balcao.plugins.commerce.woocommerce.config import WooCommerceConfig
from balcao.plugins.commerce.woocommerce.tests.state import Answer, State
from balcao.ports.commerce import Link

KEY, SECRET, HOOK_SECRET = "ck_example", "cs_example", "hush"
ROUTES = json.loads((Path(__file__).parent / "fixtures" / "wc_v3.json").read_text())["routes"]
_NUMBER = re.compile(r"/(\d+|(?<=payment_gateways/)[\w-]+)(?=/|$)")


class Shop:
    """The shop and how it misbehaves."""

    def __init__(self) -> None:
        self.state = State()
        self.address = ""
        self.wrong: list[str] = []  # what the arguments did not allow: a test fails on it
        self.asked: list[str] = []
        self.may_write = True
        self.fails_after = ""  # a route that is carried out, and its answer lost
        self.fails_before = ""
        self.busy = 0  # so many calls are told to wait
        self.clock_is_off = False
        self.has_api = True

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any, login: str) -> Answer:
        """Answer one call."""
        route = f"{method} {_NUMBER.sub('/{id}', path)}"
        self.asked.append(route)
        if self.busy:
            self.busy -= 1
            return Answer({}, 429, {"Retry-After": "7"})
        if not self.has_api or route not in ROUTES:
            return Answer({"code": "rest_no_route", "message": "No route was found"}, 404)
        if refused := self._refused(method, login):
            return refused
        self._check(route, query, body)
        if route == self.fails_before:
            return Answer(None, 500)
        found = self.state.answer(route, re.findall(_NUMBER, path), query, body)
        return Answer(None, 500) if route == self.fails_after else found

    def _refused(self, method: str, login: str) -> Answer | None:
        code = "woocommerce_rest_authentication_error"
        if login != f"{KEY}:{SECRET}":
            return Answer({"code": code, "message": "Consumer key is invalid.", "data": {"status": 401}}, 401)
        if method != "GET" and not self.may_write:
            said = "The API key provided does not have write permissions."
            return Answer({"code": code, "message": said, "data": {"status": 401}}, 401)
        return None

    def _check(self, route: str, query: Mapping[str, str], body: Any) -> None:
        wanted = ROUTES[route]
        schema, given = (
            (wanted["body"], body) if "body" in wanted else (wanted["query"], _typed(wanted["query"], query))
        )
        for error in jsonschema_rs.validator_for(schema).iter_errors(given):
            self.wrong.append(f"{route}: {error.message}")
        if "body" in wanted and query:
            self.wrong.append(f"{route}: {query}")


def _typed(schema: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    """Return a query as WordPress reads it: numbers and truth values from text."""
    kinds = {name: one.get("type") for name, one in schema["properties"].items()}
    typed: dict[str, Any] = dict(query)
    for name, value in query.items():
        if kinds.get(name) == "integer" and value.isdigit():
            typed[name] = int(value)
        if kinds.get(name) == "boolean" and value in ("true", "false"):
            typed[name] = value == "true"
    return typed


def link_to(shop: Shop, /, **other: Any) -> Link:
    """Return a connection to the shop."""
    config = WooCommerceConfig(
        address=shop.address, consumer_key=KEY, consumer_secret=SECRET, webhook_secret=HOOK_SECRET
    )
    return Link(replace(config, **other), key="1", currency="BRL", region="BR")


@contextmanager
def serve() -> Iterator[Shop]:
    """Run a shop on a free port, in a folder as WordPress may stand in one."""
    shop = Shop()

    class Answering(BaseHTTPRequestHandler):
        def answered(self) -> None:
            url = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            root = "/loja/wp-json/wc/v3"
            if not url.path.startswith(root):
                self.send(Answer(None, 404))
                return
            login = base64.b64decode(self.headers.get("Authorization", "Basic ").partition(" ")[2]).decode()
            body = json.loads(sent) if sent else None
            with shop.state.lock:
                found = shop.answer(self.command, url.path.removeprefix(root), dict(parse_qsl(url.query)), body, login)
                self.send(found)

        do_GET = do_POST = do_PUT = answered  # noqa: N815 - the names that http.server looks for

        def send(self, found: Answer) -> None:
            body = b"<html>Critical error</html>" if found.body is None else json.dumps(found.body).encode()
            self.send_response_only(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("Date", formatdate(time.time() - 900 * shop.clock_is_off, usegmt=True))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    shop.address = f"http://127.0.0.1:{server.server_port}/loja"
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
