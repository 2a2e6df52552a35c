"""Bringing the demo shop in: set up as an owner would, then its week played through the real ways in and out."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from importlib.resources import files
from typing import Any

from balcao.automation.actions import run_steps
from balcao.automation.models import Macro
from balcao.automation.queries.macros import filled_text
from balcao.channels.models import Channel
from balcao.channels.queries import connection_of
from balcao.commerce.actions import verifying
from balcao.commerce.actions.verifying import Place
from balcao.commerce.models import Order
from balcao.customers import actions as customers
from balcao.customers.models import Identity
from balcao.demo import book, house_rules, matters
from balcao.demo.deeds import Unexpected
from balcao.demo.matters import Beat
from balcao.demo.setting import Shopfront, set_up
from balcao.journal.actions import seal
from balcao.pipeline import clock, followers, orders, outbound, ruling, timers
from balcao.pipeline.inbound import Taken, take_in
from balcao.pipeline.stages import doing, outlook
from balcao.ports.channel import IdentityKind, Party, RawEnvelope
from balcao.processes.models import Effect
from balcao.processes.types import EffectState
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.tickets.actions import changing, classifying, noting, sending
from balcao.tickets.actions.merging import merge_tickets
from balcao.tickets.models import Message, Tag, Ticket, Topic
from balcao.tickets.types import Priority, Status

FOLDER = files("balcao.demo")
OPEN_FOR = timedelta(days=75)  # so long ago the shop was set up
STRIDE = timedelta(hours=3)  # so often those who follow the journal read on while the week is played
LONG_STRIDE = timedelta(days=10)  # ... and in the weeks before
AGO = timedelta(minutes=4)  # the last step of the week happened so long before the demo is opened

_DATED = re.compile(
    rb"^(Date:[ \t]*|Received:(?:[^\r\n]|\r?\n[ \t])*?;\s*)([^\r\n;]+)\r?$", re.MULTILINE | re.IGNORECASE
)
_ANSWER = re.compile(rb"<reply-([a-z0-9-]+)@demo\.example>")


@dataclass(slots=True)
class Play:
    """The week as it is played: what each slug stands for so far."""

    front: Shopfront
    shift: timedelta
    tickets: dict[str, int] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)  # id of an answer -> its external id

    def at(self, moment: datetime) -> datetime:
        """Return when something of the written week happens in the played one."""
        return moment + self.shift

    def ticket(self, slug: str) -> Ticket:
        """Return the ticket that a slug belongs to, as it stands now."""
        rows = Ticket.objects.select_related("shop", "identity__customer", "assignee", "team")
        ticket = rows.get(pk=self.tickets[slug])
        return rows.get(pk=ticket.merged_into_id) if ticket.merged_into_id else ticket

    def agent(self, slug: str) -> Agent:
        """Return an agent by slug."""
        return self.front.agents[slug]


def is_loaded() -> bool:
    """Tell whether the installation has a shop already, so that the demo must keep out."""
    return Shop.objects.exists()


def load(*, now: datetime, password: str, on_step: Callable[[], None] = lambda: None) -> Shopfront:
    """Bring the demo shop in; raises `Unexpected` where the desk does something else than the script expects."""
    steps = steps_of_the_week()
    shift = now - AGO - steps[-1]["at"]
    week, opened = steps[0]["at"] + shift, now - OPEN_FOR
    front = set_up(password=password, now=opened)
    _stock(front, shift, now=now, opened=opened)
    house_rules.lay_down(front, now=week - timedelta(minutes=1))
    play, caught_up = Play(front, shift), opened
    for beat in sorted([*_week_of(play, steps), *matters.beats(front=front, now=now)], key=lambda beat: beat.at):
        beat.play(beat.at)
        _work(beat.at)
        if beat.at >= caught_up + (STRIDE if beat.at >= week else LONG_STRIDE):
            _catch_up(caught_up := beat.at)
        on_step()
    _settle(now)
    house_rules.lay_down_for_later(front, now=now)
    return front


def _week_of(play: Play, steps: list[dict[str, Any]]) -> list[Beat]:
    def playing(step: dict[str, Any]) -> Callable[[datetime], None]:
        return lambda at: _DEEDS[step["do"]](play, step, at)

    return [Beat(play.at(step["at"]), number, playing(step)) for number, step in enumerate(steps)]


def _stock(front: Shopfront, shift: timedelta, *, now: datetime, opened: datetime) -> None:
    shifts = matters.moved(office=matters.office_of(front, now), now=now)
    left_out = book.bring_in(shop=front.shop, shift=shift, shifts=shifts, now=opened)
    if left_out:
        raise Unexpected(f"{left_out} of the demo's orders and products have faults: balcao orders import --check")


def how_long() -> int:
    """Return how many steps bringing the demo in takes."""
    return len(steps_of_the_week()) + sum(
        len(row["steps"]) + 1 + bool(row["agent"]) for row in matters.script()["matter"]
    )


def steps_of_the_week() -> list[dict[str, Any]]:
    """Return the script's steps in order."""
    script = tomllib.loads(FOLDER.joinpath("timeline.toml").read_text(encoding="utf-8"))
    return sorted(script["step"], key=lambda step: step["at"])


def _settle(now: datetime) -> None:
    """Let everything that follows the journal catch up, so that the first page is complete."""
    _catch_up(now)
    while clock.run_due(now=now):
        pass
    _catch_up(now)


def _catch_up(now: datetime) -> None:
    """Let the journal be followed and time pass up to an instant, as it does while the desk runs."""
    while seal() + followers.run_due(now=now) + ruling.run_due(now=now) or timers.run_due(now=now):
        pass
    outlook.run_due(now=now)


def _work(at: datetime) -> None:
    """Let everything be done that a step brought with it, as workers do at once."""
    while doing.run_due(worker="demo", now=at, clock=lambda: at):
        if orders.run_due(worker="demo", now=at, clock=lambda: at):
            for effect in Effect.objects.filter(state=EffectState.WAITING).select_related("entry", "visit"):
                if effect.entry:
                    doing.settle_by(effect=effect, entry=effect.entry, now=at)
    sent = at + timedelta(seconds=12)
    outbound.run_due(worker="demo", now=sent, clock=lambda: sent)


def _mail(play: Play, step: dict[str, Any], at: datetime) -> None:
    body = FOLDER.joinpath("mails", step["file"]).read_bytes()
    body = _ANSWER.sub(lambda found: f"<{play.sent[found[1].decode()]}>".encode(), _moved(body, play.shift))
    slug = step["file"].partition("-")[2].removesuffix(".eml")
    _bring(play, play.front.mailboxes[step["mailbox"]], body, slug, step, at)


def _form(play: Play, step: dict[str, Any], at: datetime) -> None:
    body = FOLDER.joinpath("forms", step["file"]).read_bytes()
    _bring(play, play.front.forms[step["form"]], body, step["file"].removesuffix(".json"), step, at)


def _bring(play: Play, channel: Channel, body: bytes, slug: str, step: dict[str, Any], at: datetime) -> None:
    raw = RawEnvelope(external_id=f"demo-{slug}", body=body, source="demo", received_at=at)
    taken = take_in(channel=channel, raw=raw, connection=connection_of(channel), now=at, holder="demo")
    _check(taken, step, play, slug)
    if taken.message:
        play.tickets[slug] = taken.message.ticket_id


def _check(taken: Taken, step: dict[str, Any], play: Play, slug: str) -> None:
    expected = step.get("expect", "new")
    if taken.outcome != expected:
        raise Unexpected(f"{slug}: {taken.outcome} instead of {expected} ({taken.reason})")
    if "on" in step and taken.message and taken.message.ticket_id != play.tickets[step["on"]]:
        raise Unexpected(f"{slug}: it did not join the ticket of {step['on']}")


def _moved(body: bytes, shift: timedelta) -> bytes:
    """Move the dates in a mail's header, each keeping its zone."""
    head, gap, rest = body.partition(b"\r\n\r\n")

    def later(found: re.Match[bytes]) -> bytes:
        try:
            said = parsedate_to_datetime(found[2].decode("ascii").strip())
        except ValueError:
            return found[0]
        return found[1] + format_datetime(said + shift).encode() + b"\r"

    return _DATED.sub(later, head + b"\r")[:-1] + gap + rest if gap else body


def _then(step: dict[str, Any], play: Play) -> tuple[Status | None, datetime | None]:
    then = Status(step["then"]) if step.get("then") else Status.OPEN
    return then, play.at(step["remind"]) if "remind" in step else None


def _reply(play: Play, step: dict[str, Any], at: datetime) -> None:
    _answer(play, step, play.ticket(step["to"]), step["text"].strip(), at)


def _answer(play: Play, step: dict[str, Any], ticket: Ticket, text: str, at: datetime) -> None:
    then, remind_at = _then(step, play)
    last = Message.objects.filter(ticket=ticket, direction="in", kind="said").order_by("-at", "-id")
    conversation = last.select_related("conversation__ticket__shop", "conversation__channel__shop")[0].conversation
    message = sending.send_message(
        conversation=conversation,
        writing=sending.Writing(text=text, then=then, remind_at=remind_at),
        agent=play.agent(step["agent"]),
        now=at,
    )
    play.sent[step["id"]] = message.external_id


def _macro(play: Play, step: dict[str, Any], at: datetime) -> None:
    ticket, agent = play.ticket(step["on"]), play.agent(step["agent"])
    macro = Macro.objects.get(pk=play.front.macros[step["macro"]])
    text = filled_text(macro=macro, ticket=ticket, agent=agent).text
    if text:
        _answer(play, step, ticket, text.strip(), at)
    run_steps(macro=macro, ticket=play.ticket(step["on"]), agent=agent, now=at + timedelta(seconds=1))


def _start(play: Play, step: dict[str, Any], at: datetime) -> None:
    then, remind_at = _then(step, play)
    message = sending.start_ticket(
        channel=play.front.mailboxes[step["mailbox"]],
        writing=sending.Writing(
            text=step["text"].strip(),
            to=(Party(IdentityKind.EMAIL, step["email"], step["name"]),),
            subject=step["subject"],
            then=then,
            remind_at=remind_at,
        ),
        agent=play.agent(step["agent"]),
        language=step["language"],
        now=at,
    )
    play.sent[step["id"]] = message.external_id
    play.tickets[step["slug"]] = message.ticket_id


def _log(play: Play, step: dict[str, Any], at: datetime) -> None:
    agent = play.agent(step["agent"])
    key = "email" if step["email"] else "phone"
    message = sending.log_contact(
        channel=next(iter(play.front.mailboxes.values())),
        party=Party(IdentityKind(key), step[key], step["name"]),
        text=step["text"].strip(),
        subject=step["subject"],
        agent=agent,
        ticket=None,
        language=step["language"],
        now=at,
    )
    play.tickets[step["slug"]] = message.ticket_id
    then, remind_at = _then(step, play)
    if then:
        changing.set_status(ticket=play.ticket(step["slug"]), status=then, agent=agent, now=at, remind_at=remind_at)


def _note(play: Play, step: dict[str, Any], at: datetime) -> None:
    text = step["text"].strip()
    called = [slug for slug in re.findall(r"@([a-z0-9-]+)", text) if slug in play.front.agents]
    for slug in called:
        text = text.replace(f"@{slug}", f"@{play.agent(slug).name}")
    noting.add_note(
        ticket=play.ticket(step["on"]),
        text=text,
        agent=play.agent(step["agent"]),
        now=at,
        mentions=[play.agent(slug) for slug in called],
    )


def _draft(play: Play, step: dict[str, Any], at: datetime) -> None:
    noting.save_draft(
        ticket=play.ticket(step["on"]),
        agent=play.agent(step["agent"]),
        mode="reply",
        text=step["text"].strip(),
        addressing={},
        now=at,
    )


def _assign(play: Play, step: dict[str, Any], at: datetime) -> None:
    ticket = play.ticket(step["on"])
    changing.assign(
        ticket=ticket,
        assignee=play.agent(step["to"]) if step.get("to") else None,
        team=play.front.teams[step["team"]] if step.get("team") else ticket.team,
        agent=play.agent(step["agent"]),
        now=at,
    )


def _tag(play: Play, step: dict[str, Any], at: datetime) -> None:
    ticket = play.ticket(step["on"])
    kept = {tag.pk for tag in ticket.tags.all()}
    kept |= {play.front.tags[slug].pk for slug in step.get("add", ())}
    kept -= {play.front.tags[slug].pk for slug in step.get("remove", ())}
    tags = list(Tag.objects.filter(pk__in=kept))
    changing.set_tags(ticket=ticket, tags=tags, agent=play.agent(step["agent"]), now=at)


def _topic(play: Play, step: dict[str, Any], at: datetime) -> None:
    topic = Topic.objects.get(key=step["topic"])
    classifying.set_topic(ticket=play.ticket(step["on"]), topic=topic, agent=play.agent(step["agent"]), now=at)


def _status(play: Play, step: dict[str, Any], at: datetime) -> None:
    changing.set_status(
        ticket=play.ticket(step["on"]),
        status=Status(step["status"]),
        agent=play.agent(step["agent"]),
        now=at,
        remind_at=play.at(step["remind"]) if "remind" in step else None,
    )


def _priority(play: Play, step: dict[str, Any], at: datetime) -> None:
    ticket, agent = play.ticket(step["on"]), play.agent(step["agent"])
    changing.set_priority(ticket=ticket, priority=Priority(step["priority"]), agent=agent, now=at)


def _subject(play: Play, step: dict[str, Any], at: datetime) -> None:
    ticket, agent = play.ticket(step["on"]), play.agent(step["agent"])
    changing.set_subject(ticket=ticket, subject=step["subject"], agent=agent, now=at)


def _snooze(play: Play, step: dict[str, Any], at: datetime) -> None:
    ticket, agent = play.ticket(step["on"]), play.agent(step["agent"])
    changing.snooze(ticket=ticket, until=play.at(step["until"]), agent=agent, now=at)


def _merge(play: Play, step: dict[str, Any], at: datetime) -> None:
    source, target = play.ticket(step["from"]), play.ticket(step["into"])
    merge_tickets(source=source, target=target, agent=play.agent(step["agent"]), now=at)


def _merge_customers(play: Play, step: dict[str, Any], at: datetime) -> None:
    kept, other = (Identity.objects.select_related("customer").get(value=step[name]) for name in ("keep", "other"))
    customers.merge(
        kept=kept.customer,
        absorbed=other.customer,
        agent=play.agent(step["agent"]),
        evidence={"reason": step["reason"]},
        now=at,
    )


def _customer_note(play: Play, step: dict[str, Any], at: datetime) -> None:
    ticket = play.ticket(step["on"])
    customers.add_note(identity=ticket.identity, agent=play.agent(step["agent"]), text=step["text"].strip(), now=at)


def _verify(play: Play, step: dict[str, Any], at: datetime) -> None:
    talk = play.ticket(step["on"]).conversations.order_by("id").first()
    order = Order.objects.select_related("account__backend").get(number=step["order"])
    if talk is None:
        raise Unexpected(f"{step['on']}: nobody is spoken with")
    place = Place(talk.created_at, conversation=talk.pk, ticket=talk.ticket_id)
    agent = play.agent(step["agent"])
    sent = verifying.challenge(account=order.account, order=order, place=place, language="", agent=agent, now=at)
    _code, token = verifying.arm(challenge=sent)
    verifying.mark_sent(challenge=sent, now=at)
    verifying.confirm_link(token=token, now=at + timedelta(minutes=2))


_DEEDS: dict[str, Callable[[Play, dict[str, Any], datetime], None]] = {
    "mail": _mail,
    "form": _form,
    "reply": _reply,
    "macro": _macro,
    "start": _start,
    "log": _log,
    "note": _note,
    "draft": _draft,
    "assign": _assign,
    "tag": _tag,
    "topic": _topic,
    "status": _status,
    "priority": _priority,
    "subject": _subject,
    "snooze": _snooze,
    "merge": _merge,
    "merge_customers": _merge_customers,
    "verify": _verify,
    "customer_note": _customer_note,
}
