"""What a mail is: a person's message, a machine's answer, a bounce or a complaint; and why no machine may answer it."""

import re
from dataclasses import dataclass
from itertools import chain

from balcao.plugins.channels.mail.bounce import read_complaint, read_delivery_report, read_odd_bounce
from balcao.plugins.channels.mail.headers import Head
from balcao.plugins.channels.mail.mime import Part
from balcao.ports.channel import Nature, Report

LOOP_FIELD = "x-balcao-loop"  # on every automatic mail of ours

_QUIET_PRECEDENCE = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
_SUPPRESSED = re.compile(r"\b(?:all|autoreply|oof|dr|rn|nrn)\b", re.IGNORECASE)
_AUTO_FIELDS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-autoreply-from",
    "x-mail-autoreply",
)
_MACHINE = re.compile(
    r"(?:mailer-?daemon|postmaster|mail-?daemon|no-?_?reply|do-?_?not-?_?reply|bounces?|nao-?_?responda|nao-?_?responder|"
    r"noresponder|no-?responder|yanitlamayin|cevaplamayin|ne-?pas-?repondre|keine-?antwort)(?:[-+_.=\d].*)?\Z"
)
_AWAY = re.compile(
    r"(?:auto(?:matic)?[- ]?(?:reply|response|antwort)|autoreply|out of (?:the )?office|i am out of the office|"
    r"vacation (?:reply|message)|ausência (?:temporária|do escritório|programada)|ausencia temporal|aviso de ausência|"
    r"(?:estou )?fora do escritório|resposta automática|respuesta automática|"
    r"otomatik (?:yanıt|cevap)|ofis dışı|ofis dışında|réponse automatique|absence du bureau|absent du bureau|"
    r"automatische antwort|abwesenheits|risposta automatica|fuori sede|automatisch antwoord|automatisch svar|"
    r"automatisk svar|autosvar|odpowiedź automatyczna|автоответ|автоматический ответ|自動応答|自动回复)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a mail is, and the code of the rule for which nothing automatic may answer it."""

    nature: Nature
    silence: str = ""
    report: Report | None = None


def judge(
    root: Part, head: Head, *, sender: str, subject: str, text: str, own: frozenset[str], failed: bool
) -> Judgement:
    """Tell what a mail is by its fields and parts, and by its words only where machines leave no better sign."""
    kind = _report_kind(root)
    silence = _silence(head, sender=sender, own=own, failed=failed)
    if kind == "feedback-report":
        return Judgement(Nature.COMPLAINT, "report", read_complaint(root))
    if kind == "disposition-notification":
        return Judgement(Nature.AUTO, "report")
    if kind == "delivery-status" and (report := read_delivery_report(root)):
        return Judgement(Nature.BOUNCE, "report", report)
    if _from_mail_system(head, sender) and (report := read_odd_bounce(head, subject=subject, text=text, own=own)):
        return Judgement(Nature.BOUNCE, silence or "report", report)
    if _is_automatic_answer(head, subject=subject, silence=silence):
        return Judgement(Nature.AUTO, silence or "auto-reply")
    return Judgement(Nature.MESSAGE, "report" if kind else silence)


def _report_kind(root: Part) -> str:
    if root.media_type == "multipart/report":
        kind = root.options.get("report-type", "").lower()
        if kind in {"delivery-status", "disposition-notification", "feedback-report"}:
            return kind
    elif not root.media_type.startswith(("multipart/", "message/")):
        return ""
    for part in root.leaves():
        if part.media_type.startswith("message/") and part.inside in {"multipart/report", "multipart/mixed", ""}:
            kind = part.media_type.partition("/")[2]
            if kind in {"delivery-status", "disposition-notification", "feedback-report", "global-delivery-status"}:
                return kind.removeprefix("global-")
    return "other" if root.media_type == "multipart/report" else ""


def _silence(head: Head, *, sender: str, own: frozenset[str], failed: bool) -> str:
    """Return the first rule that forbids an automatic answer, or nothing."""
    submitted = head.first("auto-submitted").partition(";")[0].strip().lower()
    rules = (
        ("own-address", sender in own),
        ("loop", LOOP_FIELD in head or any("balcao" in value.lower() for value in head.all("x-loop"))),
        ("auto-submitted", bool(submitted) and submitted != "no"),
        ("precedence", any(value.strip().lower() in _QUIET_PRECEDENCE for value in head.all("precedence"))),
        ("suppressed", bool(_SUPPRESSED.search(head.first("x-auto-response-suppress")))),
        ("list", any(name in head for name in ("list-id", "list-unsubscribe", "list-post", "mailing-list"))),
        ("auto-reply", any(name in head for name in _AUTO_FIELDS)),
        ("empty-return-path", _has_empty_return_path(head)),
        ("machine-sender", is_machine(sender)),
        ("spam", _is_spam(head)),
        ("failed-authentication", failed),
    )
    return next((code for code, holds in rules if holds), "")


def is_machine(address: str) -> bool:
    """Tell whether an address says by its name that nobody reads it."""
    local = address.partition("@")[0]
    return bool(_MACHINE.match(local)) or local.endswith(("noreply", "no-reply", "donotreply"))


def _is_spam(head: Head) -> bool:
    return head.first("x-spam-flag").strip().lower() == "yes" or head.first("x-spam-status").strip().lower().startswith(
        "yes"
    )


def _has_empty_return_path(head: Head) -> bool:
    return any(value.strip() == "<>" for value in chain(head.all("return-path"), head.all("x-envelope-from")))


def _from_mail_system(head: Head, sender: str) -> bool:
    local = sender.partition("@")[0]
    daemon = local.startswith(
        ("mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "maildelivery", "mail.delivery")
    )
    return daemon or _has_empty_return_path(head) or "x-failed-recipients" in head


def _is_automatic_answer(head: Head, *, subject: str, silence: str) -> bool:
    submitted = head.first("auto-submitted").strip().lower()
    answers = "in-reply-to" in head or "references" in head
    away = bool(_AWAY.match(subject))
    if submitted.startswith(("auto-replied", "auto-notified")) or any(name in head for name in _AUTO_FIELDS):
        return True
    if any(value.strip().lower() in {"auto_reply", "auto-reply"} for value in head.all("precedence")):
        return True
    if silence in {"auto-submitted", "suppressed", "empty-return-path"} and (answers or away):
        return True
    return away
