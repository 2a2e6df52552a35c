"""One shop system that a mapping file describes: requests that show who sends them, answers that are looked at."""

import base64
import hashlib
import time
from collections.abc import Mapping as Names
from dataclasses import dataclass, field
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.rest import filling
from balcao.plugins.commerce.rest.loading import mapping_of
from balcao.plugins.commerce.rest.paths import parsed, spelt
from balcao.plugins.commerce.rest.schema import Call, Condition, Mapping
from balcao.ports.calling import BUSY, NOT_UNDERSTOOD, Caller, Reply, fault, readable
from balcao.ports.commerce import CommerceError, Link

SAYS_NO = N_("The shop system refuses the question. Check the mapping file against what it says.")
NO_TOKEN = N_("The shop system gives out no token. Check the client and its secret.")
NO_ADDRESS = N_("There is no address of the shop system. Enter it in the settings or in the mapping file.")
ELSEWHERE = N_("The shop system points to a next page on another server. That is not followed.")

_tokens: dict[str, tuple[str, float]] = {}
_SPARE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the body read as JSON, and whether it says that there is no such thing."""

    status: int
    body: Any
    headers: Names[str, str] = field(repr=False)
    is_missing: bool = False
    is_refused: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """A mapping with a connection."""

    mapping: Mapping
    link: Link

    @property
    def settings(self) -> dict[str, Any]:
        """Return what every request may name."""
        return {"account": self.link.config.account, "login": self.link.config.login}

    def ask(
        self,
        call: Call,
        context: Names[str, Any],
        *,
        params: Names[str, str] | None = None,
        address: str = "",
        writes: bool = False,
        headers: Names[str, str] | None = None,
        fine: tuple[int, ...] = (),
    ) -> Answer:
        """Send a request and look at its answer; `address` replaces the path by one that the system gave itself.

        Raises `CommerceError`. With `writes` what the system refuses comes back as refused.
        """
        known = {**self.settings, **context}
        try:
            reply = self._sent(call, known, params or {}, address, writes=writes, headers=headers or {}, fine=fine)
        except CommerceError as error:
            # A token may have been withdrawn before its time; the call was refused, so it had no effect.
            if error.code != "auth" or not _tokens.pop(self._token_key(), None):
                raise
            reply = self._sent(call, known, params or {}, address, writes=writes, headers=headers or {}, fine=fine)
        return self._looked_at(reply, writes=writes, fine=fine)

    def _sent(
        self,
        call: Call,
        known: Names[str, Any],
        params: Names[str, str],
        address: str,
        *,
        writes: bool,
        headers: Names[str, str],
        fine: tuple[int, ...],
    ) -> Reply:
        caller, auth = self._caller(), self.mapping.auth
        secret = {**self.settings, "secret": self.link.config.secret}
        query = {} if address else {**filling.texts(call.query, known), **params}
        form = None if call.form is None else filling.texts(call.form, known)
        if auth.kind == "form":
            form = {**(form or {}), **filling.texts(auth.form, secret)}
        if auth.kind == "query":
            query |= filling.texts(auth.query, secret)
        return caller.call(
            call.method,
            self._same_server(address) if address else filling.path(call.path, known),
            params=query,
            json=None if call.body is None else filling.filled(call.body, known),
            form=form,
            headers={**filling.texts(call.headers, known), **headers},
            writes=writes,
            fine=fine,
        )

    def _caller(self) -> Caller:
        return Caller(
            self._address(), headers={"Accept": "application/json", "User-Agent": "Balcao", **self._auth_headers()}
        )

    def _address(self) -> str:
        address: str = self.link.config.address or filling.text(self.mapping.shop.address, self.settings)
        if not address:
            raise fault(NO_ADDRESS, "connect", permanent=True)
        return address.rstrip("/")

    def _same_server(self, address: str) -> str:
        ours = "/".join(self._address().split("/")[:3])
        if not address.startswith((ours + "/", ours + "?")):
            raise fault(ELSEWHERE, "protocol", permanent=True, words=address)
        return address

    def _auth_headers(self) -> dict[str, str]:
        auth, config = self.mapping.auth, self.link.config
        if auth.kind == "bearer":
            return {"Authorization": f"Bearer {config.secret}"}
        if auth.kind == "basic":
            return {"Authorization": basic(config.login, config.secret)}
        if auth.kind == "oauth2":
            return {"Authorization": f"Bearer {self._token()}"}
        return filling.texts(auth.headers, {**self.settings, "secret": config.secret})

    def _token_key(self) -> str:
        config = self.link.config
        said = "\n".join((self.mapping.auth.token_address, self._address(), config.login, config.secret))
        return hashlib.sha256(said.encode()).hexdigest()

    def _token(self) -> str:
        """Return a token by OAuth 2 client credentials (RFC 6749, 4.4), kept until shortly before it ends."""
        key = self._token_key()
        token, ends = _tokens.get(key, ("", 0.0))
        if token and time.monotonic() < ends:
            return token
        body = self._new_token()
        token, seconds = spelt(body.get("access_token")), float(body.get("expires_in") or 0)
        if not token:
            raise fault(NO_TOKEN, "auth", permanent=True)
        _tokens[key] = (token, time.monotonic() + max(seconds - _SPARE_SECONDS, 0.0))
        return token

    def _new_token(self) -> dict[str, Any]:
        auth, config = self.mapping.auth, self.link.config
        form = {"grant_type": "client_credentials", "scope": auth.scope}
        headers = {"Accept": "application/json"}
        if auth.sends == "basic":
            headers["Authorization"] = basic(config.login, config.secret)
        else:
            form |= {"client_id": config.login, "client_secret": config.secret}
        address = filling.text(auth.token_address, self.settings)
        caller = Caller(self._address() if address.startswith("/") else address)
        path = address if address.startswith("/") else ""
        reply = caller.call(
            "POST", path, form={name: one for name, one in form.items() if one}, headers=headers, fine=(400,)
        )
        body = reply.json()
        if reply.status != 200 or not isinstance(body, dict):  # noqa: PLR2004 - OK
            raise fault(NO_TOKEN, "auth", permanent=True, words=_error_of(body))
        return body

    def _looked_at(self, reply: Reply, *, writes: bool, fine: tuple[int, ...]) -> Answer:
        answers = self.mapping.answers
        is_refused = reply.status in fine
        body = _read(reply, may_be_text=is_refused or writes)
        words = self.words_of(body) or (readable(reply.content) if is_refused else "")
        if is_refused or answers.ok is None or holds(answers.ok, body):
            return Answer(reply.status, body, reply.headers, is_refused, is_refused, words)
        if answers.missing and holds(answers.missing, body):
            return Answer(reply.status, body, reply.headers, is_missing=True, is_refused=True, words=words)
        if answers.busy and holds(answers.busy, body):
            raise fault(BUSY, "rate", words=words)
        if writes:
            return Answer(reply.status, body, reply.headers, is_refused=True, words=words)
        raise fault(SAYS_NO, "protocol", permanent=True, words=words)

    def words_of(self, body: Any, path: str | None = None) -> str:
        """Return what the system says for people."""
        where = path or self.mapping.answers.words
        return readable("; ".join(spelt(one) for one in parsed(where).every(body, body))) if where else ""


def _error_of(body: Any) -> str:
    return spelt(body.get("error_description") or body.get("error")) if isinstance(body, dict) else ""


def _read(reply: Reply, *, may_be_text: bool) -> Any:
    if not reply.content.strip():
        return None
    try:
        return reply.json()
    except CommerceError:
        if may_be_text:
            return None
        raise


def holds(condition: Condition, body: Any) -> bool:
    """Tell whether an answer meets a condition."""
    return any(spelt(one) in condition.equals for one in parsed(condition.path).every(body, body))


def basic(login: str, secret: str) -> str:
    """Return the header of HTTP basic authentication (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{login}:{secret}".encode()).decode()


def system_of(link: Link) -> System:
    """Return the system of a connection; raise `CommerceError` when its mapping file has a mistake."""
    return System(mapping_of(link.config.mapping), link)


def thing_at(body: Any, path: str) -> Any:
    """Return the one thing that an answer is about; raise `CommerceError` when there is nothing there."""
    found = parsed(path).first(body, body)
    if found is None:
        raise fault(NOT_UNDERSTOOD, "mapping", permanent=True, words=f"{path}: {readable(str(body))[:80]}")
    return found
