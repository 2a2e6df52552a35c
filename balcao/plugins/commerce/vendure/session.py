"""Talking to the Admin API: the login, and every kind of fault told apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.vendure import graph
from balcao.plugins.commerce.vendure.config import VendureConfig
from balcao.ports.calling import BROKEN, LOGIN, SCOPE, Caller, Reply, fault
from balcao.ports.commerce import CommerceError

NOT_VENDURE = N_(
    "There is no Admin API of Vendure at this address. Enter the address of the server, or of the API itself."
)
WRONG_CHANNEL = N_("This Vendure has no channel with this token. Copy it in Vendure from Settings, Channels.")
UNKNOWN_FIELD = N_("This Vendure does not know what we ask of it. Balcão needs Vendure 3.")

_PATH = "/admin-api"
_GRAPHQL_ERROR = 400  # with which a question is answered that is not understood
_FORBIDDEN = ("FORBIDDEN", "UNAUTHORIZED", "UNAUTHENTICATED")
_REFUSALS = ("USER_INPUT_ERROR", "BAD_USER_INPUT", "ENTITY_NOT_FOUND", "ILLEGAL_OPERATION", "INPUT_ERROR")
_INVALID = ("GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED")


class Refused(CommerceError):
    """Vendure said no, and why; nothing happened."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words, permanent=True, code=code)
        self.words = words


class Tokens(dict[VendureConfig, str]):
    """The sessions that are open, by the settings they were opened with."""


@dataclass(slots=True)
class Session:
    """One Vendure to talk to."""

    config: VendureConfig
    tokens: Tokens = field(repr=False)
    has_written: bool = False  # something may stand over there that was not there before

    def ask(self, text: str, *, writes: bool = False, **variables: Any) -> dict[str, Any]:
        """Ask one thing and return its answer; logs in when needed. Raises `Refused` or `CommerceError`."""
        if self.config not in self.tokens:
            self.log_in()
        answer = self._sent(text, variables, writes=writes)
        if _code(answer) in _FORBIDDEN:  # a session ends by itself some day; what is forbidden had no effect
            self.log_in()
            answer = self._sent(text, variables, writes=writes)
        return _understood(answer, writes=writes)

    def one(self, text: str, *, writes: bool = True, **variables: Any) -> dict[str, Any]:
        """Ask for a single deed and return what came of it; an `ErrorResult` is raised as `Refused`."""
        (came,) = self.ask(text, writes=writes, **variables).values()
        if came and "errorCode" in came:
            raise Refused(came["errorCode"], came.get("transitionError") or came["message"])
        self.has_written = self.has_written or writes
        return came or {}

    def log_in(self) -> None:
        """Open a session; raise `CommerceError` if Vendure does not want us."""
        self.tokens.pop(self.config, None)
        who = {"username": self.config.username, "password": self.config.password}
        came = _understood(self._sent(graph.LOGIN, who, channel=""), writes=False)["login"]
        if "errorCode" in came:
            raise fault(LOGIN, "auth", permanent=True, words=came["message"])

    def reach(self) -> None:
        """Ask the smallest thing there is; raise `CommerceError` if nobody answers as Vendure does."""
        _understood(self._sent(graph.REACH, {}, channel=""), writes=False)

    def _sent(
        self, text: str, variables: Mapping[str, Any], *, writes: bool = False, channel: str | None = None
    ) -> dict[str, Any]:
        reply = self._caller(self.config.channel if channel is None else channel).call(
            "POST", "", json={"query": text, "variables": variables}, writes=writes, fine=(_GRAPHQL_ERROR,)
        )
        if token := reply.headers.get("vendure-auth-token"):
            self.tokens[self.config] = token
        return _graphql(reply)

    def _caller(self, channel: str) -> Caller:
        address = self.config.address.strip().rstrip("/")
        place = address if address.endswith(("-api", "/graphql")) else address + _PATH
        headers = {"vendure-token": channel} if channel else {}
        if token := self.tokens.get(self.config):
            headers["authorization"] = f"Bearer {token}"
        return Caller(place, headers=headers)


def _graphql(reply: Reply) -> dict[str, Any]:
    try:
        answer = reply.json()
    except CommerceError as error:
        raise fault(NOT_VENDURE, "protocol", permanent=True) from error
    if not isinstance(answer, dict) or not ("data" in answer or "errors" in answer):
        raise fault(NOT_VENDURE, "protocol", permanent=True)
    return answer


def _code(answer: Mapping[str, Any]) -> str:
    errors = answer.get("errors") or [{}]
    return str((errors[0].get("extensions") or {}).get("code") or "")


def _understood(answer: Mapping[str, Any], *, writes: bool) -> dict[str, Any]:
    """Return what was asked for; raise what Vendure said instead."""
    errors = answer.get("errors")
    if not errors:
        return answer["data"] or {}
    code, words = _code(answer), str(errors[0].get("message") or "")
    if code == "CHANNEL_NOT_FOUND":
        raise fault(WRONG_CHANNEL, "auth", permanent=True)
    if code in _FORBIDDEN:
        raise fault(SCOPE, "scope", permanent=True, words=words)
    if code in _INVALID:
        raise fault(UNKNOWN_FIELD, "protocol", permanent=True, words=words)
    if code in _REFUSALS:
        raise Refused(code, words)
    # Its transaction is rolled back, but not what a payment provider may have done by then.
    raise fault(BROKEN, "uncertain" if writes else "protocol", words=words, uncertain=writes)
