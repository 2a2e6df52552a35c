"""Calls to Odoo: JSON-2 from version 19 on, JSON-RPC before; every fault a `CommerceError` or a refusal in its words.

JSON-2: POST /json/2/<model>/<method>, named arguments, an API key as bearer
(https://www.odoo.com/documentation/19.0/developer/reference/external_api.html). JSON-RPC: POST /jsonrpc, the services
`common` and `object` (https://www.odoo.com/documentation/18.0/developer/reference/external_api.html), where faults come
as `error` of an answer with status 200. Each call is one transaction there.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.odoo.config import OdooConfig
from balcao.ports.calling import BROKEN, BUSY, LOGIN, NOT_UNDERSTOOD, SCOPE, Caller, Reply, fault
from balcao.ports.commerce import CommerceError

NO_DATABASE = N_("There is no database of this name. Check its name, or enter it.")
NO_LOGIN = N_("This Odoo needs the login of the account and the name of the database beside the key.")
NO_MODEL = N_("Odoo lacks an app or a field that is needed. Install it, or say in the settings that it is not used.")
NO_ODOO = N_("There is no Odoo at this address. Enter the address at which you log in.")

_JSON2_SINCE = 19
_OK, _NOT_FOUND, _UNPROCESSABLE = 200, 404, 422
_REDIRECTS = (301, 302, 303, 307, 308)
_REFUSALS = frozenset({"UserError", "ValidationError", "RedirectWarning", "Warning", "MissingError"})
_FAULTS = {
    "AccessError": (SCOPE, "scope", True),
    "AccessDenied": (LOGIN, "auth", True),
    "OperationalError": (BUSY, "rate", False),
    "SerializationFailure": (BUSY, "rate", False),
    "LockNotAvailable": (BUSY, "rate", False),
    "KeyError": (NO_MODEL, "protocol", True),
    "AttributeError": (NO_MODEL, "protocol", True),
    "ValueError": (NO_MODEL, "protocol", True),
}
_ids = count(1)
FRESH_SECONDS = 3600.0
_versions: dict[str, tuple[int, float]] = {}
_uids: dict[str, int] = {}


class Refused(Exception):
    """Odoo understood and said no, in its own words; it undid whatever it had begun."""

    def __init__(self, words: str, code: str) -> None:
        super().__init__(words)
        self.words = words
        self.code = code


@dataclass(frozen=True, slots=True)
class Rpc:
    """One Odoo, spoken to as its version wants."""

    config: OdooConfig = field(repr=False)

    @property
    def version(self) -> int:
        """Return the major version, asked for once an hour: an Odoo is upgraded in place."""
        known, asked_at = _versions.get(self.config.address, (0, 0.0))
        if not known or monotonic() - asked_at > FRESH_SECONDS:
            known = self._asked_version()
            _versions[self.config.address] = (known, monotonic())
        return known

    @property
    def speaks_json2(self) -> bool:
        """Tell which of the two interfaces is spoken."""
        if self.config.protocol != "auto":
            return self.config.protocol == "json2"
        return self.version >= _JSON2_SINCE

    def forget(self) -> None:
        """Ask for version and account anew: settings are being tried out."""
        _versions.pop(self.config.address, None)
        _uids.pop(self._account_key(), None)

    def call(
        self,
        model: str,
        method: str,
        *,
        ids: Sequence[int] | None = None,
        context: Mapping[str, Any] | None = None,
        writes: bool = False,
        **named: Any,
    ) -> Any:
        """Call a method of a model (of records, with `ids`); raise `Refused` or `CommerceError`."""
        if self.speaks_json2:
            return self._json2(model, method, ids, dict(context or {}), named, writes=writes)
        return self._jsonrpc(model, method, ids, dict(context or {}), named, writes=writes)

    def search(self, model: str, domain: Sequence[Any], fields: Sequence[str], **more: Any) -> list[dict[str, Any]]:
        """Return the records that meet a domain, with these fields."""
        found: list[dict[str, Any]] = self.call(model, "search_read", domain=list(domain), fields=list(fields), **more)
        return found

    def create(self, model: str, values: Mapping[str, Any], context: Mapping[str, Any] | None = None) -> int:
        """Create a record and return its id."""
        made = self.call(model, "create", vals_list=[dict(values)], context=context, writes=True)
        return int(made[0] if isinstance(made, list) else made)

    def write(self, model: str, ids: Sequence[int], values: Mapping[str, Any]) -> None:
        """Change records."""
        self.call(model, "write", ids=ids, vals=dict(values), writes=True)

    # --- JSON-2 ---

    def _json2(
        self, model: str, method: str, ids: Sequence[int] | None, context: Any, named: Any, *, writes: bool
    ) -> Any:
        headers = {"Authorization": f"bearer {self.config.key}", "User-Agent": "Balcao"}
        if self.config.database:
            headers["X-Odoo-Database"] = self.config.database
        body = {**named, **({"ids": list(ids)} if ids is not None else {}), **({"context": context} if context else {})}
        reply = Caller(self.config.address.strip(), headers).call(
            "POST", f"/json/2/{model}/{method}", json=body, writes=writes, fine=(_NOT_FOUND, _UNPROCESSABLE)
        )
        if reply.status == _NOT_FOUND:
            raise _missing(reply, model, method)
        if reply.status == _UNPROCESSABLE:
            told = _told(reply)
            raise Refused(told.get("message", ""), _short(told.get("name", "")))
        return reply.json()

    # --- JSON-RPC ---

    def _jsonrpc(
        self, model: str, method: str, ids: Sequence[int] | None, context: Any, named: Any, *, writes: bool
    ) -> Any:
        config = self.config
        if not (config.login and config.database):
            raise fault(NO_LOGIN, "auth", permanent=True)
        # `create` looks at its first argument by place; the methods of records take their ids there.
        places = [named.pop("vals_list")] if method == "create" else [] if ids is None else [list(ids)]
        named = {**named, **({"context": context} if context else {})}
        return self._rpc(
            "object",
            "execute_kw",
            [config.database, self._uid(), config.key, model, method, places, named],
            writes=writes,
        )

    def _account_key(self) -> str:
        config = self.config
        said = "\n".join((config.address, config.database, config.login, config.key))
        return hashlib.sha256(said.encode()).hexdigest()

    def _uid(self) -> int:
        key = self._account_key()
        if key not in _uids:
            config = self.config
            uid = self._rpc("common", "authenticate", [config.database, config.login, config.key, {}])
            if not uid:
                raise fault(LOGIN, "auth", permanent=True)
            _uids[key] = int(uid)
        return _uids[key]

    def _rpc(self, office: str, method: str, args: list[Any], *, writes: bool = False) -> Any:
        body = {
            "jsonrpc": "2.0",
            "method": "call",
            "id": next(_ids),
            "params": {"service": office, "method": method, "args": args},
        }
        reply = Caller(self.config.address.strip()).call(
            "POST", "/jsonrpc", json=body, writes=writes, fine=(_NOT_FOUND, *_REDIRECTS)
        )
        if reply.status != _OK:
            raise fault(NO_ODOO, "connect", permanent=True)
        answer = reply.json()
        if "error" in answer:
            raise _fault_of(answer["error"].get("data") or {}, str(answer["error"].get("message", "")))
        return answer.get("result")

    def _asked_version(self) -> int:
        reply = Caller(self.config.address.strip()).call("GET", "/web/version", fine=(_NOT_FOUND, *_REDIRECTS))
        if reply.status == _OK:
            try:
                return int(reply.json()["version_info"][0])
            except (CommerceError, KeyError, IndexError, TypeError, ValueError):
                pass  # an older one, which shows a page for every address
        told = self._rpc("common", "version", [])
        return int(str(told["server_version_info"][0]).removeprefix("saas~"))


def _told(reply: Reply) -> dict[str, str]:
    """Return what an error of JSON-2 says: an object with name and message, or the message alone."""
    body = reply.json()
    if isinstance(body, dict):
        return {"name": str(body.get("name", "")), "message": str(body.get("message", ""))}
    return {"name": "", "message": str(body)}


def _missing(reply: Reply, model: str, method: str) -> CommerceError:
    try:
        words = _told(reply)["message"]
    except CommerceError:  # no JSON: the page of a server that has no such interface
        return fault(NO_ODOO, "connect", permanent=True)
    return fault(NO_MODEL, "protocol", permanent=True, words=f"{model}.{method}: {words}")


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _fault_of(told: Mapping[str, Any], message: str) -> Exception:
    """Return what an error of JSON-RPC means; Odoo rolled its transaction back, so nothing happened."""
    name, words = _short(str(told.get("name", ""))), str(told.get("message") or message)
    if name in _REFUSALS:
        return Refused(words, name)
    if name == "OperationalError" and "does not exist" in words:
        return fault(NO_DATABASE, "connect", permanent=True)
    hint, code, is_permanent = _FAULTS.get(name, (BROKEN if name else NOT_UNDERSTOOD, "protocol", False))
    return fault(hint, code, permanent=is_permanent, words="" if code == "auth" else words)
