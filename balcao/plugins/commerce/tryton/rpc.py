"""Talking to Tryton by JSON-RPC: the login, and every kind of fault told apart."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from balcao.kit.i18n import N_
from balcao.plugins.commerce.tryton import values
from balcao.plugins.commerce.tryton.config import TrytonConfig
from balcao.plugins.commerce.tryton.values import Row
from balcao.ports.calling import BROKEN, BUSY, SCOPE, Caller, Reply, fault, refusal
from balcao.ports.commerce import CommerceError

NO_DATABASE = N_("This Tryton has no database of this name. Check it for typing errors.")
NOT_TRYTON = N_("There is no Tryton at this address. Enter the address of the server, without the database.")
_SECONDS = 60  # an ERP takes its time to write


class Refused(CommerceError):
    """Tryton said no, and why; nothing happened."""

    def __init__(self, words: str, code: str = "UserError") -> None:
        super().__init__(words, permanent=True, code=code)
        self.words = words


class _Warned(Refused):
    """Tryton asks whether one is sure."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(words, "UserWarning")
        self.name = name


@dataclass(slots=True)
class Login:
    """An open session: its proof, and the company and language it works in."""

    number: int
    proof: str = field(repr=False)
    context: Row = field(default_factory=dict)
    fields: dict[str, frozenset[str]] = field(default_factory=dict)  # of models, as far as they were asked for


Logins = dict[TrytonConfig, Login]


@dataclass(slots=True)
class Session:
    """One Tryton to talk to."""

    config: TrytonConfig
    logins: Logins = field(repr=False)
    has_written: bool = False  # something may stand over there that was not there before
    clock: datetime | None = None  # of the server, when it last answered

    def ask(self, model: str, method: str, *params: Any, writes: bool = False, is_sure: bool = False) -> Any:
        """Call a method of a model; raises `Refused` or another `CommerceError`.

        `is_sure`: what Tryton warns of is meant.
        """
        try:
            return self.call(f"model.{model}.{method}", *params, writes=writes)
        except _Warned as warned:
            if not is_sure:
                raise
            self.call("model.res.user.warning.skip", warned.name)
            return self.call(f"model.{model}.{method}", *params, writes=writes)

    def call(self, method: str, *params: Any, writes: bool = False, **context: Any) -> Any:
        """Call what is known by its full name, in the context of our login."""
        result = self._called(method, params, context, writes=writes)
        self.has_written = self.has_written or writes
        return result

    def read(self, model: str, keys: Iterable[int], names: Sequence[str]) -> dict[int, Row]:
        """Return records by key; names that this Tryton does not know are left out."""
        wanted = sorted(set(keys))
        if not wanted:
            return {}
        return {row["id"]: row for row in self.ask(model, "read", wanted, self.known(model, names))}

    def search(self, model: str, domain: Any, names: Sequence[str], *, limit: int | None = None, by: Any = None) -> Any:
        """Return the records that fit a domain, in the order `by`."""
        return self.ask(model, "search_read", domain, 0, limit, by, self.known(model, names))

    def known(self, model: str, names: Sequence[str]) -> list[str]:
        """Return the names that a model has: modules that are not installed bring none."""
        login = self.login()
        if model not in login.fields:
            login.fields[model] = frozenset(self.ask(model, "fields_get", []))
        return [name for name in names if name.partition(".")[0] in login.fields[model]]

    def has_model(self, model: str) -> bool:
        """Tell whether a model is there, that is: its module is installed."""
        login = self.login()
        if "" not in login.fields:
            rows = self.ask("ir.model", "search_read", [], 0, None, None, ["name"])
            login.fields[""] = frozenset(row["name"] for row in rows)
        return model in login.fields[""]

    def login(self) -> Login:
        """Return the open session, opened if there is none; raise `CommerceError` if Tryton does not want us."""
        if self.config not in self.logins:
            number, key = self._opened()
            proof = b64encode(f"{self.config.login}:{number}:{key}".encode()).decode()
            login = self.logins[self.config] = Login(number, f"Session {proof}")
            login.context = self.call("model.res.user.get_preferences", True)
        return self.logins[self.config]

    def reach(self) -> str:
        """Return the server's version; raise `CommerceError` if nobody answers as Tryton does."""
        reply = self._sent("/rpc/", "common.server.version", [])
        return str(_understood(reply, writes=False))

    def _opened(self) -> tuple[int, str]:
        params = [self.config.login, {"password": self.config.password}, "en"]
        reply = self._sent(self._path(), "common.db.login", params, fine=(HTTPStatus.NOT_FOUND,))
        if reply.status == HTTPStatus.NOT_FOUND:
            raise fault(NO_DATABASE, "auth", permanent=True)
        number, key, *_ = _understood(reply, writes=False)
        return number, key

    def _called(self, method: str, params: Sequence[Any], context: Row, *, writes: bool) -> Any:
        login = self.login()
        fine = (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)
        for is_second in (False, True):
            sent = [*params, {**login.context, **context}]
            reply = self._sent(self._path(), method, sent, proof=login.proof, writes=writes, fine=fine)
            if reply.status != HTTPStatus.UNAUTHORIZED:
                break
            if is_second:
                raise refusal(reply, writes=writes)
            del self.logins[self.config]  # a session ends by itself some day
            login = self.login()
        if reply.status == HTTPStatus.NOT_FOUND:
            raise fault(NO_DATABASE, "gone", permanent=True)
        return _understood(reply, writes=writes)

    def _path(self) -> str:
        return f"/{quote(self.config.database.strip(), safe='')}/rpc/"

    def _sent(
        self,
        path: str,
        method: str,
        params: Sequence[Any],
        *,
        proof: str = "",
        writes: bool = False,
        fine: tuple[int, ...] = (),
    ) -> Reply:
        headers = {"authorization": proof} if proof else {}
        caller = Caller(self.config.address.strip().rstrip("/"), headers=headers, seconds=_SECONDS)
        question = {"id": 1, "method": method, "params": list(params)}
        reply = caller.call("POST", path, json=question, writes=writes, fine=fine)
        self.clock = _clock(reply)
        return reply


def _clock(reply: Reply) -> datetime:
    try:
        return parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        return datetime.now(UTC)


def _understood(reply: Reply, *, writes: bool) -> Any:
    """Return what was asked for; raise what Tryton said instead, which it says with status 200."""
    try:
        answer = reply.json()
    except CommerceError as error:
        raise fault(NOT_TRYTON, "protocol", permanent=True) from error
    if not isinstance(answer, dict) or not {"result", "error"} & set(answer):
        raise fault(NOT_TRYTON, "protocol", permanent=True)
    if answer.get("error"):
        raise _said(answer["error"], writes=writes)
    return values.plain(answer["result"])


def _said(error: Sequence[Any], *, writes: bool) -> CommerceError:
    kind, words = str(error[0]), error[1] if len(error) > 1 else ""
    if kind == "UserError":
        return Refused(" ".join(part for part in words[:2] if part))
    if kind == "UserWarning":
        return _Warned(words[0], " ".join(part for part in words[1:3] if part))
    if kind == "ConcurrencyException":  # somebody else writes the same at this moment; nothing was written
        return fault(BUSY, "rate", words=words)
    if kind == "LoginException":
        return fault(SCOPE, "auth", permanent=True)
    return fault(BROKEN, "uncertain" if writes else "protocol", words=kind, uncertain=writes)
