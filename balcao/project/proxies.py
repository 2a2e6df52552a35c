"""Whom to believe about who asks and how: our own proxy says it in headers that anybody could send as well."""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

Network = IPv4Network | IPv6Network
Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]

_SAID = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT")
_SCHEMES = ("http", "https")


def behind_proxies(application: Application, *, trusted: Sequence[Network]) -> Application:
    """Let an application see the address and scheme that a trusted proxy saw, and nobody's word beside it.

    Of several addresses in `X-Forwarded-For` the last one counts: it is what the proxy itself saw, the others are what
    it was told.
    """

    def respond(environ: Environ, start_response: Any) -> Iterable[bytes]:
        said = {name: _last(environ.pop(name, "")) for name in _SAID}
        if is_trusted(environ.get("REMOTE_ADDR", ""), trusted):
            seen = _address(said["HTTP_X_FORWARDED_FOR"])
            if seen:
                environ["REMOTE_ADDR"] = str(seen)
            if said["HTTP_X_FORWARDED_PROTO"] in _SCHEMES:
                environ["wsgi.url_scheme"] = said["HTTP_X_FORWARDED_PROTO"]
        return application(environ, start_response)

    return respond


def is_trusted(text: str, trusted: Sequence[Network]) -> bool:
    """Tell whether an address is of one of these networks."""
    address = _address(text)
    return address is not None and any(address in network for network in trusted)


def _last(said: str) -> str:
    return said.rpartition(",")[2].strip().lower()


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address, with or without a port; an IPv4 one in IPv6's dress is itself."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
