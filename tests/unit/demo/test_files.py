"""The demo shop's files fit together: mails, forms, timeline and shop name only what is there."""

import json
import re
import tomllib
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

import balcao.demo
from balcao.tickets.rules.searching import parse_search

DEMO = Path(balcao.demo.__file__).parent
SHOP: dict[str, Any] = tomllib.loads((DEMO / "shop.toml").read_text("utf-8"))
MATTERS: list[dict[str, Any]] = tomllib.loads((DEMO / "matters.toml").read_text("utf-8"))["matter"]
STEPS: list[dict[str, Any]] = tomllib.loads((DEMO / "timeline.toml").read_text("utf-8"))["step"]
MAILS = sorted((DEMO / "mails").glob("*.eml"))
FORMS = sorted((DEMO / "forms").glob("*.json"))
MAIL_STEPS = {step["file"]: step for step in STEPS if step["do"] == "mail"}
UNREADABLE = {name for name, step in MAIL_STEPS.items() if step["expect"] == "quarantined"}
READABLE = [path for path in MAILS if path.name not in UNREADABLE]

WEEK = (datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 16, tzinfo=UTC))
RESERVED = re.compile(r"(^|\.)(example|test|invalid|localhost)$|(^|\.)example\.(com|net|org)$")
HOST = re.compile(r"(?:@|https?://|www\.)((?:[a-z0-9-]+\.)+[a-z]{2,})", re.IGNORECASE)
ADDRESS = re.compile(r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b(?!\.)")
DOCUMENTATION = ("192.0.2.", "198.51.100.", "203.0.113.", "192.168.", "127.0.0.1")
ENCODED = {"base64", "quoted-printable"}
FORM_FIELDS = ["name", "email", "phone", "language", "order", "subject", "message"]
OURS = re.compile(r"<reply-([a-z0-9-]+)@demo\.example>")
MESSAGE_ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")


def read(path: Path) -> EmailMessage:
    """Parse one mail with the standard library."""
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def texts(mail: EmailMessage) -> str:
    """Return everything a person could read in a mail, decoded."""
    return "\n".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")


def slug(name: str) -> str:
    """Return the name by which the timeline calls a file."""
    return re.sub(r"^\d+-", "", name).rsplit(".", 1)[0]


def strings(value: Any) -> list[str]:
    """Return all the strings within a value read from TOML."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for part in value.values() for text in strings(part)]
    return [text for part in value for text in strings(part)] if isinstance(value, list) else []


def foreign_hosts(text: str) -> set[str]:
    """Return the host names in a text that somebody could really own."""
    return {host for host in HOST.findall(text) if not RESERVED.search(host.lower())}


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.stem)
def test_mail_is_well_formed(path: Path) -> None:
    mail = read(path)
    assert [defect for part in mail.walk() for defect in part.defects] == []
    assert mail["Message-ID"]
    assert mail["From"].addresses
    assert texts(mail).strip()
    assert b"\n" not in path.read_bytes().replace(b"\r\n", b"")


def test_exactly_one_thing_cannot_be_read() -> None:
    assert len(UNREADABLE) == 1
    raw = (DEMO / "mails" / UNREADABLE.pop()).read_bytes()
    assert b"\x00" in raw
    assert message_from_bytes(raw).keys() == []


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.stem)
def test_mail_was_sent_in_the_week_and_just_before_it_came(path: Path) -> None:
    mail = read(path)
    sent = parsedate_to_datetime(mail["Date"])
    came = MAIL_STEPS[path.name]["at"]
    assert sent.tzinfo is not None
    assert WEEK[0] <= sent < WEEK[1]
    assert 0 <= (came - sent).total_seconds() < 60
    for line in mail.get_all("Received", []):
        hop = parsedate_to_datetime(re.sub(r"\s*\([A-Z0-9+-]+\)$", "", line.rsplit(";", 1)[1].strip()))
        assert abs((hop - sent).total_seconds()) < 60


def test_files_are_numbered_in_the_order_of_the_timeline() -> None:
    assert list(MAIL_STEPS) == [path.name for path in MAILS]


def test_message_ids_are_unique() -> None:
    ids = [read(path)["Message-ID"] for path in READABLE]
    assert len(ids) == len(set(ids))


def test_answers_name_what_came_before() -> None:
    """A mail answers an earlier mail, or an earlier answer of ours by its placeholder."""
    seen: set[str] = set()
    for step in STEPS:
        if step["do"] == "mail" and step["expect"] != "quarantined":
            mail = read(DEMO / "mails" / step["file"])
            named = MESSAGE_ID.findall(f"{mail['In-Reply-To'] or ''} {mail['References'] or ''}")
            assert set(named) <= seen, step["file"]
            assert bool(named) or step["expect"] in {"new", "bounce"}, step["file"]
            seen.add(mail["Message-ID"])
        if "id" in step:
            seen.add(f"<reply-{step['id']}@demo.example>")


def test_placeholders_stand_bare_where_bytes_can_be_replaced() -> None:
    ids = {step["id"] for step in STEPS if "id" in step}
    for path in READABLE:
        raw = path.read_bytes().decode("utf-8")
        assert set(OURS.findall(raw)) <= ids
        assert raw.count("demo.example") == len(OURS.findall(raw))
        assert "demo.example" not in "\n".join(
            part.get_content()
            for part in read(path).walk()
            if part.get_content_maintype() == "text" and part["Content-Transfer-Encoding"] in ENCODED
        )


def test_timeline_and_folders_name_the_same_files() -> None:
    assert set(MAIL_STEPS) == {path.name for path in MAILS}
    assert len(MAIL_STEPS) == sum(step["do"] == "mail" for step in STEPS)
    assert sorted(step["file"] for step in STEPS if step["do"] == "form") == [path.name for path in FORMS]


def test_timeline_ascends_within_the_week() -> None:
    times = [step["at"] for step in STEPS]
    assert times == sorted(times)
    assert WEEK[0] <= times[0]
    assert times[-1] < WEEK[1]


def test_steps_speak_of_tickets_that_exist_by_then() -> None:
    known: set[str] = set()
    for step in STEPS:
        tickets = [step[key] for key in ("on", "into", "from") if key in step]
        tickets += [step["to"]] if step["do"] == "reply" else []
        assert set(tickets) <= known, step
        known |= {slug(step["file"])} if "file" in step else set()
        known |= {step["slug"]} if "slug" in step else set()


def test_steps_name_agents_tags_macros_teams_and_doors_of_the_shop() -> None:
    agents, tags, macros, teams, mailboxes, forms = (
        {entry["slug"] for entry in SHOP[kind]} for kind in ("agents", "tags", "macros", "teams", "mailboxes", "forms")
    )
    for step in STEPS:
        assert step.get("agent", "caio") in agents
        assert set(step.get("add", [])) | set(step.get("remove", [])) <= tags
        assert step.get("macro", "rastreio") in macros
        assert step.get("team", "atendimento") in teams
        assert step.get("mailbox", "contato") in mailboxes
        assert step.get("form", "fale-conosco") in forms
        assert step["do"] != "assign" or step["to"] in agents | {""}
        assert set(re.findall(r"@([a-z]+)", step["text"] if step["do"] == "note" else "")) <= agents


def test_matters_name_people_and_departments_of_the_shop() -> None:
    agents, departments = ({entry["slug"] for entry in SHOP[kind]} for kind in ("agents", "departments"))
    assert len({matter["slug"] for matter in MATTERS}) == len(MATTERS)
    for matter in MATTERS:
        assert matter["agent"] in agents | {""}
        assert RESERVED.search(matter["email"].split("@")[1])
        for step in matter["steps"]:
            assert step["by"] in agents | departments | {"customer"}
            assert step.get("to", "atelie") in departments


def test_the_steps_of_a_matter_follow_one_another() -> None:
    for matter in MATTERS:
        instants = [step["after"] if "after" in step else -step["ago"] for step in matter["steps"]]
        assert instants == sorted(instants), matter["slug"]
        assert min(instants, default=0) >= -matter.get("ago", 0), matter["slug"]


def test_reminders_lie_ahead_of_their_step() -> None:
    for step in STEPS:
        for key in ("remind", "until"):
            assert key not in step or step[key] > step["at"]


def test_shop_refers_only_to_itself() -> None:
    kinds = ("agents", "tags", "teams", "departments")
    agents, tags, teams, departments = ({entry["slug"] for entry in SHOP[kind]} for kind in kinds)
    for agent in SHOP["agents"]:
        assert set(agent["teams"]) <= teams
        assert set(agent["departments"]) <= departments
        assert agent["role"] in {"admin", "supervisor", "agent", "light"}
    for department in SHOP["departments"]:
        assert department["lead"] in agents
        assert department.get("calendar", "galpao") in {entry["slug"] for entry in SHOP["calendars"]}
    for door in SHOP["mailboxes"] + SHOP["forms"]:
        assert door["team"] in teams
    for macro in SHOP["macros"]:
        assert bool(macro["owner"]) != macro["shared"]
        for step in macro["steps"]:
            assert set(step.get("add", [])) <= tags
    for view in SHOP["views"]:
        assert view["owner"] in agents | {""}
        search = parse_search(view["query"])
        assert not search.problems
        assert set(search.tags) <= {tag["name"] for tag in SHOP["tags"]}


def test_three_languages_are_spoken_everywhere() -> None:
    languages = {"pt-BR", "tr", "en"}
    assert set(SHOP["shop"]["languages"]) == set(SHOP["shop"]["signatures"]) == languages
    assert {agent["language"] for agent in SHOP["agents"]} == languages
    assert {json.loads(path.read_text("utf-8"))["language"] for path in FORMS} == languages
    assert all(set(macro["texts"]) in (languages, set()) for macro in SHOP["macros"])
    mails = "\n".join(texts(read(path)) for path in READABLE)
    for word in ("pedido", "sipariş", "order"):
        assert mails.lower().count(word) > 5


def test_macros_and_signatures_use_known_placeholders() -> None:
    known = {"customer.first_name", "ticket.number", "agent.name", "shop.name"}
    written = [text for macro in SHOP["macros"] for text in macro["texts"].values()]
    written += SHOP["shop"]["signatures"].values()
    assert {name for text in written for name in re.findall(r"\{([^}]*)\}", text)} <= known


def test_form_submissions_have_the_fields_of_the_form() -> None:
    for path in FORMS:
        assert list(json.loads(path.read_text("utf-8"))) == FORM_FIELDS


def test_nothing_points_at_a_real_host() -> None:
    for path in READABLE:
        mail = read(path)
        headers = "\n".join(f"{name}: {value}" for name, value in mail.items())
        assert foreign_hosts(headers + texts(mail)) == set(), path.name
        addresses = getaddresses([str(mail[name] or "") for name in ("From", "To", "Cc", "Reply-To", "Return-Path")])
        assert all(RESERVED.search(address.split("@")[1]) for _, address in addresses if "@" in address), path.name
        hops = "\n".join(mail.get_all("Received", []))
        assert [ip for ip in ADDRESS.findall(hops) if not ip.startswith(DOCUMENTATION)] == [], path.name
        assert all(RESERVED.search(host) for host in re.findall(r"(?:from|by) ([\w-]+\.[\w.-]+)", hops)), path.name
    for text in [*strings(SHOP), *strings(STEPS), *(path.read_text("utf-8") for path in FORMS)]:
        assert foreign_hosts(re.sub(r"(?<!\S)@", "", text)) == set()


def test_every_kind_of_arrival_is_there() -> None:
    assert {step["expect"] for step in MAIL_STEPS.values()} == {"new", "reply", "auto", "bounce", "quarantined"}
    results = " ".join(str(read(path)["Authentication-Results"]) for path in READABLE)
    verdicts = set(re.findall(r"dmarc=(\w+)", results))
    assert verdicts == {"pass", "none", "fail"}
    charsets = {(part.get_content_charset() or "").lower() for path in READABLE for part in read(path).walk()}
    assert {"utf-8", "iso-8859-1", "iso-8859-9", "windows-1252", "windows-1254"} <= charsets
    assert "4111 1111 1111 1111" in texts(read(next(path for path in READABLE if "cartao" in path.name)))
