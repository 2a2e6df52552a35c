"""Reading delivery reports: RFC 3464 and RFC 5965, and the mail servers that write bounces their own way."""

import re

from balcao.plugins.channels.mail.headers import Head, addresses_in, message_ids, unfold
from balcao.plugins.channels.mail.mime import Part, read_fields, split
from balcao.ports.channel import Report

_GROUPS = re.compile(rb"\r?\n[ \t]*\r?\n")
_WORST_FIRST = ("failed", "delayed", "expanded", "relayed", "delivered")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.])([45])\d\d[ -]")
_ORIGINAL_ID = re.compile(r"(?mi)^[\s>]*message-id:\s*<([^<>\s]+)>")
_LONGEST_DETAIL = 500

_SUBJECTS = re.compile(
    r"undeliver|delivery (?:status notification|failure|has failed|report|problem|error)|returned (?:mail|to sender)|"
    r"failure notice|"
    r"mail delivery (?:failed|failure|system|subsystem|error)|could not be delivered|not delivered|non remis|"
    r"unzustellbar|"
    r"não (?:foi )?entregue|não é possível entregar|não pôde ser entregue|"
    r"falha (?:na|de|ao) (?:entrega|entregar|envio)|"
    r"mensagem (?:devolvida|não entregue)|devolvid[oa]|erro (?:na|de) entrega|no se puede entregar|"
    r"iletilemedi|iletilemeyen|teslim edilemedi|teslim edilemeyen|gönderilemedi|teslimat (?:hatası|başarısız|durumu)|"
    r"(?:warning|delayed|delivery delay|mail delayed|atras|gecik)",
    re.IGNORECASE,
)
_BODIES = re.compile(
    r"this is the qmail-send program|this message was created automatically by mail delivery software|"
    r"could not be delivered|did not reach (?:some or all of )?the (?:intended|following) recipient|"
    r"delivery to the following recipient|"
    r"wasn't delivered to|unable to deliver|delivery has failed|delivery failed|undeliverable|"
    r"the following address(?:es)? (?:failed|had)|não (?:pôde|pode|foi possível) (?:ser )?entreg|"
    r"não conseguimos entregar|não chegou a|falha na entrega|teslim edilemedi|iletilemedi|ulaştırılamadı|"
    r"(?:has been|was|been) delayed|not yet been delivered|ainda não foi entregue|henüz teslim edilmedi",
    re.IGNORECASE,
)
_DELAYS = re.compile(
    r"warning: (?:message|could not)|delayed|delivery delay|warning message only|not yet been delivered|"
    r"will be retried|"
    r"still (?:being )?(?:trying|retried)|delivery attempts will continue|ainda não foi entregue|"
    r"atraso na entrega|entrega atrasada|"
    r"continuaremos tentando|teslimat(?:ı)? gecik|gecikme|gecikti|henüz teslim edilmedi",
    re.IGNORECASE,
)


def read_delivery_report(root: Part) -> Report | None:
    """Read the machine part of a delivery report; of several recipients the worst result counts."""
    for part in root.leaves():
        if part.media_type not in {"message/delivery-status", "message/global-delivery-status"}:
            continue
        groups = [_fields(group) for group in _GROUPS.split(part.content())]
        groups = [group for group in groups if "action" in group or "final-recipient" in group]
        if groups:
            worst = min(groups, key=lambda group: _rank(group.get("action", "failed")))
            return _report(worst, about=_original_id(root))
    return None


def _rank(action: str) -> int:
    action = action.strip().lower()
    return _WORST_FIRST.index(action) if action in _WORST_FIRST else 0


def _fields(group: bytes) -> dict[str, str]:
    fields, _ = read_fields(group.strip(b"\r\n"), 0, len(group))
    return {name: unfold(value) for name, value in fields}


def _report(group: dict[str, str], *, about: str) -> Report:
    action = group.get("action", "failed").split("(")[0].strip().lower()
    status = _STATUS.search(group.get("status", "") or group.get("diagnostic-code", ""))
    code = status[1] if status else ""
    named = addresses_in(group.get("final-recipient", "")) or addresses_in(group.get("original-recipient", ""))
    return Report(
        recipient=named[0] if named else "",
        permanent=action == "failed" and not code.startswith(("4", "2")),
        status=code,
        action=action,
        about=about,
        detail=group.get("diagnostic-code", "")[:_LONGEST_DETAIL],
    )


def _original_id(root: Part) -> str:
    """Return the Message-ID of the mail that came back, where the report carries it or its header."""
    for part in root.leaves():
        if part is not root and part.media_type in {
            "message/rfc822",
            "message/global",
            "text/rfc822-headers",
            "message/rfc822-headers",
        }:
            found = message_ids(split(part.content()).header("message-id"))
            if found:
                return found[0]
    return ""


def read_complaint(root: Part) -> Report:
    """Read a feedback report (RFC 5965): who pressed "spam", about which mail of ours."""
    found: dict[str, str] = {}
    recipient = ""
    for part in root.leaves():
        if part.media_type == "message/feedback-report":
            found = _fields(part.content())
        elif part.media_type in {"message/rfc822", "text/rfc822-headers"}:
            recipient = next(iter(addresses_in(split(part.content()).header("to"))), "")
    named = addresses_in(found.get("original-rcpt-to", "")) or [recipient]
    return Report(
        recipient=named[0],
        permanent=True,
        action="complaint",
        about=_original_id(root),
        detail=found.get("feedback-type", "abuse"),
    )


def read_odd_bounce(head: Head, *, subject: str, text: str, own: frozenset[str]) -> Report | None:
    """Read a bounce in plain words (qmail, exim, Exchange, Gmail of old); None when it does not look like one."""
    text = text[:20_000]
    if not (
        _BODIES.search(text) or (_SUBJECTS.search(subject) and ("x-failed-recipients" in head or addresses_in(text)))
    ):
        return None
    status = _STATUS.search(text)
    reply = _REPLY_CODE.search(text)
    code = status[1] if status else ""
    delayed = bool(_DELAYS.search(f"{subject}\n{text}")) and not code.startswith("5")
    soft = delayed or code.startswith("4") or (not code and reply is not None and reply[1] == "4")
    original = _ORIGINAL_ID.search(text)
    return Report(
        recipient=_failed_recipient(head, text, own),
        permanent=not soft,
        status=code,
        action="delayed" if delayed else "failed",
        about=original[1] if original else next(iter(message_ids(head.first("in-reply-to"))), ""),
        detail=" ".join(text[:_LONGEST_DETAIL].split()),
    )


def _failed_recipient(head: Head, text: str, own: frozenset[str]) -> str:
    named = addresses_in(head.first("x-failed-recipients")) or addresses_in(text)
    others = [
        address for address in named if address not in own and not address.startswith(("mailer-daemon", "postmaster"))
    ]
    return others[0] if others else ""
