"""Calls to a shop system over HTTP, for adapters: one kept connection per address, every fault a `CommerceError`.

What matters most is told apart here: whether a write may have had its effect although no answer came (`uncertain`).
"""

import ipaddress
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

import httpx

from balcao.kit.i18n import N_
from balcao.ports.commerce import CommerceError

BAD_ADDRESS = N_("This is no address of a shop system. Enter it as https://shop.example.com.")
FORBIDDEN_ADDRESS = N_("This address belongs to the machine's own network and cannot be a shop system.")
UNKNOWN_HOST = N_("There is no server of this name. Check it for typing errors.")
CLOSED = N_("The shop system does not answer. Check the address and the port, and that a firewall lets us through.")
SLOW = N_("The shop system did not answer in time.")
CERTIFICATE = N_("The certificate of the shop system is not valid for this address.")
LOST = N_("The connection to the shop system broke off.")
LOGIN = N_("The shop system refuses the login. Check the key or the password.")
CLOCK = N_("The shop system refuses the login, and its clock differs from ours. Check the clocks of both.")
SCOPE = N_("The key may not do this. Give it the missing permission in the shop system.")
BUSY = N_("The shop system asks us to call less often. It is tried again by itself.")
BROKEN = N_("The shop system has a fault of its own. It is tried again by itself.")
MOVED = N_("The shop system sends us to another address. Enter that one.")
NOT_UNDERSTOOD = N_("The answer of the shop system cannot be understood. Check that the address is the right one.")

MOST_BYTES = 32 * 1024 * 1024
_CLOCK_MAY_DIFFER = timedelta(minutes=2)
_UNAUTHORISED, _PAYMENT_REQUIRED, _FORBIDDEN, _TIMEOUT, _LOCKED, _EARLY, _MANY = 401, 402, 403, 408, 423, 425, 429
_REDIRECTS = range(300, 400)
_FAULTS_OF_THEIRS = range(500, 600)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: a status below 300, or one of those the caller wanted to see."""

    status: int
    headers: Mapping[str, str] = field(repr=False)  # names in lower case
    content: bytes = field(repr=False)

    def json(self) -> Any:
        """Return the body read as JSON; raise `CommerceError` where it is none."""
        try:
            return httpx.Response(self.status, content=self.content).json()
        except ValueError as error:
            raise fault(NOT_UNDERSTOOD, "protocol", permanent=True, words=self.content[:200]) from error


@dataclass(frozen=True, slots=True)
class Caller:
    """One shop system to call. `headers` go with every call (they may hold the key); `seconds` is for each."""

    address: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    seconds: float = 20
    trust: ssl.SSLContext | None = None

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | Sequence[tuple[str, Any]] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        writes: bool = False,
        fine: Sequence[int] = (),
    ) -> Reply:
        """Call once and return the answer; `fine` are statuses of 300 and more that the caller wants to see.

        The body is `json`, or the fields of a `form` as browsers send them (OAuth 2 and some older systems want that).
        `writes`: it may have an effect there, so that an answer that does not come leaves the effect uncertain.
        Raises `CommerceError`.
        """
        client = _client(self.address.rstrip("/"), self.trust)
        try:
            with client.stream(
                method,
                path,
                params=httpx.QueryParams(params) if params else None,  # type: ignore[arg-type]  # a sequence of pairs is fine
                json=json,
                data=form,
                headers={**self.headers, **(headers or {})},
                timeout=self.seconds,
            ) as answer:
                reply = Reply(answer.status_code, dict(answer.headers), _body(answer))
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise _no_answer(error, writes=writes) from error
        if reply.status < _REDIRECTS.start or reply.status in fine:
            return reply
        raise refusal(reply, writes=writes)


def fault(
    hint: str,
    code: str,
    *,
    permanent: bool = False,
    words: object = "",
    uncertain: bool = False,
    retry_after: float | None = None,
) -> CommerceError:
    """Build the error: a hint for people (a message id), then the other side's own words on a line of their own."""
    said = readable(words)
    message = f"{hint}\n{said}" if said else hint
    return CommerceError(message, permanent=permanent, code=code, uncertain=uncertain, retry_after=retry_after)


def mark_of(key: str) -> str:
    """Return the mark that the key of an action leaves in a shop system: a short word, the same for the same key."""
    return f"balcao-{sha256(key.encode()).hexdigest()[:24]}"


def readable(words: object) -> str:
    """Return what a system said as one printable line of at most 200 characters."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]


@lru_cache(maxsize=64)
def _client(address: str, trust: ssl.SSLContext | None) -> httpx.Client:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise fault(BAD_ADDRESS, "connect", permanent=True) from error
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise fault(BAD_ADDRESS, "connect", permanent=True)
    _refuse_own_network(url.host)
    # Proxies and certificates of the environment are not trusted; nobody follows a redirect with a key in hand.
    return httpx.Client(base_url=url, verify=trust or _trust(), trust_env=False, follow_redirects=False)


def _refuse_own_network(host: str) -> None:
    """Refuse link-local addresses: there clouds hand out the secrets of the machine itself.

    Private networks are allowed, for that is where an ERP stands.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise fault(UNKNOWN_HOST, "connect") from error
    if any(ipaddress.ip_address(str(one[4][0]).partition("%")[0]).is_link_local for one in found):
        raise fault(FORBIDDEN_ADDRESS, "connect", permanent=True)


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _body(answer: httpx.Response) -> bytes:
    body = bytearray()
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > MOST_BYTES:
            raise httpx.DecodingError("The answer is too large.", request=answer.request)
    return bytes(body)


def _no_answer(error: Exception, *, writes: bool) -> CommerceError:
    """Say why no answer came. Before a connection stood, nothing can have happened over there."""
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return fault(BAD_ADDRESS, "connect", permanent=True)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        cause = _root(error)
        if isinstance(cause, ssl.SSLError):
            return fault(CERTIFICATE, "tls", permanent=True, words=getattr(cause, "verify_message", "") or cause)
        return fault(CLOSED, "connect")
    hint = SLOW if isinstance(error, httpx.TimeoutException) else LOST
    return fault(hint, "uncertain" if writes else "connect", uncertain=writes)


def _root(error: BaseException) -> BaseException:
    while (below := error.__cause__ or error.__context__) is not None:
        error = below
    return error


def refusal(reply: Reply, *, writes: bool) -> CommerceError:
    """Return the error that a status of 300 or more is: for a caller who looked into the answer and found no more."""
    status, words = reply.status, reply.content[:400]
    if status in _REDIRECTS:
        return fault(MOVED, "protocol", permanent=True, words=reply.headers.get("location", ""))
    if status == _UNAUTHORISED:
        is_off = clock_differs(reply.headers.get("date", ""))
        return fault(CLOCK if is_off else LOGIN, "clock" if is_off else "auth", permanent=True)
    if status in (_PAYMENT_REQUIRED, _FORBIDDEN):
        return fault(SCOPE, "scope", permanent=True, words=words)
    if status in (_LOCKED, _EARLY, _MANY):
        return fault(BUSY, "rate", retry_after=_seconds(reply.headers.get("retry-after", "")))
    if status in _FAULTS_OF_THEIRS or status == _TIMEOUT:
        after = _seconds(reply.headers.get("retry-after", ""))
        return fault(BROKEN, "uncertain" if writes else "protocol", words=words, uncertain=writes, retry_after=after)
    return fault(NOT_UNDERSTOOD, "protocol", permanent=True, words=f"{status} {readable(words)}")


def clock_differs(date: str) -> bool:
    """Tell whether the Date header of an answer is minutes away from our own clock."""
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return False
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    return abs(datetime.now(UTC) - theirs) > _CLOCK_MAY_DIFFER


def _seconds(after: str) -> float | None:
    """Return the seconds that a Retry-After asks for, whether it says so in seconds or as a date (RFC 9110, 10.2.3)."""
    try:
        return max(float(after), 0.0)
    except ValueError:
        pass
    try:
        when = parsedate_to_datetime(after)
    except ValueError:
        return None
    return max((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() - datetime.now(UTC).timestamp(), 0.0)
