"""What a provider tells of our mail, written as the delivery report (RFC 3464) or complaint (RFC 5965) it is."""

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from balcao.ports.channel import RawEnvelope

OUR_ID = "balcao_id"  # under which our external id travels with a mail and comes back with its events

_ACTIONS = {
    "bounced": ("failed", "5.0.0"),
    "rejected": ("failed", "5.7.1"),
    "failed": ("failed", "5.3.0"),
    "deferred": ("delayed", "4.0.0"),
    "delivered": ("delivered", "2.0.0"),
}
_BOUNDARY = "=_balcao_report"


def report_mail(provider: str, event: Any) -> RawEnvelope | None:
    """Return an event as the report it stands for; None for those that say nothing of delivery."""
    about = str((event.metadata or {}).get(OUR_ID) or event.message_id or "").strip("<>")
    named = "|".join(str(v) for v in (event.event_type, event.recipient, about, event.timestamp, event.event_id))
    external_id = f"{provider}:{hashlib.sha256(named.encode()).hexdigest()}"
    if event.event_type == "complained":
        body = _mail("feedback-report", _complaint(event), about, event, external_id)
    elif event.event_type in _ACTIONS:
        body = _mail("delivery-status", _delivery(event), about, event, external_id)
    else:
        return None
    return RawEnvelope(external_id=external_id, body=body, source="hook", received_at=event.timestamp)


def _delivery(event: Any) -> str:
    action, status = _ACTIONS[event.event_type]
    words = _line(event.mta_response or event.description or event.reject_reason or "")
    return (
        f"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; {_line(event.event_type)}\r\n\r\n"
        f"Final-Recipient: rfc822; {_line(event.recipient)}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {words}\r\n"
    )


def _complaint(event: Any) -> str:
    return (
        "Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: balcao\r\nVersion: 1\r\n"
        f"Original-Rcpt-To: <{_line(event.recipient)}>\r\n"
    )


def _mail(kind: str, machine_part: str, about: str, event: Any, external_id: str) -> bytes:
    """Put the machine's part between a sentence for people and the header of the mail it is about."""
    at = event.timestamp or datetime.now(UTC)
    return (
        f"From: Mailer-Daemon <mailer-daemon@balcao.invalid>\r\nDate: {format_datetime(at)}\r\n"
        f"Message-ID: <{external_id.replace(':', '.')}@balcao.invalid>\r\nSubject: {_line(event.event_type)}\r\n"
        f"Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="{_BOUNDARY}"\r\n\r\n'
        f"--{_BOUNDARY}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"{_line(event.event_type)}: {_line(event.recipient)}\r\n{_line(event.description or '')}\r\n"
        f"--{_BOUNDARY}\r\n{machine_part}"
        f"--{_BOUNDARY}\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{_line(about)}>\r\n"
        f"--{_BOUNDARY}--\r\n"
    ).encode()


def _line(value: object) -> str:
    """Return what a provider said on one line, so that it cannot begin a field or a part."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(value or "")).split())[:400]
