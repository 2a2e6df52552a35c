"""What customers ask for and say on their own pages. It only comes in; answers leave through the mailbox."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Any, ClassVar

from balcao.kit.i18n import N_
from balcao.kit.redact import redact_cards
from balcao.ports.channel import (
    ChannelError,
    Connection,
    File,
    IdentityKind,
    Inbound,
    Limits,
    Nature,
    Outbound,
    Party,
    Proof,
    RawEnvelope,
    Receipt,
    Unreadable,
)

NOTHING_OUT = N_("Nothing can be sent through the customers' pages.")
NOT_READ = N_("The request has no words or no e-mail address.")
BAD_FILES = N_("A file of the request cannot be read.")
_PLAIN = "reply_token"  # ours, and no text: nothing is taken out of it


@dataclass(frozen=True, slots=True)
class PortalConfig:
    """It needs no settings: its pages are those of the shop's orders."""


class Portal:
    """The customers' own pages."""

    kind: ClassVar[str] = "portal"
    identity_kind: ClassVar[IdentityKind] = IdentityKind.EMAIL
    Config: ClassVar[type[Any]] = PortalConfig

    def clean(self, raw: RawEnvelope) -> RawEnvelope:
        """Take card numbers out of what was typed; what is no JSON of ours is treated as one text."""
        try:
            body = json.loads(raw.body)
        except ValueError:
            return replace(raw, body=redact_cards(raw.body.decode("utf-8", "replace")).encode())
        if not isinstance(body, dict):
            return replace(raw, body=redact_cards(raw.body.decode("utf-8", "replace")).encode())
        cleaned = {name: _redacted(value) if name != _PLAIN else value for name, value in body.items()}
        return replace(raw, body=json.dumps(cleaned, ensure_ascii=False, sort_keys=True).encode())

    def parse(self, raw: RawEnvelope, connection: Connection) -> Inbound:
        """Understand one request, or raise `Unreadable`."""
        body = _opened(raw)
        return Inbound(
            external_id=raw.external_id,
            fingerprint=hashlib.sha256(raw.body).hexdigest(),
            nature=Nature.MESSAGE,
            sender=Party(IdentityKind.EMAIL, _text(body, "email"), _text(body, "name")),
            subject=_text(body, "subject"),
            text=_text(body, "message"),
            full_text=_text(body, "message"),
            sent_at=raw.received_at,
            proof=Proof.PROVEN if body.get("is_verified") is True else Proof.CLAIMED,
            proof_detail="portal",
            language=_text(body, "language"),
            reply_tokens=(_text(body, _PLAIN),) if _text(body, _PLAIN) else (),
            files=tuple(_files(body)),
            fields={"order": _text(body, "order")} if _text(body, "order") else {},
        )

    def send(self, outbound: Outbound, connection: Connection, *, handing_over: Callable[[], None]) -> Receipt:
        """Refuse: nothing can be sent to a page."""
        raise ChannelError(NOTHING_OUT, permanent=True, code="refused")

    def new_id(self, connection: Connection) -> str:
        """Mint an id."""
        return f"portal.{token_hex(16)}"

    def limits(self, connection: Connection) -> Limits:
        """Say that answers take another way."""
        return Limits(starts=False, replies=False, copies=False)


def _opened(raw: RawEnvelope) -> Mapping[str, Any]:
    try:
        body = json.loads(raw.body)
    except ValueError as error:
        raise Unreadable(NOT_READ) from error
    if not isinstance(body, dict) or not _text(body, "message") or "@" not in _text(body, "email"):
        raise Unreadable(NOT_READ)
    return body


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _redacted(value: Any) -> Any:
    """Redact every text but the contents of files, which are no text here."""
    if isinstance(value, list):
        return [_redacted(one) for one in value]
    if isinstance(value, dict):
        return {name: one if name == "content" else _redacted(one) for name, one in value.items()}
    return redact_cards(value) if isinstance(value, str) else value


def _files(body: Mapping[str, Any]) -> list[File]:
    files = body.get("files", [])
    if not isinstance(files, list):
        raise Unreadable(BAD_FILES)
    return [_file(stored) for stored in files]


def _file(stored: Any) -> File:
    try:
        content = base64.b64decode(stored["content"], validate=True)
        return File(name=str(stored["name"]), media_type=str(stored.get("type", "")), content=content)
    except (KeyError, TypeError, AttributeError, binascii.Error, ValueError) as error:
        raise Unreadable(BAD_FILES) from error
