"""Matters that cross departments: played step by step by the same actions as those of the desk and of customers."""

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from importlib.resources import files
from itertools import count
from typing import Any

from balcao.channels.queries import connection_of
from balcao.deadlines.queries.hours import HOURS, key_of, version_at
from balcao.deadlines.rules.calendars import after, from_seconds, latest_start, next_opening, to_seconds
from balcao.deadlines.types import Calendar
from balcao.demo.deeds import DEEDS, Unexpected, order_of, picture, ticket_of, wanted
from balcao.demo.matter import Matter
from balcao.demo.setting import Shopfront
from balcao.pipeline.inbound import take_in
from balcao.pipeline.requests import Request
from balcao.pipeline.returning import Wish, send_back
from balcao.ports.channel import RawEnvelope
from balcao.tickets.actions import classifying, sending
from balcao.tickets.models import Message, Topic
from balcao.tickets.types import Status

FOLDER = files("balcao.demo")
WRITTEN_FOR = datetime.fromisoformat("2026-03-09T12:00:00+00:00")  # the orders' file takes each matter to begin then
_HELLO = timedelta(minutes=12)  # office time until somebody looks at a new matter
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Beat:
    """Something that happens at one instant of the play."""

    at: datetime
    number: int
    play: Callable[[datetime], None]


def script() -> dict[str, Any]:
    """Return the script of all matters."""
    return tomllib.loads(FOLDER.joinpath("matters.toml").read_text(encoding="utf-8"))


def moved(*, office: Calendar, now: datetime) -> dict[str, timedelta]:
    """Return by how much the moments of each matter's order are moved, by its number."""
    rows = (row for row in script()["matter"] if "order" in row)
    return {row["order"]: _began(row, office, now) - WRITTEN_FOR for row in rows}


def beats(*, front: Shopfront, now: datetime) -> list[Beat]:
    """Return everything that happens in all matters, in order."""
    said, numbers, office = script(), count(), office_of(front, now)
    found = [beat for row in said["matter"] for beat in _beats_of(row, front, office, said["hello"], numbers, now)]
    return sorted(found, key=lambda beat: (beat.at, beat.number))


def office_of(front: Shopfront, now: datetime) -> Calendar:
    """Return the hours by which the play goes: nobody works at night."""
    calendar = front.shop.calendars.order_by("pk")[0]
    return HOURS[key_of(version_at(calendar, at=now))]


def _beats_of(
    row: Mapping[str, Any],
    front: Shopfront,
    office: Calendar,
    hello: Mapping[str, Mapping[str, str]],
    numbers: Iterator[int],
    now: datetime,
) -> Iterator[Beat]:
    matter = Matter(row, front, _began(row, office, now))
    yield Beat(matter.began, next(numbers), lambda at: _arrive(matter, at))
    if row["agent"]:
        at = _later(office, matter.began, _HELLO.total_seconds() / _HOUR)
        words = hello[row["blueprint"]][row["language"]].format(name=row["name"].split()[0])
        yield Beat(at, next(numbers), lambda at: _greet(matter, words, at))
    for step in row["steps"]:
        deed = next(DEEDS[name] for name in step if name in DEEDS)
        at = back(office, now, step["ago"]) if "ago" in step else _later(office, matter.began, step["after"])
        yield Beat(at, next(numbers), lambda at, deed=deed, step=step: _do(deed, matter, step, at))  # type: ignore[misc]


def _do(deed: Callable[..., None], matter: Matter, step: Mapping[str, Any], at: datetime) -> None:
    try:
        deed(matter, step, at)
    except Exception as error:
        raise Unexpected(f"{matter.row['slug']}, {dict(step)}: {error!r}") from error


# --- When -------------------------------------------------------------------------------------------------------------


def _began(row: Mapping[str, Any], office: Calendar, now: datetime) -> datetime:
    if "ago" in row:
        return back(office, now, row["ago"])
    return next_opening(office, from_seconds(to_seconds(now - timedelta(days=row["days"])))) or now


def back(office: Calendar, now: datetime, hours: float) -> datetime:
    """Return the instant so many office hours ago."""
    found = latest_start(office, to_seconds(now), round(hours * _HOUR))
    if found is None:
        raise Unexpected(f"{hours} office hours ago is too long ago")
    return from_seconds(found)


def _later(office: Calendar, since: datetime, hours: float) -> datetime:
    return after(office, since, round(hours * _HOUR)) or since


# --- How a matter begins ----------------------------------------------------------------------------------------------


def _arrive(matter: Matter, at: datetime) -> None:
    message = _WAYS_IN[matter.row["via"]](matter, at)
    if message is None:
        raise Unexpected(f"{matter.row['slug']}: it did not arrive")
    matter.ticket = message.ticket_id
    topic = Topic.objects.get(key=matter.row["topic"])
    if matter.row["via"] == "page":  # the page knows what it is about
        classifying.set_topic(ticket=ticket_of(matter.ticket), topic=topic, agent=None, now=at)


def _by_mail(matter: Matter, at: datetime) -> Message | None:
    row = matter.row
    box = matter.front.mailboxes["destek" if row["language"] == "tr" else "contato"]
    mail = EmailMessage()
    mail["From"] = f'"{row["name"]}" <{row["email"]}>'
    mail["To"] = box.address
    mail["Subject"] = row["subject"]
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{row['slug']}@{row['email'].partition('@')[2]}>"
    number = f"\n\n{row['order']}" if "order" in row else ""
    mail.set_content(f"{row['text']}{number}\n\n{row['name']}\n")
    raw = RawEnvelope(external_id=f"demo-{row['slug']}", body=mail.as_bytes(), source="demo", received_at=at)
    return take_in(channel=box, raw=raw, connection=connection_of(box), now=at, holder="demo").message


def _by_form(matter: Matter, at: datetime) -> Message | None:
    row, form = matter.row, next(iter(matter.front.forms.values()))
    body = {"name": row["name"], "email": row["email"], "phone": "", "language": row["language"]}
    body |= {"order": row.get("order", ""), "subject": row["subject"], "message": row["text"]}
    packed = json.dumps(body, ensure_ascii=False).encode()
    raw = RawEnvelope(external_id=f"demo-{row['slug']}", body=packed, source="demo", received_at=at)
    return take_in(channel=form, raw=raw, connection=connection_of(form), now=at, holder="demo").message


def _by_page(matter: Matter, at: datetime) -> Message | None:
    """Let a customer send something back on the page of their order."""
    row, wish, order = matter.row, matter.row["wish"], order_of(matter)
    if order is None:
        raise Unexpected(f"{row['slug']}: without an order nothing comes back")
    request = Request(
        email=row["email"],
        name=row["name"],
        order=row["order"],
        subject=row["subject"],
        message=row["text"],
        language=row["language"],
        is_verified=True,
    )
    pictures = [("1", picture(wish["photo"]))] if "photo" in wish else []
    wanting = Wish(order, wanted(matter, wish), pictures)
    found = send_back(shop=matter.front.shop, wish=wanting, request=request, key=row["slug"], now=at)
    return found.process.ticket.messages.order_by("id").first() if found else None


_WAYS_IN: Mapping[str, Callable[[Matter, datetime], Message | None]] = {
    "mail": _by_mail,
    "form": _by_form,
    "page": _by_page,
}


def _greet(matter: Matter, words: str, at: datetime) -> None:
    """Let an agent take a matter, say what it is about and answer."""
    ticket, agent = ticket_of(matter.ticket), matter.front.agents[matter.row["agent"]]
    if ticket.topic_id is None:
        classifying.set_topic(ticket=ticket, topic=Topic.objects.get(key=matter.row["topic"]), agent=agent, now=at)
    talk = ticket.conversations.select_related("ticket__shop", "channel__shop").order_by("id")[0]
    writing = sending.Writing(text=words, then=Status.OPEN)
    sending.send_message(conversation=talk, writing=writing, agent=agent, now=at)
