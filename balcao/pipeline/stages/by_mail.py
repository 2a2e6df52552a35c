"""Departments that do not use the desk: asked by mail, and what they answer lands on the stage or as a note.

The mail goes out of the shop's own mailbox; its answer comes back by a signed address, or by the ids it names. It
counts only if the department's own address, or an agent of it, wrote it. The customer never sees any of it.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from balcao.automation.queries.telling import spoken
from balcao.channels.actions.sending import queue_dispatch
from balcao.channels.models import Channel
from balcao.channels.queries import connection_of, writing_channel
from balcao.commerce.queries import secret_keys
from balcao.kit import crypto
from balcao.kit.gathering import settle
from balcao.kit.guards import one_line
from balcao.kit.locales import spoken_day
from balcao.kit.numbers import number_in
from balcao.kit.prepared import Prepared
from balcao.ports import registry
from balcao.ports.channel import IdentityKind, Inbound, Nature, Outbound, Party, Proof
from balcao.processes import types
from balcao.processes.actions.moving import Mover, ProcessRefused, fill, forward
from balcao.processes.models import Forward, StageMail, Visit
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.courses import course_of, facts_of, last_visit
from balcao.processes.rules import moving
from balcao.processes.rules.mailing import Reply, fits_in_a_mail, read_reply
from balcao.processes.types import Actor, FieldType, ForwardState, Transition
from balcao.staff.models import Agent
from balcao.tickets.actions.noting import note_by_itself
from balcao.tickets.models import Note
from balcao.tickets.rules.topics import said_in

_PURPOSE = "stage mail"


def token_of(visit: Visit) -> str:
    """Return the signed token by which a department's answer finds its stage."""
    return f"{visit.pk}.{crypto.sign_token(visit.pk, key=settings.SECRET_KEY, purpose=_PURPOSE)}"


# --- Asking -----------------------------------------------------------------------------------------------------------


def ask(*, visit: Visit, now: datetime) -> bool:
    """Ask the department of a stage by mail, in the caller's transaction; False where it wants none."""
    department, shop = visit.department, visit.process.shop
    channel = writing_channel(shop, IdentityKind.EMAIL) if department and department.email else None
    if department is None or channel is None:
        return False
    language = spoken(shop.languages)
    with override(language):
        subject, text = _subject(visit, language), _asking(visit, language, now)
    _write(channel, visit, department.email, subject, text, ways=[way.key for way in _ways(visit, now)], now=now)
    return True


def _write(
    channel: Channel, visit: Visit, address: str, subject: str, text: str, *, ways: list[str], now: datetime
) -> None:
    adapter = registry.channel(channel.kind)
    outbound = Outbound(
        external_id=adapter.new_id(connection_of(channel)),
        to=(Party(IdentityKind.EMAIL, address),),
        sender_name=visit.process.shop.name,
        subject=one_line(subject),
        text=text,
        reply_token=token_of(visit),
        automatic=True,
        language=spoken(visit.process.shop.languages),
    )
    key = f"stage:{visit.process_id}"
    dispatch = queue_dispatch(channel=channel, outbound=outbound, files=[], order_key=key, due_at=now, now=now)
    StageMail.objects.create(visit=visit, dispatch=dispatch, address=address, ways=ways)


def _subject(visit: Visit, language: str) -> str:
    stage = blueprint_by_id(visit.process.version_id).stage(visit.stage)
    facts = {"number": visit.process.ticket.number, "stage": said_in(stage.names, [language])}
    return _("Ticket %(number)s: %(stage)s") % facts


def _asking(visit: Visit, language: str, now: datetime) -> str:
    """Say what is to be done, until when, and how to answer."""
    process, ways = visit.process, _ways(visit, now)
    order = process.order.number if process.order else ""
    due = _when(visit.due_at, process.shop.time_zone, language, now) if visit.due_at else ""
    parts = [
        _("Order %(number)s") % {"number": order} if order else "",
        visit.remark,
        _("Due: %(when)s") % {"when": due} if due else "",
    ]
    if ways:
        lines = [f"{number}  {said_in(way.names, [language])}" for number, way in enumerate(ways, 1)]
        parts.append(_("Done? Answer this mail with one of these numbers alone on the first line:"))
        parts.append("\n".join(lines))
    wanted = [line for field in _wanted(visit, ways) if (line := _line(field, language))]
    if wanted:
        parts.append(_("and fill these in, where you know them:"))
        parts.append("\n".join(wanted))
    parts.append(_("Anything else that you write becomes a note on the ticket. The customer never sees it."))
    parts.append(f"{settings.PUBLIC_URL}/tickets/{process.ticket.number}/")
    return "\n\n".join(part for part in parts if part)


def _when(moment: datetime, zone: str, language: str, now: datetime) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    return f"{spoken_day(local.date(), year=now.year, language=language)}, {local:%H:%M}"


def _line(field: types.Field, language: str) -> str:
    if not fits_in_a_mail(field):
        return ""
    choices = ", ".join(said_in(one.names, [language]) for one in field.choices)
    if field.type is FieldType.YES_NO:
        choices = _("yes or no")
    return f"{said_in(field.names, [language])}{f' ({choices})' if choices else ''}: "


def _ways(visit: Visit, now: datetime) -> list[Transition]:
    """Return the ways that a department may take, in the order in which they are numbered."""
    process = visit.process
    blueprint = blueprint_by_id(process.version_id)
    facts = facts_of(process, visit, now=now)
    found = moving.openings(blueprint, course_of(process, visit), facts, actor=Actor.AGENT)
    return [one.transition for one in found if one.transition.actor is Actor.AGENT]


def _wanted(visit: Visit, ways: list[Transition]) -> list[types.Field]:
    """Return the facts that leaving the stage asks for and nobody has said yet."""
    blueprint, known = blueprint_by_id(visit.process.version_id), visit.process.fields
    keys = dict.fromkeys([*blueprint.stage(visit.stage).exit_fields, *(key for way in ways for key in way.fields)])
    return [blueprint.field(key) for key in keys if key not in known]


# --- Answers ----------------------------------------------------------------------------------------------------------


def take_answer(*, channel: Channel, inbound: Inbound, now: datetime) -> bool:
    """Take a department's answer in, within the caller's transaction; False for every other mail."""
    asked = _asked(channel, inbound)
    if asked is None or inbound.proof == Proof.FAILED:
        return False
    agent = _writer(asked, inbound.sender.value)
    if agent is None and inbound.sender.value.lower() != asked.address.lower():
        return False
    if inbound.nature == Nature.MESSAGE:
        settle()  # what others of the same batch said may still wait to be written
        _land(asked, inbound, agent, now)
    return True


def _asked(channel: Channel, inbound: Inbound) -> StageMail | None:
    for token in inbound.reply_tokens[:5]:
        number, _dot, mac = token.lower().partition(".")
        pk = number_in(number)
        if pk and crypto.check_token(mac, pk, key=secret_keys(), purpose=_PURPOSE):
            return _ASKED.first(channel.shop_id, pk)
    if inbound.reply_tokens or not inbound.answers:  # what is signed otherwise answers something else
        return None
    return _ASKED_UNDER.first(channel.shop_id, inbound.answers[:5])


def _mails_asking(shop_id: int) -> "QuerySet[StageMail]":
    """Return what departments of a shop were asked, the newest first."""
    return StageMail.objects.filter(visit__shop=shop_id).select_related("visit", "dispatch").order_by("-pk")


# Built once: every mail that answers anything is looked up here first.
_ASKED = Prepared(lambda shop, visit: _mails_asking(shop).filter(visit=visit)[:1])
_ASKED_UNDER = Prepared(lambda shop, ids: _mails_asking(shop).filter(dispatch__external_id__in=ids)[:1])


def _writer(asked: StageMail, address: str) -> Agent | None:
    """Return the agent who wrote, if they belong to the department that was asked."""
    agents = Agent.objects.filter(email__iexact=address, is_active=True, departments=asked.visit.department_id)
    found = agents.first()
    return found if found and found.sees_shop(asked.visit.shop_id) else None


def _land(asked: StageMail, inbound: Inbound, agent: Agent | None, now: datetime) -> None:
    visit = Visit.objects.select_related("process__ticket", "process__shop", "process__order", "department").get(
        pk=asked.visit_id
    )
    blueprint = blueprint_by_id(visit.process.version_id)
    reply = read_reply(inbound.text, ways=asked.ways, fields=blueprint.fields)
    name = visit.department.name if visit.department else asked.address
    heading = _("%(name)s answered by mail:") % {"name": agent.name if agent else name}
    note = note_by_itself(
        ticket=visit.process.ticket, text=f"{heading}\n\n{inbound.text}".strip(), files=inbound.files, now=now
    )
    answer = _carry_out(visit, reply, note, Mover(agent=agent, is_department=agent is None), inbound.external_id, now)
    if answer:
        with override(spoken(visit.process.shop.languages)):
            subject = _subject(visit, spoken(visit.process.shop.languages))
        _write(asked.dispatch.channel, visit, inbound.sender.value, subject, answer, ways=asked.ways, now=now)


def _carry_out(visit: Visit, reply: Reply, note: Note, mover: Mover, external_id: str, now: datetime) -> str:
    """Do what the answer says; return what the department should hear of it, "" for a mere remark."""
    process, language = visit.process, spoken(visit.process.shop.languages)
    with override(language):
        if last_visit(process).pk != visit.pk:
            return _("Thank you. This stage was left meanwhile; your words stand on the ticket.")
        if reply.unclear:
            return _unclear(visit, reply, language)
        values = {**reply.fields, **_photos(visit, note)}
        try:
            if not reply.way:
                fill(process=process, fields=values, mover=mover, now=now)
                return ""
            key = f"mail:{visit.pk}:{external_id}"[:80]
            gone = forward(
                visit=visit,
                transition=reply.way,
                mover=mover,
                key=key,
                fields=values,
                reason=_reason(visit, reply),
                remark=reply.remark,
                now=now,
            )
        except ProcessRefused as refused:
            return _sorry(visit, refused, language)
        return _thanks(gone)


def _reason(visit: Visit, reply: Reply) -> str:
    """Return the only reason there is, where a way needs one of a list; else their words are the reason."""
    way = blueprint_by_id(visit.process.version_id).transition(reply.way)
    return way.reasons[0].key if way.needs_reason and len(way.reasons) == 1 else ""


def _photos(visit: Visit, note: Note) -> dict[str, object]:
    """Take attached pictures for the photos that the stage asks for."""
    wanted = [field.key for field in _wanted(visit, []) if field.type is FieldType.PHOTO]
    pictures = list(note.attachments.filter(media_type__startswith="image/").values_list("pk", flat=True))
    return {wanted[0]: pictures} if wanted and pictures else {}


def _thanks(gone: Forward) -> str:
    if gone.state == ForwardState.ASKED:
        return _("Thank you. A second pair of eyes has to agree; then it goes on.")
    return _("Thank you, this stage is done.")


def _unclear(visit: Visit, reply: Reply, language: str) -> str:
    """Say which facts could not be read; nothing is taken over from an answer that is half understood."""
    blueprint = blueprint_by_id(visit.process.version_id)
    names = ", ".join(said_in(blueprint.field(key).names, [language]) for key in reply.unclear)
    words = _("Your words stand on the ticket, but this could not be read: %(names)s. Please write it again.")
    return words % {"names": names}


def _sorry(visit: Visit, refused: ProcessRefused, language: str) -> str:
    """Say what is missing, so that the next answer can do it."""
    blueprint = blueprint_by_id(visit.process.version_id)
    known = {field.key: said_in(field.names, [language]) for field in blueprint.fields}
    missing = [known[one.detail] for one in refused.refusals if one.detail in known]
    if missing:
        words = _("Your words stand on the ticket, but the stage is not done yet. Still missing: %(names)s.")
        return words % {"names": ", ".join(missing)}
    return _("Your words stand on the ticket, but the stage could not be ended by mail. Please do it on the desk.")
