"""Somebody sends something back: their wish becomes a ticket like any message, the ticket gets its return, and they
are told at once that it was received, with what they said and when.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from babel.dates import format_datetime
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from balcao.commerce.models import Order
from balcao.commerce.types import Level
from balcao.kit.locales import locale_of
from balcao.pipeline import requests
from balcao.pipeline.requests import Request
from balcao.ports.channel import File
from balcao.processes.actions import effects
from balcao.processes.actions.moving import note_facts
from balcao.processes.models import Blueprint
from balcao.processes.queries.blueprints import blueprint_for
from balcao.processes.types import BlueprintKind, EffectState
from balcao.returns.actions.opening import Opener, check_wanted, open_return
from balcao.returns.actions.photos import NoPhoto, add_photo
from balcao.returns.actions.troubles import CannotReturn, Trouble
from balcao.returns.models import Return, ReturnLine
from balcao.returns.queries.cases import Notice, Wanted
from balcao.returns.queries.words import reason_words
from balcao.returns.types import Reason
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.tickets.actions.ordering import link_order
from balcao.tickets.actions.sending import Writing, send_message
from balcao.tickets.models import Conversation, Ticket
from balcao.tickets.types import OrderRule, TicketRefused

_PORTAL = "portal"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to send back, and their pictures by the line they show ("": all of it)."""

    order: Order
    wanted: Sequence[Wanted]
    photos: Sequence[tuple[str, File]] = field(default_factory=tuple)
    level: Level = Level.CLAIMED  # how sure we were of whose wish it is


def send_back(*, shop: Shop, wish: Wish, request: Request, key: str, now: datetime) -> Return | None:
    """Keep a customer's wish and open its return; the same key again is the same return.

    None where the wish is kept but could not be placed: a person looks at it. Raises `CannotReturn` before anything is
    kept where it cannot be.
    """
    known = Return.objects.filter(key=_key(key)).first()
    if known:
        return known
    check_wanted(wish.order, wish.wanted)
    files = tuple(file for _line, file in wish.photos)
    message = requests.submit_at_once(shop=shop, request=request, key=key, now=now, files=files)
    if message is None:
        return None
    opener = Opener(identity=message.identity, language=request.language)
    return _opened(message.ticket, message.conversation, wish, Notice(now, _PORTAL), opener, _key(key), now)


def open_for(
    *,
    ticket: Ticket,
    wish: Wish,
    notice: Notice,
    agent: Agent,
    language: str,
    key: str,
    now: datetime,
    kind: BlueprintKind = BlueprintKind.RETURN,
) -> Return:
    """Open a return in a customer's name, on the ticket where they asked for it. Raises `CannotReturn`.

    It belongs to the process that runs there, else it begins one of a kind; what only waited for it is tried again.
    """
    known = Return.objects.filter(key=key).first()
    if known:
        return known
    talk = ticket.conversations.select_related("ticket__shop", "channel", "identity").order_by("pk").first()
    return _opened(ticket, talk, wish, notice, Opener(agent=agent, language=language), key, now, kind)


def _key(key: str) -> str:
    return f"portal:{key}"[:80]


@transaction.atomic
def _opened(
    ticket: Ticket,
    talk: Conversation | None,
    wish: Wish,
    notice: Notice,
    opener: Opener,
    key: str,
    now: datetime,
    kind: BlueprintKind = BlueprintKind.RETURN,
) -> Return:
    link_order(ticket=ticket, order=wish.order, rule=OrderRule.ACTED, agent=opener.agent, now=now)
    row = open_return(
        ticket=ticket,
        blueprint=_blueprint(ticket, kind),
        order=wish.order,
        wanted=wish.wanted,
        notice=notice,
        opener=opener,
        key=key,
        now=now,
    )
    if wish.level:
        note_facts(process=row.process, facts={"level": int(wish.level)}, now=now)
    for effect in row.process.effects.filter(state=EffectState.FAILED, code="no_return").select_related("visit"):
        effects.retry(effect=effect, agent=opener.agent, now=now)
    lines = {line.line: line for line in row.lines.all()}
    for ref, file in wish.photos:
        keep_photo(row, lines.get(ref), file, opener, now=now)
    if talk:
        acknowledge(row, talk, now=now)
    return row


def _blueprint(ticket: Ticket, kind: BlueprintKind) -> Blueprint:
    found = blueprint_for(kind, shop_id=ticket.shop_id)
    if found is None:
        raise CannotReturn(Trouble.NO_PATH)
    return found


def keep_photo(row: Return, line: ReturnLine | None, file: File, opener: Opener, *, now: datetime) -> bool:
    """Keep a picture; False where it is none that we take: it stands in the message all the same."""
    try:
        add_photo(row=row, line=line, file=file, agent=opener.agent, identity=opener.identity, now=now)
    except NoPhoto:
        return False
    return True


def acknowledge(row: Return, talk: Conversation, *, now: datetime) -> None:
    """Tell the customer that it was received: what they said, on what day and at what time."""
    language = row.language or row.shop.language
    with override(language), timezone.override(row.shop.time_zone):  # a durable record: content, day and time
        text = _received(row, language)
    try:
        writing = Writing(text=text, automatic=True)
        send_message(conversation=talk, writing=writing, agent=None, now=now, undo=timedelta())
    except TicketRefused:  # nothing may be written there by itself; the page has said it
        return


def _received(row: Return, language: str) -> str:
    lines = [f"- {one.quantity} × {one.name}: {reason_words(Reason(one.reason))}" for one in row.lines.order_by("pk")]
    facts = {
        "number": row.written,
        "order": row.order.number,
        "moment": format_datetime(timezone.localtime(row.notice_at), "long", locale=locale_of(language)),
    }
    return "\n\n".join(
        [
            _("We have received your return %(number)s of order %(order)s on %(moment)s.") % facts,
            "\n".join(lines),
            _("Keep this message: it shows that you told us in time."),
        ]
    )
