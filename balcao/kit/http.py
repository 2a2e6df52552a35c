"""HTTP to addresses that people typed: webhooks, pictures in mails, token endpoints of providers.

Such an address must not reach what only this machine can reach (OWASP ASVS 1.3.6). Its name is resolved once, every
address behind it is checked, and the connection goes to a checked address, so that a second answer of the resolver
changes nothing. Redirects are answers like any other: nobody follows them.
"""

import asyncio
import ipaddress
import re
import socket
import ssl
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache

import httpx

Resolver = Callable[[str, int], Sequence[str]]

_SCHEME_PORTS = {"http": 80, "https": 443}
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_NUMERIC_END = re.compile(r"(?:^|\.)(?:0x[0-9a-f]*|[0-9]+)\.?$")
_OWN_NAMES = re.compile(r"(?:^|\.)(?:localhost|localdomain|local|internal|intranet|lan|home\.arpa)$")
_REFUSED_NETWORKS = [
    ipaddress.ip_network(network)
    for network in ("192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
]
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")


class FetchError(Exception):
    """A request brought no answer; `permanent` tells whether trying again is pointless."""

    permanent = False


class Refused(FetchError):
    """The address is malformed, or leads to where requests must not go."""

    permanent = True


class TooLarge(FetchError):
    """The answer is larger than the caller wants to read."""

    permanent = True


class Unreachable(FetchError):
    """The name is unknown now, or the other side did not answer properly or in time."""


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host by the system's resolver."""
    return [str(answer[4][0]) for answer in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Where requests may go and what they may cost: seconds in all, bytes of the answer's body."""

    allow_http: bool = False
    allow_private: bool = False
    ports: frozenset[int] | None = frozenset({80, 443, 8443})
    seconds: float = 10
    largest: int = 1024 * 1024
    cut: bool = False  # take the beginning of an answer that is too large instead of raising
    resolver: Resolver = resolve
    trust: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: status, headers by lower-case name, and the body as far as it was read."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is one of success; a redirect is none."""
        return 200 <= self.status < 300  # noqa: PLR2004 - what HTTP calls success


def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    policy: Policy | None = None,
) -> Fetched:
    """Make one request as `fetch_async` does, from code that has no event loop."""
    return asyncio.run(fetch_async(url, method=method, headers=headers, content=content, policy=policy))


async def fetch_async(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    policy: Policy | None = None,
) -> Fetched:
    """Make one request and read the answer; raise `Refused`, `TooLarge` or `Unreachable`."""
    rules = policy or Policy()
    try:
        async with asyncio.timeout(rules.seconds):
            target, addresses = await _checked(url, rules)
            return await _first_answer(_Call(target, method, headers or {}, content), addresses, rules)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError, zlib.error) as error:
        # Only the host is named: the rest of an address may hold secrets and errors are logged.
        raise Unreachable(f"No answer from {httpx.URL(url).host}: {str(error) or type(error).__name__}") from error


def check(url: str, *, policy: Policy | None = None) -> None:
    """Raise `Refused` if an address could never be asked; what its name leads to is looked at with each request."""
    rules = policy or Policy()
    host = _parsed(url, rules).raw_host.decode()
    if _is_address(host) and not rules.allow_private and not is_public(host):
        raise Refused(f"{host} is not a public address.")


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public internet, and no disguise of another one."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if any(ip in network for network in _REFUSED_NETWORKS if network.version == ip.version):
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        return ip in _GLOBAL_V6
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


async def _checked(url: str, policy: Policy) -> tuple[httpx.URL, list[str]]:
    """Return the parsed URL and the addresses that a connection may go to."""
    target = _parsed(url, policy)
    addresses = await _resolved(target, policy)
    if not policy.allow_private and not all(is_public(address) for address in addresses):
        raise Refused(f"{target.host} leads to an address that is not public.")
    return target, addresses


def _parsed(url: str, policy: Policy) -> httpx.URL:
    try:
        target = httpx.URL(url)
        host = target.raw_host.decode().lower()
    except (httpx.InvalidURL, UnicodeError, TypeError) as error:
        raise Refused("This is no address of a web page.") from error
    if target.scheme not in _SCHEME_PORTS or (target.scheme == "http" and not policy.allow_http):
        raise Refused("Only addresses that begin with https:// are allowed here.")
    if target.userinfo:
        raise Refused("An address with a password in it is not allowed here.")
    if policy.ports is not None and _port(target) not in policy.ports:
        raise Refused(f"Port {_port(target)} is not allowed here.")
    if not _is_address(host) and (not _HOST.fullmatch(host) or _NUMERIC_END.search(host)):
        raise Refused("The host is neither a name nor an address in its usual form.")
    if not policy.allow_private and _OWN_NAMES.search(host.rstrip(".")):
        raise Refused(f"{host} is a name of the local network.")
    return target


def _port(target: httpx.URL) -> int:
    return _SCHEME_PORTS[target.scheme] if target.port is None else target.port


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host


async def _resolved(target: httpx.URL, policy: Policy) -> list[str]:
    host = target.raw_host.decode()
    if _is_address(host):
        return [host]
    loop = asyncio.get_running_loop()
    addresses = await loop.run_in_executor(None, policy.resolver, host, _port(target))
    if not addresses:
        raise Unreachable(f"{target.host} has no address.")
    return list(dict.fromkeys(addresses))


@dataclass(frozen=True, slots=True)
class _Call:
    """One request as the caller wants it, with its target parsed."""

    target: httpx.URL
    method: str
    headers: Mapping[str, str]
    content: bytes | None


async def _first_answer(call: _Call, addresses: list[str], policy: Policy) -> Fetched:
    """Ask the addresses in turn until one takes the connection."""
    # Proxies of the environment would resolve the name anew, so the environment is not trusted.
    async with httpx.AsyncClient(verify=policy.trust or _trust(), trust_env=False, timeout=policy.seconds) as client:
        for address in addresses[:-1]:
            with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return await _answer(client, call, address, policy)
        return await _answer(client, call, addresses[-1], policy)


async def _answer(client: httpx.AsyncClient, call: _Call, address: str, policy: Policy) -> Fetched:
    request = client.build_request(
        call.method,
        call.target.copy_with(host=address),
        headers={"Accept-Encoding": "identity", **call.headers, "Host": call.target.netloc.decode()},
        content=call.content,
        extensions={"sni_hostname": call.target.raw_host.decode().rstrip(".")},
    )
    answer = await client.send(request, stream=True)
    try:
        return Fetched(answer.status_code, dict(answer.headers), await _body(answer, policy))
    finally:
        await answer.aclose()


async def _body(answer: httpx.Response, policy: Policy) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > policy.largest:
            break
    plain = _unpacked(bytes(body), answer.headers.get("content-encoding", "identity"), policy.largest + 1)
    if len(plain) > policy.largest and not policy.cut:
        raise TooLarge(f"The answer has more than {policy.largest} bytes.")
    return plain[: policy.largest]


def _unpacked(body: bytes, encoding: str, most: int) -> bytes:
    """Undo compression that was not asked for, and never more of it than wanted."""
    match encoding.lower():
        case "identity" | "":
            return body
        case "gzip" | "x-gzip" | "deflate":
            return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(body, most)
    raise Unreachable(f"The answer is packed as {encoding}, which was not asked for.")


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)
