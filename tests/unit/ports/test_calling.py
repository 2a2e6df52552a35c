"""Every way in which a shop system can fail to answer, against a real server on this machine."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from balcao.ports.calling import Caller, clock_differs, mark_of, refusal
from balcao.ports.commerce import CommerceError

Answer = Callable[[BaseHTTPRequestHandler], object]


@contextmanager
def shop_system(answer: Answer) -> Iterator[str]:
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def do_POST(self) -> None:
            answer(self)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def with_status(status: int, body: bytes = b"{}", **headers: str) -> Answer:
    def answer(call: BaseHTTPRequestHandler) -> None:
        call.send_response_only(status)
        for name, value in headers.items():
            call.send_header(name.replace("_", "-"), value)
        call.send_header("Content-Length", str(len(body)))
        call.end_headers()
        call.wfile.write(body)

    return answer


def error_of(answer: Answer, *, writes: bool = False, seconds: float = 5) -> CommerceError:
    with shop_system(answer) as address, pytest.raises(CommerceError) as raised:
        Caller(address, seconds=seconds).call("POST", "/orders", json={}, writes=writes)
    return raised.value


def test_an_answer_is_read_with_the_headers_and_words_that_were_sent() -> None:
    def answer(call: BaseHTTPRequestHandler) -> None:
        sent = json.loads(call.rfile.read(int(call.headers["Content-Length"])))
        with_status(200, json.dumps([call.path, call.headers["X-Key"], sent]).encode())(call)

    with shop_system(answer) as address:
        caller = Caller(f"{address}/api/", headers={"X-Key": "secret"})
        reply = caller.call("POST", "/orders", params={"page": 2}, json={"a": 1})

    assert reply.json() == ["/api/orders?page=2", "secret", {"a": 1}]
    assert "secret" not in repr(caller)


def test_a_form_is_sent_as_browsers_send_it() -> None:
    def answer(call: BaseHTTPRequestHandler) -> None:
        sent = call.rfile.read(int(call.headers["Content-Length"])).decode()
        with_status(200, json.dumps([call.headers["Content-Type"], sent]).encode())(call)

    with shop_system(answer) as address:
        reply = Caller(address).call("POST", "/token", form={"grant_type": "client_credentials", "scope": "a b"})

    assert reply.json() == ["application/x-www-form-urlencoded", "grant_type=client_credentials&scope=a+b"]


@pytest.mark.parametrize(
    "status, code, is_permanent",
    [(401, "auth", True), (403, "scope", True), (402, "scope", True), (429, "rate", False), (302, "protocol", True)],
)
def test_a_clear_refusal_had_no_effect(status: int, code: str, is_permanent: bool) -> None:
    error = error_of(with_status(status), writes=True)
    assert (error.code, error.permanent, error.uncertain) == (code, is_permanent, False)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_fault_of_theirs_leaves_a_write_uncertain_and_a_read_to_be_repeated(status: int) -> None:
    written, read = error_of(with_status(status), writes=True), error_of(with_status(status))
    assert (written.uncertain, written.permanent) == (True, False)
    assert (read.uncertain, read.permanent) == (False, False)


def test_they_say_when_to_come_back() -> None:
    assert error_of(with_status(429, Retry_After="7")).retry_after == 7
    later = error_of(with_status(503, Retry_After=formatdate(4102444800, usegmt=True)))
    assert later.retry_after
    assert later.retry_after > 1000
    assert error_of(with_status(429, Retry_After="soon")).retry_after is None


def test_a_refused_login_with_another_clock_names_the_clock() -> None:
    assert error_of(with_status(401, Date="Thu, 01 Jan 2015 00:00:00 GMT")).code == "clock"
    assert error_of(with_status(401, Date=formatdate(usegmt=True))).code == "auth"


def test_an_answer_that_never_comes_leaves_a_write_uncertain() -> None:
    waiting = threading.Event()
    try:
        error = error_of(lambda _: waiting.wait(5), writes=True, seconds=0.2)
    finally:
        waiting.set()
    assert error.uncertain


def test_a_line_that_breaks_leaves_a_write_uncertain() -> None:
    def breaking(call: BaseHTTPRequestHandler) -> None:
        call.connection.shutdown(socket.SHUT_RDWR)

    assert error_of(breaking, writes=True).uncertain
    assert not error_of(breaking).uncertain


def test_where_nobody_listens_nothing_can_have_happened() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(CommerceError) as raised:
            Caller(f"http://127.0.0.1:{taken.getsockname()[1]}").call("POST", "/", writes=True)
    assert (raised.value.code, raised.value.uncertain, raised.value.permanent) == ("connect", False, False)


@pytest.mark.parametrize(
    "address", ["ftp://shop.example", "shop.example", "https://ana:secret@shop.example", "http://169.254.169.254"]
)
def test_an_address_that_cannot_be_a_shop_system_is_refused(address: str) -> None:
    with pytest.raises(CommerceError) as raised:
        Caller(address).call("GET", "/")
    assert raised.value.permanent
    assert "secret" not in str(raised.value)


def test_a_page_instead_of_an_answer_is_named() -> None:
    with shop_system(with_status(200, b"<html>Shop</html>")) as address:
        reply = Caller(address).call("GET", "/")
        with pytest.raises(CommerceError, match="cannot be understood"):
            reply.json()


def test_a_caller_may_look_into_a_refusal_before_it_is_raised() -> None:
    with shop_system(with_status(500, b'{"code": "no_refund"}')) as address:
        reply = Caller(address).call("POST", "/", writes=True, fine=(500,))
    assert reply.json() == {"code": "no_refund"}
    assert refusal(reply, writes=True).uncertain


def test_a_key_leaves_the_same_mark_each_time_and_does_not_stand_in_it() -> None:
    assert mark_of("17.refund") == mark_of("17.refund") != mark_of("18.refund")
    assert "refund" not in mark_of("17.refund")
    assert len(mark_of("x" * 500)) < 40


def test_clocks_are_compared_by_the_date_of_an_answer() -> None:
    assert clock_differs("Thu, 01 Jan 2015 00:00:00 GMT")
    assert not clock_differs(formatdate(usegmt=True))
    assert not clock_differs("")
