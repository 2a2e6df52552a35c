"""Those who follow the journal: what happens after a change, in order, exactly once, without the writer waiting."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import Q

from balcao.channels.models import Channel
from balcao.commerce import queries as orders
from balcao.commerce.models import LedgerEntry
from balcao.customers.models import Identity
from balcao.journal import queries as journal
from balcao.journal.actions import advance
from balcao.journal.models import Entry, Reader
from balcao.journal.types import ActorKind, Subject, SubjectKind
from balcao.kit.db import locked
from balcao.notices.actions import tell
from balcao.notices.models import NoticeKind
from balcao.pipeline import order_notices, promises, stage_notices, webhook_notices, webhooks
from balcao.pipeline.stages import following
from balcao.pipeline.telling_late import tell_at_risk
from balcao.ports.commerce import ActionKind
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.tickets.actions import indexing
from balcao.tickets.actions.answering import answer_first_message
from balcao.tickets.actions.ordering import link_order, link_placed
from balcao.tickets.models import Message, Ticket
from balcao.tickets.types import OrderRule

BATCH = 200
_SETTLED = ("order.action.done", "order.action.partly")

log = logging.getLogger(__name__)

Follower = Callable[[Sequence[Entry], datetime], None]


def run_due(*, now: datetime) -> int:
    """Let every follower read on; return how many entries were read by all together."""
    return sum(_try(name, follower, now=now) for name, follower in FOLLOWERS.items())


def _try(name: str, follower: Follower, *, now: datetime) -> int:
    """Let one follower read on; its failure is its own and is tried again at the next turn."""
    try:
        return _follow(name, follower, now=now)
    except Exception:
        log.exception("The follower %s could not read on", name)
        return 0


def _follow(name: str, follower: Follower, *, now: datetime) -> int:
    """Read one batch in one transaction with the position, so that a killed follower repeats nothing."""
    if journal.reader_position(name) >= journal.head_position():
        return 0
    with transaction.atomic():
        Reader.objects.get_or_create(name=name)
        reader = locked(Reader.objects.filter(name=name), skip_locked=True).first()
        if reader is None:  # another worker is reading as this follower
            return 0
        entries = journal.entries_after(reader.position, limit=BATCH)
        if entries:
            follower(entries, now)
            advance(reader=name, position=entries[-1].position or 0)
    return len(entries)


def _index(entries: Sequence[Entry], now: datetime) -> None:
    """Make what was said findable."""
    indexing.index_messages(e.facts["message"] for e in entries if "message" in e.facts)
    indexing.forget_messages(e.facts["message"] for e in entries if e.name == "ticket.message.recalled")
    indexing.index_notes(e.facts["note"] for e in entries if e.name == "ticket.note.added")
    named = ("ticket.opened", "ticket.started", "ticket.contact.logged", "ticket.warned", "ticket.subject.changed")
    indexing.index_tickets({e.facts["ticket"] for e in entries if e.name in named})


def _answer(entries: Sequence[Entry], now: datetime) -> None:
    """Answer first messages where the shop has words for it."""
    opened = [e.facts["message"] for e in entries if e.name == "ticket.opened"]
    rows = Message.objects.filter(pk__in=opened).exclude(conversation__channel__first_answers={})
    for message in rows.select_related(
        "ticket__shop", "identity", "conversation__channel__shop", "conversation__identity"
    ):
        try:
            answer_first_message(message=message, now=now)
        except DatabaseError:
            raise
        except Exception:  # it goes unanswered by itself; the next one is not held up for ever
            log.exception("Message %s could not be answered by itself", message.pk)


def _words_of(message: Message) -> str:
    """Return everything in which a customer may name an order: subject, words, and what a form asked for."""
    letter = getattr(message, "letter", None)
    asked = " ".join(str(value) for value in letter.fields.values()) if letter else ""
    return f"{letter.subject if letter else ''}\n{message.text}\n{asked}"


def _link_orders(entries: Sequence[Entry], now: datetime) -> None:
    """Link tickets with the orders that the customer names, if they are theirs.

    Whoever names no order but a tax id is taken to speak of its newest order. A tax id proves nothing: it counts only
    together with an address that the account has, and gives no level.
    """
    said = [e.facts["message"] for e in entries if e.name in ("ticket.opened", "ticket.message.received")]
    rows = Message.objects.filter(pk__in=said, is_stranger=False).exclude(identity=None)
    for message in rows.select_related("ticket", "identity", "letter"):
        words, shop = _words_of(message), message.ticket.shop_id
        named, rule = orders.named_in(words, shop_id=shop), OrderRule.NAMED
        if not named:
            named, rule = orders.newest_of_tax_ids(words, shop_id=shop), OrderRule.TAX_ID
        theirs = Identity.objects.filter(customer_id=message.identity.customer_id) if named and message.identity else []
        for order in named:
            if orders.belongs_to(order, identities=theirs):
                link_order(ticket=message.ticket, order=order, rule=rule, agent=None, now=now)
    _link_placed(entries, now)


def _link_placed(entries: Sequence[Entry], now: datetime) -> None:
    """Link tickets with the orders that were placed on them."""
    placed = [e.facts["entry"] for e in entries if e.name in _SETTLED and e.facts["kind"] == ActionKind.PLACE_ORDER]
    for entry in LedgerEntry.objects.filter(pk__in=placed).select_related("order", "agent") if placed else ():
        link_placed(entry=entry, now=now)


def _notify(entries: Sequence[Entry], now: datetime) -> None:
    """Tell agents what concerns them."""
    for entry in entries:
        teller = _TELLERS.get(entry.name)
        if teller:
            teller(entry, now)


def _tell_assignee_of_message(entry: Entry, now: datetime) -> None:
    if entry.facts["kind"] == "said":
        _tell_owner(entry, NoticeKind.MESSAGE, now)


def _tell_owner(entry: Entry, kind: NoticeKind, now: datetime) -> None:
    ticket = Ticket.objects.filter(pk=entry.facts["ticket"]).select_related("assignee", "identity__customer").first()
    if ticket and ticket.assignee:
        who = ticket.identity.customer.name or ticket.identity.name or ticket.identity.value
        _tell_about_ticket(entry, kind, [ticket.assignee], now, who=who)


def _tell_about_ticket(entry: Entry, kind: NoticeKind, agents: Sequence[Agent], now: datetime, *, who: str) -> None:
    others = [a for a in agents if (entry.actor_kind, entry.actor_id) != ("agent", a.pk)]
    subject = Subject(SubjectKind.TICKET, entry.facts["ticket"])
    tell(
        agents=others,
        kind=kind,
        subject=subject,
        facts={"number": entry.facts["number"], "who": who},
        now=now,
        shop_id=entry.shop_id,
    )


def _tell_assignee(entry: Entry, now: datetime) -> None:
    chosen = Agent.objects.filter(pk=entry.facts["after"]["assignee"])
    _tell_about_ticket(entry, NoticeKind.ASSIGNED, list(chosen), now, who=_doer(entry))


def _tell_mentioned(entry: Entry, now: datetime) -> None:
    mentioned = list(Agent.objects.filter(pk__in=entry.facts["mentions"]))
    _tell_about_ticket(entry, NoticeKind.MENTION, mentioned, now, who=_doer(entry))


def _doer(entry: Entry) -> str:
    """Return the name of the agent who did it, "" when it was no agent."""
    if entry.actor_kind != ActorKind.AGENT:
        return ""
    return Agent.objects.filter(pk=entry.actor_id).values_list("name", flat=True).first() or ""


def _tell_failed(entry: Entry, now: datetime) -> None:
    _tell_owner(entry, NoticeKind.FAILED_SEND, now)


def _tell_admins(kind: NoticeKind) -> Callable[[Entry, datetime], None]:
    def teller(entry: Entry, now: datetime) -> None:
        subject = next(s for s in entry.subjects.all() if s.kind == SubjectKind.CHANNEL)
        admins = Agent.objects.filter(role__in=[Role.ADMIN, Role.SUPERVISOR]).filter(
            Q(every_shop=True) | Q(shops=entry.shop_id)
        )
        about = Subject(SubjectKind.CHANNEL, subject.subject_id)
        name = Channel.objects.filter(pk=subject.subject_id).values_list("name", flat=True).first() or ""
        facts = {"channel": name}
        tell(agents=admins.distinct(), kind=kind, subject=about, facts=facts, now=now, shop_id=entry.shop_id)

    return teller


_TELLERS: dict[str, Callable[[Entry, datetime], None]] = {
    **order_notices.TELLERS,
    **webhook_notices.TELLERS,
    **stage_notices.TELLERS,
    "ticket.message.received": _tell_assignee_of_message,
    "ticket.assigned": _tell_assignee,
    "ticket.note.added": _tell_mentioned,
    "ticket.message.failed": _tell_failed,
    "ticket.message.uncertain": _tell_failed,
    "ticket.message.bounced": _tell_failed,
    "channel.envelope.quarantined": _tell_admins(NoticeKind.QUARANTINE),
    "clock.at_risk": tell_at_risk,
    "channel.gap.found": _tell_admins(NoticeKind.GAP),
    "channel.fetch.failed": _tell_admins(NoticeKind.MAILBOX),
}

FOLLOWERS: dict[str, Follower] = {
    "search": _index,
    "promises": promises.follow,
    "notices": _notify,
    "answers": _answer,
    "orders": _link_orders,
    "webhooks": webhooks.follow,
    "stages": following.follow,
}
