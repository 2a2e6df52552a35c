"""Logging in to Google and Microsoft mailboxes: OAuth 2 with PKCE, renewed by refresh token, used as XOAUTH2.

Endpoints and scopes: https://developers.google.com/gmail/imap/xoauth2-protocol and
https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
"""

import base64
import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from balcao.plugins.channels.mail import faults
from balcao.plugins.channels.mail.config import MailConfig
from balcao.ports.channel import ChannelError, Connection

_EARLY = 120  # seconds before its end in which a token is renewed already


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a company asks the account's owner, and where it hands out tokens."""

    consent: str
    token: str
    scope: str
    extra: tuple[tuple[str, str], ...] = ()


_GOOGLE = Endpoints(
    "https://accounts.google.com/o/oauth2/v2/auth",
    "https://oauth2.googleapis.com/token",
    "https://mail.google.com/",
    (("access_type", "offline"), ("prompt", "consent")),
)
_MICROSOFT = Endpoints(
    "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
    "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
    "offline_access https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send",
    (("prompt", "select_account"),),
)


def endpoints(config: MailConfig) -> Endpoints:
    """Return the endpoints for the kind of login that the mailbox uses."""
    if config.login == "google":
        return _GOOGLE
    tenant = quote(config.oauth_tenant or "common", safe="")
    return replace(
        _MICROSOFT, consent=_MICROSOFT.consent.format(tenant=tenant), token=_MICROSOFT.token.format(tenant=tenant)
    )


def consent_url(config: MailConfig, *, redirect_uri: str, state: str, verifier: str) -> str:
    """Return the page on which the account's owner lets us in; `verifier` is kept for `Tokens.exchange`."""
    there = endpoints(config)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": config.oauth_client_id,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": there.scope,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "login_hint": config.username or config.address,
        **dict(there.extra),
    }
    return f"{there.consent}?{urlencode(asked)}"


def xoauth2(name: str, token: str) -> str:
    """Return the SASL XOAUTH2 initial response, before base64."""
    return f"user={name}\x01auth=Bearer {token}\x01\x01"


class Tokens:
    """Access tokens by mailbox, kept in memory as long as they hold and renewed in time."""

    def __init__(
        self, *, transport: httpx.BaseTransport | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._held: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def exchange(self, config: MailConfig, *, redirect_uri: str, code: str, verifier: str) -> dict[str, str]:
        """Turn the code of a consent into the secrets to keep; raise ChannelError if it is not accepted."""
        answer = self._ask(
            config,
            {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier},
        )
        if not answer.get("refresh_token"):
            raise faults.fault(faults.CONSENT, "auth", permanent=True)
        return {"oauth_refresh_token": str(answer["refresh_token"])}

    def access(self, connection: Connection, *, anew: bool = False) -> str:
        """Return a valid access token; a refresh token that was replaced goes to `connection.keep_secrets`."""
        config: MailConfig = connection.config
        with self._lock:
            token, ends = self._held.get(_key(config.oauth_refresh_token), ("", 0.0))
        if token and not anew and self._clock() < ends - _EARLY:
            return token
        answer = self._ask(config, {"grant_type": "refresh_token", "refresh_token": config.oauth_refresh_token})
        token, ends = str(answer["access_token"]), self._clock() + float(answer.get("expires_in", 3600))
        fresh = str(answer.get("refresh_token") or config.oauth_refresh_token)
        with self._lock:
            self._held |= dict.fromkeys((_key(config.oauth_refresh_token), _key(fresh)), (token, ends))
        if fresh != config.oauth_refresh_token:
            connection.keep_secrets({"oauth_refresh_token": fresh})
        return token

    def _ask(self, config: MailConfig, question: Mapping[str, str]) -> Mapping[str, Any]:
        there = endpoints(config)
        form = {**question, "client_id": config.oauth_client_id, "scope": there.scope}
        if config.oauth_client_secret:
            form["client_secret"] = config.oauth_client_secret
        try:
            with httpx.Client(transport=self._transport, timeout=15, follow_redirects=False) as client:
                response = client.post(there.token, data=form)
        except httpx.HTTPError as error:
            raise faults.fault(faults.SLOW, "connect") from error
        return _understood(response)


def _key(refresh_token: str) -> str:
    return hashlib.sha256(refresh_token.encode()).hexdigest()


def _understood(response: httpx.Response) -> Mapping[str, Any]:
    """Return the answer of a token endpoint, or raise what its error means (RFC 6749, 5.2)."""
    try:
        answer = response.json()
    except ValueError:
        answer = {}
    if response.is_success and answer.get("access_token"):
        return dict(answer)
    words = answer.get("error_description") or answer.get("error") or response.status_code
    if response.is_server_error or response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise ChannelError(f"{faults.FAILED}\n{faults.readable(words)}", permanent=False, code="rate")
    raise faults.fault(faults.CONSENT, "auth", words=words)
