"""What somebody wrote into a form: checked for what is missing, and packed as the envelope that is kept."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from balcao.kit.guards import one_line
from balcao.kit.i18n import N_
from balcao.plugins.channels.form.config import FormConfig
from balcao.plugins.channels.form.guard import Verdict
from balcao.ports.channel import File, Question

TRAP = "website"  # a name that programs like to fill in
UNSEEN = ("token", "work", TRAP)

NAMELESS = N_("Please tell us your name.")
NO_ADDRESS = N_("Please enter an e-mail address, so that we can answer.")
BAD_ADDRESS = N_("This does not look like an e-mail address.")
NO_MESSAGE = N_("Please write your message.")
TOO_LONG = N_("This is too long.")
TOO_MANY_FILES = N_("Please add fewer files.")
FILES_TOO_LARGE = N_("The files are too large together.")

LONGEST_MESSAGE = 50_000
MOST_FILES = 10
MOST_BYTES = 25_000_000
_LINES = {"name": 200, "email": 254, "phone": 40, "order": 80, "subject": 300, "language": 20, "topic": 60}
_ADDRESS = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]+\.[^\s@<>,;\".]{2,}")


def questions(config: FormConfig) -> Sequence[Question]:
    """Return what the form asks, in order."""
    asked = [
        Question("name", "text", N_("Your name"), is_required=True, autocomplete="name", longest=_LINES["name"]),
        Question(
            "email", "email", N_("Your e-mail address"), is_required=True, autocomplete="email", longest=_LINES["email"]
        ),
        Question("phone", "tel", N_("Phone"), autocomplete="tel", longest=_LINES["phone"])
        if config.asks_phone
        else None,
        Question("order", "text", N_("Order number"), longest=_LINES["order"]) if config.asks_order else None,
        Question("topic", "topic", N_("What is it about?")) if config.asks_topic else None,
        Question("subject", "text", N_("Subject"), longest=_LINES["subject"]) if config.asks_subject else None,
        Question("message", "textarea", N_("Your message"), is_required=True, longest=LONGEST_MESSAGE),
        Question("files", "file", N_("Files"), longest=MOST_FILES) if config.takes_files else None,
    ]
    return [question for question in asked if question is not None]


def tidy(answers: Mapping[str, str]) -> dict[str, str]:
    """Return the answers that a form may have: lines as one line each, the message with its line breaks."""
    lines = {name: one_line(answers.get(name, "")) for name in _LINES}
    message = answers.get("message", "").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
    return {**lines, "message": message}


def faults(answers: Mapping[str, str], files: Sequence[File]) -> dict[str, str]:
    """Return what is missing or wrong in tidy answers, by question."""
    found = {name: TOO_LONG for name, longest in _LINES.items() if len(answers[name]) > longest}
    if not answers["name"]:
        found["name"] = NAMELESS
    if not _ADDRESS.fullmatch(answers["email"]):
        found["email"] = BAD_ADDRESS if answers["email"] else NO_ADDRESS
    if not answers["message"]:
        found["message"] = NO_MESSAGE
    elif len(answers["message"]) > LONGEST_MESSAGE:
        found["message"] = TOO_LONG
    if len(files) > MOST_FILES:
        found["files"] = TOO_MANY_FILES
    elif sum(len(file.content) for file in files) > MOST_BYTES:
        found["files"] = FILES_TOO_LARGE
    return found


def packed(answers: Mapping[str, str], files: Iterable[File], verdict: Verdict) -> bytes:
    """Return the submission as the JSON that is kept; the same submission gives the same bytes."""
    body: dict[str, Any] = {name: value for name, value in answers.items() if value}
    stored = [
        {"name": file.name, "type": file.media_type, "content": base64.b64encode(file.content).decode()}
        for file in files
    ]
    if stored:
        body["files"] = stored
    body["guard"] = {"score": verdict.score, "reasons": list(verdict.reasons)}
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode()


def submission_id(token: str, answers: Mapping[str, str], files: Iterable[File]) -> str:
    """Return the id of a submission: the same when a form is sent twice by a double click."""
    digest = hashlib.sha256(json.dumps([token, dict(answers)], sort_keys=True).encode())
    for file in files:
        digest.update(hashlib.sha256(file.content).digest())
    return f"form.{digest.hexdigest()[:40]}"
