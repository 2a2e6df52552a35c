"""Who is believed about where a request comes from."""

from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

import pytest

from balcao.project.proxies import behind_proxies

NEAR = [ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"), ip_network("fc00::/7")]


def seen(peer: str, *, trusted: Any = NEAR, **headers: str) -> tuple[str, str, list[str]]:
    """Return what the pages see: the address, the scheme, and which of the proxy's headers are left."""
    found: list[tuple[str, str, list[str]]] = []

    def application(environ: dict[str, Any], _: Any) -> Iterable[bytes]:
        left = [name for name in environ if "FORWARDED" in name]
        found.append((environ["REMOTE_ADDR"], environ["wsgi.url_scheme"], left))
        return []

    said = {f"HTTP_X_FORWARDED_{name.upper()}": value for name, value in headers.items()}
    behind_proxies(application, trusted=trusted)({"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", **said}, None)
    return found[0]


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.1.2.3", "::ffff:10.1.2.3", "fd00::7"])
def test_a_proxy_of_ours_says_who_asks_and_how(peer: str) -> None:
    assert seen(peer, **{"for": "203.0.113.9", "proto": "https"}) == ("203.0.113.9", "https", [])


@pytest.mark.parametrize("trusted", [NEAR, []])
def test_nobody_else_does(trusted: Any) -> None:
    told = {"for": "10.0.0.1", "proto": "https"}
    assert seen("198.51.100.7", trusted=trusted, **told) == ("198.51.100.7", "http", [])


def test_without_a_proxy_the_machine_itself_is_not_believed_either() -> None:
    assert seen("127.0.0.1", trusted=[], **{"for": "203.0.113.9", "proto": "https"}) == ("127.0.0.1", "http", [])


def test_what_the_proxy_was_told_does_not_count() -> None:
    assert seen("127.0.0.1", **{"for": "10.0.0.1, 192.0.2.66, 203.0.113.9"})[0] == "203.0.113.9"


@pytest.mark.parametrize(
    "said, address",
    [("203.0.113.9:4711", "203.0.113.9"), ("[2001:db8::9]:80", "2001:db8::9"), ("2001:db8::9", "2001:db8::9")],
)
def test_a_port_is_left_out(said: str, address: str) -> None:
    assert seen("127.0.0.1", **{"for": said})[0] == address


@pytest.mark.parametrize("headers", [{"for": "unknown", "proto": "gopher"}, {"for": ""}, {"host": "evil.example"}])
def test_nonsense_changes_nothing(headers: dict[str, str]) -> None:
    assert seen("127.0.0.1", **headers) == ("127.0.0.1", "http", [])
