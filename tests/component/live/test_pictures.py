"""Pictures from elsewhere, shown through our own address."""

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from django.core import signing
from PIL import Image

from balcao.api.live.routes import Live
from balcao.kit import proxied

from .conftest import Server


class Elsewhere(HTTPServer):
    """A site that a mail's pictures come from."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.heard: list[dict[str, str]] = []

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"


class Answering(BaseHTTPRequestHandler):
    server: Elsewhere

    def do_GET(self) -> None:
        self.server.heard.append(dict(self.headers))
        content = {"/tulip.png": tulip(), "/page": b"<script>alert(1)</script>", "/huge": b"x" * 200_000}
        self.send_response(302 if self.path == "/moved" else 200 if self.path in content else 404)
        self.send_header("Location", "/tulip.png")
        self.end_headers()
        self.wfile.write(content.get(self.path, b""))

    def log_message(self, *_: object) -> None:
        pass


def tulip() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 3), "red").save(out, "PNG", pnginfo=None)
    return out.getvalue()


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with Elsewhere() as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        yield site
        site.shutdown()
        thread.join()


def show(server: Server, url: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{server.port}{proxied.proxied(url)}")


def test_a_picture_is_fetched_by_us_and_shown_anew(server: Server, elsewhere: Elsewhere) -> None:
    answer = show(server, elsewhere.url("tulip.png"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(answer.content)).size == (4, 3)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert not {"Cookie", "Referer"} & set(elsewhere.heard[0])


@pytest.mark.parametrize("path,status", [("page", 415), ("huge", 413), ("moved", 502), ("nothing", 502)])
def test_what_is_no_picture_is_not_shown(server: Server, elsewhere: Elsewhere, path: str, status: int) -> None:
    assert show(server, elsewhere.url(path)).status_code == status


def test_a_site_that_is_away_is_said_to_be(server: Server) -> None:
    assert show(server, "http://127.0.0.1:9/tulip.png").status_code == 502


@pytest.mark.parametrize(
    "token",
    ["x", "x:y:z", signing.dumps("http://127.0.0.1:9/", salt="another purpose"), "a" * 5000],
    ids=["short", "malformed", "signed for something else", "long"],
)
def test_nobody_else_makes_us_fetch(server: Server, elsewhere: Elsewhere, token: str) -> None:
    assert httpx.get(f"http://127.0.0.1:{server.port}{proxied.PATH}{token}").status_code == 404
    assert elsewhere.heard == []


def test_an_address_lasts_a_while_only(monkeypatch: pytest.MonkeyPatch) -> None:
    token = proxied.proxied("http://example.com/a.png").removeprefix(proxied.PATH)
    assert proxied.original(token) == "http://example.com/a.png"
    monkeypatch.setattr(proxied, "LASTS", -1)
    assert proxied.original(token) is None


def test_in_earnest_our_own_network_is_out_of_reach() -> None:
    policy = Live()._web.state.policy
    assert not policy.allow_private
    assert policy.ports == {80, 443, 8443}
