"""The form channel: it only takes in; answers leave through the shop's mailbox."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from secrets import token_hex
from typing import Any, ClassVar

from balcao.kit.i18n import N_
from balcao.kit.redact import redact_cards
from balcao.plugins.channels.form import guard, submission
from balcao.plugins.channels.form.config import FormConfig
from balcao.ports.channel import (
    ChannelError,
    Connection,
    File,
    IdentityKind,
    Inbound,
    Incomplete,
    Limits,
    Nature,
    Outbound,
    Party,
    Question,
    RawEnvelope,
    Receipt,
    Unreadable,
)

NOTHING_OUT = N_("Nothing can be sent through a web form.")
NO_JSON = N_("The form's submission is no JSON.")
NO_WORDS = N_("The form's submission has no message or no e-mail address.")
BAD_FILES = N_("A file of the form cannot be read.")


class Form:
    """A contact form."""

    kind: ClassVar[str] = "form"
    identity_kind: ClassVar[IdentityKind] = IdentityKind.EMAIL
    Config: ClassVar[type[Any]] = FormConfig

    def questions(self, connection: Connection) -> Sequence[Question]:
        """Return what the form asks."""
        return submission.questions(connection.config)

    def unseen(self, connection: Connection, *, key: str, now: datetime) -> Mapping[str, str]:
        """Return what the page carries unseen: a signed token, an empty trap, and how much work a browser owes."""
        token = guard.new_token(key=key, now=now)
        return {"token": token, submission.TRAP: "", "work_bits": str(connection.config.work_bits)}

    def origins(self, connection: Connection) -> Sequence[str]:
        """Return the sites that may show the form within their pages."""
        return [origin.strip().rstrip("/") for origin in connection.config.origins.split(",") if origin.strip()]

    def submitted(
        self,
        answers: Mapping[str, str],
        files: Sequence[File],
        connection: Connection,
        *,
        key: str,
        recent: Mapping[str, int],
        now: datetime,
    ) -> RawEnvelope:
        """Return the submission to keep, with how much it looks like spam, or raise `Incomplete`."""
        tidied = submission.tidy(answers if connection.config.asks_topic else {**answers, "topic": ""})
        taken = list(files) if connection.config.takes_files else []
        if wrong := submission.faults(tidied, taken):
            raise Incomplete(wrong)
        facts = guard.Facts(
            token=answers.get("token", ""),
            trap=answers.get(submission.TRAP, ""),
            work=answers.get("work", ""),
            name=tidied["name"],
            text=f"{tidied['subject']}\n{tidied['message']}",
            recent_of_address=recent.get("address", 0),
            recent_of_network=recent.get("network", 0),
        )
        verdict = guard.judge(facts, config=connection.config, key=key, now=now)
        return RawEnvelope(
            external_id=submission.submission_id(facts.token, tidied, taken),
            body=submission.packed(tidied, taken, verdict),
            source="form",
            received_at=now,
        )

    def clean(self, raw: RawEnvelope) -> RawEnvelope:
        """Take card numbers out of what was typed; what is no form's JSON is treated as one text."""
        try:
            body = json.loads(raw.body)
        except ValueError:
            return replace(raw, body=redact_cards(raw.body.decode("utf-8", "replace")).encode())
        return replace(raw, body=json.dumps(_redacted(body), ensure_ascii=False, sort_keys=True).encode())

    def parse(self, raw: RawEnvelope, connection: Connection) -> Inbound:
        """Understand one submission, or raise `Unreadable`."""
        body = _opened(raw)
        message, subject = _text(body, "message"), _text(body, "subject")
        extra = {name: _text(body, name) for name in ("order", "phone") if _text(body, name)}
        reasons = _reasons(body)
        return Inbound(
            external_id=raw.external_id,
            fingerprint=hashlib.sha256(raw.body).hexdigest(),
            nature=Nature.MESSAGE,
            sender=Party(IdentityKind.EMAIL, _text(body, "email"), _text(body, "name")),
            subject=subject,
            text=message,
            full_text=message,
            sent_at=raw.received_at,
            proof_detail="form",
            language=_text(body, "language"),
            files=tuple(_files(body)),
            suspicion=", ".join(reasons),
            fields=extra,
            topic=_text(body, "topic"),
        )

    def send(self, outbound: Outbound, connection: Connection, *, handing_over: Callable[[], None]) -> Receipt:
        """Refuse: nothing can be sent to a form."""
        raise ChannelError(NOTHING_OUT, permanent=True, code="refused")

    def new_id(self, connection: Connection) -> str:
        """Mint an id."""
        return f"form.{token_hex(16)}"

    def limits(self, connection: Connection) -> Limits:
        """Say that answers take another way."""
        return Limits(starts=False, replies=False, copies=False)


def _opened(raw: RawEnvelope) -> Mapping[str, Any]:
    try:
        body = json.loads(raw.body)
    except ValueError as error:
        raise Unreadable(NO_JSON) from error
    if not isinstance(body, dict) or not _text(body, "message") or "@" not in _text(body, "email"):
        raise Unreadable(NO_WORDS)
    return body


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _reasons(body: Mapping[str, Any]) -> list[str]:
    """Return why it is spam; empty when the guard let it pass, or when it came past the guard (by hand)."""
    verdict = body.get("guard")
    if not isinstance(verdict, dict) or not isinstance(verdict.get("score"), int | float):
        return []
    return [str(reason) for reason in verdict.get("reasons", [])] if verdict["score"] >= guard.SPAM_FROM else []


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


def _redacted(value: Any, name: str = "") -> Any:
    """Redact every text but the contents of files, which are no text here."""
    if isinstance(value, dict):
        return {key: _redacted(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_redacted(one) for one in value]
    return redact_cards(value) if isinstance(value, str) and name != "content" else value
