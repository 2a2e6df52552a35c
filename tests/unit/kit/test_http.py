"""Requests reach the public internet and nothing else; real servers answer on the loopback."""

import asyncio
import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from balcao.kit.http import FetchError, Policy, Refused, TooLarge, Unreachable, fetch, fetch_async, is_public, resolve

PUBLIC = "93.184.216.34"


class Shop(BaseHTTPRequestHandler):
    """A server with a page for each way to behave."""

    seen: list[tuple[str, str, bytes]]

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        type(self).seen.append((self.path, self.headers["Host"], self.rfile.read(length)))
        pages: dict[str, Callable[[], None]] = {
            "/redirect": self.redirect,
            "/drip": self.drip,
            "/gzip": self.gzip,
            "/br": self.brotli,
        }
        pages.get(self.path, self.plain)()

    do_GET = do_POST  # noqa: N815 - the name the base class calls

    def plain(self) -> None:
        body = b"x" * int(self.path[1:]) if self.path[1:].isdigit() else b"ok"
        self.send_response(200)
        self.send_header("X-Shop", "Casa Jacaranda")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def redirect(self) -> None:
        self.send_response(302)
        self.send_header("Location", "http://169.254.169.254/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def gzip(self) -> None:
        body = gzip.compress(b"y" * 10_000_000)
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def brotli(self) -> None:
        self.send_response(200)
        self.send_header("Content-Encoding", "br")
        self.send_header("Content-Length", "1")
        self.end_headers()
        self.wfile.write(b"x")

    def drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(50):
                self.wfile.write(b".")
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name the base class gives
        pass


@contextmanager
def serving(trust: ssl.SSLContext | None = None) -> Iterator[tuple[type[Shop], int]]:
    handler = type("Branch", (Shop,), {"seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if trust:
        server.socket = trust.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield handler, server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def shop() -> Iterator[tuple[type[Shop], int]]:
    with serving() as server:
        yield server


def here(**changes: object) -> Policy:
    return Policy(**{"allow_http": True, "allow_private": True, "ports": None} | changes)  # type: ignore[arg-type] - tests change any


def never_asked(host: str, port: int) -> list[str]:
    raise AssertionError(f"The resolver was asked for {host}.")


def resolving_to(*addresses: str) -> Callable[[str, int], list[str]]:
    return lambda *_: list(addresses)


def test_an_answer_is_brought(shop: tuple[type[Shop], int]) -> None:
    handler, port = shop
    answer = fetch(
        f"http://127.0.0.1:{port}/hook?a=1", method="POST", content=b"{}", headers={"X-A": "b"}, policy=here()
    )
    assert (answer.status, answer.ok, answer.content) == (200, True, b"ok")
    assert answer.headers["x-shop"] == "Casa Jacaranda"
    assert handler.seen == [("/hook?a=1", f"127.0.0.1:{port}", b"{}")]


def test_an_answer_is_brought_in_async_code_too(shop: tuple[type[Shop], int]) -> None:
    assert asyncio.run(fetch_async(f"http://127.0.0.1:{shop[1]}/", policy=here())).content == b"ok"


def test_the_name_stays_in_the_host_header_while_the_checked_address_is_asked(shop: tuple[type[Shop], int]) -> None:
    handler, port = shop
    fetch(f"http://loja.example:{port}/", policy=here(resolver=resolving_to("127.0.0.1")))
    assert handler.seen[0][1] == f"loja.example:{port}"


def test_the_name_is_resolved_once(shop: tuple[type[Shop], int]) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    assert fetch(f"http://rebind.example:{shop[1]}/", policy=here(resolver=rebinding)).ok
    assert asked == ["rebind.example"]


def test_the_next_address_is_tried_when_one_takes_no_connection(shop: tuple[type[Shop], int]) -> None:
    assert fetch(f"http://loja.example:{shop[1]}/", policy=here(resolver=resolving_to("::1", "127.0.0.1"))).ok


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.0.0.1:443/",
        "http://10.0.0.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:8.8.8.8]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
        "http://[fe80::1%25eth0]/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://127.0.0.1./",
        "http://127。0。0。1/",
        "http://①②⑦.0.0.1/",
        "http://localhost/",
        "http://localhost./",
        "http://LOCALHOST/",
        "http://a.localhost/",
        "http://postgres.internal/",
        "http://router.local./",
        "http://user:secret@loja.example/",
        "http://loja.example@127.0.0.1/",
        "http://loja.example:22/",
        "http://loja.example:0/",
        "http://loja.example:8080/",
        "http://loja example/",
        "http://loja%2eexample/",
        "http://-/../",
        "http:///x",
        "http://",
        "//loja.example/",
        "ftp://loja.example/",
        "file:///etc/passwd",
        "gopher://loja.example/",
        "javascript:alert(1)",
        "",
        "loja.example",
        "http://x\r\nHost: y/",
        "http://" + "a" * 70_000 + "/",
    ],
)  # fmt: skip
def test_what_is_not_public_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(Refused) as raised:
        fetch(url, policy=Policy(allow_http=True, resolver=never_asked))
    assert raised.value.permanent
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "fd12::1", "169.254.169.254", "::ffff:10.0.0.1", "x"])
def test_one_private_address_among_public_ones_is_enough_to_refuse(address: str) -> None:
    with pytest.raises(Refused, match="not public"):
        fetch("https://loja.example/", policy=Policy(resolver=resolving_to(PUBLIC, address)))


@pytest.mark.parametrize("url", ["http://loja.example/", "HTTP://loja.example/"])
def test_plain_http_needs_permission(url: str) -> None:
    with pytest.raises(Refused, match="https"):
        fetch(url, policy=Policy(resolver=never_asked))


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:220:1::1", "2a00:1450::1"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "169.254.0.1", "172.16.0.1", "192.0.0.1",
        "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd00::1", "fe80::1",
        "fec0::1", "ff02::1", "", "loja.example", "2130706433",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_redirects_are_not_followed(shop: tuple[type[Shop], int]) -> None:
    answer = fetch(f"http://127.0.0.1:{shop[1]}/redirect", policy=here())
    assert (answer.status, answer.ok) == (302, False)
    assert len(shop[0].seen) == 1


def test_a_large_answer_is_refused_or_cut(shop: tuple[type[Shop], int]) -> None:
    url = f"http://127.0.0.1:{shop[1]}/1001"
    with pytest.raises(TooLarge, match="more than 1000 bytes"):
        fetch(url, policy=here(largest=1000))
    assert len(fetch(url, policy=here(largest=1001)).content) == 1001
    assert len(fetch(url, policy=here(largest=1000, cut=True)).content) == 1000


def test_a_compression_bomb_is_unpacked_no_further_than_wanted(shop: tuple[type[Shop], int]) -> None:
    url = f"http://127.0.0.1:{shop[1]}/gzip"
    with pytest.raises(TooLarge):
        fetch(url, policy=here(largest=100_000))
    assert fetch(url, policy=here(largest=100_000, cut=True)).content == b"y" * 100_000


def test_an_answer_packed_in_another_way_is_not_understood(shop: tuple[type[Shop], int]) -> None:
    with pytest.raises(Unreachable, match="packed as br"):
        fetch(f"http://127.0.0.1:{shop[1]}/br", policy=here())


def test_the_systems_resolver_knows_this_machine() -> None:
    assert {"127.0.0.1", "::1"} & set(resolve("localhost", 80))


def test_a_broken_address_is_not_repeated_in_the_error() -> None:
    with pytest.raises(FetchError) as raised:
        fetch("http://x\r\nsecret", policy=here())
    assert "secret" not in str(raised.value)


def test_the_time_is_limited_in_all_not_per_byte(shop: tuple[type[Shop], int]) -> None:
    began = time.monotonic()
    with pytest.raises(Unreachable) as raised:
        fetch(f"http://127.0.0.1:{shop[1]}/drip", policy=here(seconds=0.3))
    assert time.monotonic() - began < 2
    assert not raised.value.permanent


def test_a_silent_port_and_an_unknown_name_are_temporary() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1"):
            fetch(f"http://127.0.0.1:{unused.getsockname()[1]}/", policy=here(seconds=2))

    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror("unknown")

    with pytest.raises(Unreachable):
        fetch("https://nowhere.example/?token=secret", policy=Policy(resolver=unknown))
    with pytest.raises(Unreachable, match="no address"):
        fetch("https://nowhere.example/", policy=Policy(resolver=resolving_to()))


def test_a_server_that_speaks_no_http_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def babble() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"220 mail.example ESMTP\r\n")

        thread = threading.Thread(target=babble)
        thread.start()
        with pytest.raises(FetchError):
            fetch(f"http://127.0.0.1:{server.getsockname()[1]}/", policy=here(seconds=2))
        thread.join()


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what a server of this name shows, and what trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = datetime.now(tz=UTC) - timedelta(days=1)
    signed = (
        x509.CertificateBuilder(
            subject, subject, key.public_key(), x509.random_serial_number(), begin, begin + timedelta(days=9)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = signed.public_bytes(serialization.Encoding.PEM)
    (folder / "key.pem").write_bytes(
        pem
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(folder / "key.pem")
    return shown, ssl.create_default_context(cadata=pem.decode())


def test_the_certificate_must_be_that_of_the_name(tmp_path: Path) -> None:
    shown, trust = certificate(tmp_path, "loja.example")
    with serving(shown) as (_, port):
        policy = here(trust=trust, resolver=resolving_to("127.0.0.1"))
        assert fetch(f"https://loja.example:{port}/", policy=policy).content == b"ok"
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            fetch(f"https://outra.example:{port}/", policy=policy)
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            fetch(f"https://loja.example:{port}/", policy=here(resolver=resolving_to("127.0.0.1")))
