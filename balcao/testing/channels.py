"""A channel for tests: it speaks JSON, sends into a list, and fails when it is told to."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar

from balcao.kit.redact import redact_cards
from balcao.ports.channel import (
    ChannelError,
    Connection,
    IdentityKind,
    Inbound,
    Limits,
    Nature,
    Outbound,
    Party,
    Proof,
    RawEnvelope,
    Receipt,
    Report,
    Unreadable,
)
from balcao.ports.config import config_field


@dataclass(frozen=True, slots=True)
class PaperConfig:
    """The paper channel needs nothing but a secret to show that secrets are kept."""

    address: str = config_field("Address")
    password: str = config_field("Password", secret=True)


@dataclass(slots=True)
class PaperChannel:
    """Letters on paper: parses what `letter` writes, keeps what it sends in `sent`."""

    kind: ClassVar[str] = "paper"
    identity_kind: ClassVar[IdentityKind] = IdentityKind.EMAIL
    Config: ClassVar[type[Any]] = PaperConfig

    sent: list[Outbound] = field(default_factory=list)
    fails_before: ChannelError | None = None
    fails_after: ChannelError | None = None
    replies: bool = True

    def clean(self, raw: RawEnvelope) -> RawEnvelope:
        """Return the envelope without card numbers."""
        return replace(
            raw, body=redact_cards(raw.body.decode(errors="surrogateescape")).encode(errors="surrogateescape")
        )

    def parse(self, raw: RawEnvelope, connection: Connection) -> Inbound:
        """Read a letter; anything that is no JSON object is unreadable."""
        try:
            facts = json.loads(raw.body)
            return _inbound(facts)
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"This is no letter: {error}") from error

    def send(self, outbound: Outbound, connection: Connection, *, handing_over: Callable[[], None]) -> Receipt:
        """Send into the list, or fail as told."""
        if self.fails_before:
            raise self.fails_before
        handing_over()
        if self.fails_after:
            raise self.fails_after
        self.sent.append(outbound)
        return Receipt(outbound.external_id)

    def new_id(self, connection: Connection) -> str:
        """Mint an id."""
        return f"paper-{secrets.token_hex(8)}"

    def limits(self, connection: Connection) -> Limits:
        """Allow everything, or no answers at all."""
        return Limits(replies=self.replies)


def letter(**facts: Any) -> bytes:
    """Write a letter that `PaperChannel` parses; give what matters to the test."""
    return json.dumps(
        {"id": f"letter-{secrets.token_hex(6)}", "from": "ana@example.com", "text": "Oi!", **facts}
    ).encode()


def _inbound(facts: dict[str, Any]) -> Inbound:
    report = facts.get("report")
    return Inbound(
        external_id=facts["id"],
        fingerprint=facts.get("fingerprint", facts["text"]),
        nature=Nature(facts.get("nature", Nature.MESSAGE)),
        sender=Party(IdentityKind.EMAIL, facts["from"], facts.get("name", "")),
        subject=facts.get("subject", ""),
        text=facts["text"],
        full_text=facts.get("full_text", facts["text"]),
        html=facts.get("html", ""),
        sent_at=datetime.fromisoformat(facts["sent_at"]) if "sent_at" in facts else None,
        reply_to=Party(IdentityKind.EMAIL, facts["reply_to"]) if "reply_to" in facts else None,
        copied=tuple(Party(IdentityKind.EMAIL, value) for value in facts.get("copied", ())),
        answers=tuple(facts.get("answers", ())),
        reply_tokens=tuple(facts.get("tokens", ())),
        ticket_tag=facts.get("tag", ""),
        proof=Proof(facts.get("proof", Proof.CLAIMED)),
        language=facts.get("language", ""),
        report=Report(**report) if report else None,
        silence=facts.get("silence", ""),
        suspicion=facts.get("suspicion", ""),
        fields=facts.get("fields", {}),
    )
