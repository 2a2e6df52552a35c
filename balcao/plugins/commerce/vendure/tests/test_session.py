"""Faults that a healthy Vendure does not show, from a server of our own that answers as told."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from balcao.plugins.commerce.vendure import graph
from balcao.plugins.commerce.vendure.config import VendureConfig
from balcao.plugins.commerce.vendure.session import NOT_VENDURE, UNKNOWN_FIELD, Refused, Session, Tokens
from balcao.ports.calling import BROKEN
from balcao.ports.commerce import CommerceError

ANSWERS: list[bytes] = []


class Answering(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        is_login = "login(" in asked["query"]
        body = b'{"data": {"login": {"__typename": "CurrentUser"}}}' if is_login else ANSWERS.pop(0)
        self.send_response_only(200)
        if is_login:
            self.send_header("vendure-auth-token", "t0ken")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def session() -> Iterator[Session]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    ANSWERS.clear()
    try:
        yield Session(VendureConfig(f"http://127.0.0.1:{server.server_port}", "desk", "pw"), Tokens())
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def error(code: str, words: str = "words") -> bytes:
    return json.dumps({"errors": [{"message": words, "extensions": {"code": code}}], "data": None}).encode()


@pytest.mark.parametrize("writes, is_uncertain", [(True, True), (False, False)])
def test_a_fault_of_vendures_own_leaves_a_write_uncertain(session: Session, writes: bool, is_uncertain: bool) -> None:
    ANSWERS.append(error("INTERNAL_SERVER_ERROR", "the payment provider\ndid not answer"))
    with pytest.raises(CommerceError) as raised:
        session.ask(graph.REFUND, writes=writes)
    assert (raised.value.uncertain, raised.value.permanent) == (is_uncertain, False)
    assert str(raised.value).splitlines() == [BROKEN, "the payment provider did not answer"]


def test_what_vendure_does_not_take_had_no_effect(session: Session) -> None:
    ANSWERS.append(error("USER_INPUT_ERROR", "The order does not contain a line with id 7"))
    with pytest.raises(Refused) as raised:
        session.one(graph.MODIFY)
    assert (raised.value.code, raised.value.words) == (
        "USER_INPUT_ERROR",
        "The order does not contain a line with id 7",
    )
    assert not session.has_written


def test_another_version_is_told_from_a_wrong_address(session: Session) -> None:
    ANSWERS.extend([error("GRAPHQL_VALIDATION_FAILED"), b"<html>Welcome</html>", b"[]", b"{}"])
    said = []
    for _ in range(4):
        with pytest.raises(CommerceError) as raised:
            session.ask(graph.ONE_ORDER, id="1")
        assert raised.value.permanent
        said.append(str(raised.value).splitlines()[0])
    assert said == [UNKNOWN_FIELD, NOT_VENDURE, NOT_VENDURE, NOT_VENDURE]


def test_a_session_is_kept_and_opened_anew_once_when_it_has_ended(session: Session) -> None:
    ANSWERS.extend([error("FORBIDDEN"), b'{"data": {"order": null}}'])
    assert session.ask(graph.ONE_ORDER, id="1") == {"order": None}
    assert list(session.tokens.values()) == ["t0ken"]

    ANSWERS.extend([error("FORBIDDEN"), error("FORBIDDEN", "You are not authorized")])
    with pytest.raises(CommerceError) as raised:
        session.ask(graph.ONE_ORDER, id="1")
    assert raised.value.code == "scope"


def test_the_password_is_shown_nowhere(session: Session) -> None:
    assert "pw" not in repr(session)
