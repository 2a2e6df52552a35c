"""The ledger of order actions: asked, agreed to, carried out once, and how it ended.

Nothing moves money or an order except through here. An entry is stored before anything happens to it; whoever dies on
the way leaves a row that says how far it came.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from balcao.commerce import queries
from balcao.commerce.actions import wanting
from balcao.commerce.actions.copying import keep_account, keep_order
from balcao.commerce.models import Account, Backend, LedgerEntry, Order
from balcao.commerce.rules import documents, remembering, retrying
from balcao.commerce.rules.deciding import decide
from balcao.commerce.types import Denial, LedgerState, Level, Verdict, WantedKind
from balcao.customers.models import Identity
from balcao.journal.actions import record
from balcao.journal.types import Actor, ActorKind, Subject, SubjectKind
from balcao.kit import wake
from balcao.kit.db import locked
from balcao.ports import commerce as port
from balcao.ports.commerce import Action, ActionKind, CommerceError, Done, GiveCredit, Outcome, Refund
from balcao.staff.models import Agent

_RUNNING = (LedgerState.QUEUED, LedgerState.PERFORMING, LedgerState.UNCERTAIN)
_ENDS = {
    Outcome.DONE: LedgerState.DONE,
    Outcome.PARTLY: LedgerState.PARTLY,
    Outcome.REFUSED: LedgerState.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants an action, and from where."""

    agent: Agent | None = None
    identity: Identity | None = None  # the customer, where they ask themselves
    level: Level = Level.CLAIMED
    ticket: int | None = None

    @property
    def actor(self) -> Actor:
        """Return the asker as the journal knows them."""
        if self.agent:
            return Actor(ActorKind.AGENT, self.agent.pk)
        return Actor(ActorKind.CUSTOMER, self.identity.customer_id) if self.identity else Actor(ActorKind.SYSTEM)


class ActionDenied(Exception):
    """The rules do not allow the action; nothing was stored. `denial` is the reason."""

    def __init__(self, denial: Denial) -> None:
        super().__init__(denial.value)
        self.denial = denial


def try_out(*, action: Action, account: Account, order: Order | None, asker: Asker) -> Verdict:
    """Return whether the action is allowed now and what exactly it would do: the dry run. Writes nothing."""
    role = asker.agent.role if asker.agent else ""
    return decide(action, queries.scene(action=action, account=account, order=order, level=asker.level, role=role))


@transaction.atomic
def ask(
    *,
    action: Action,
    account: Account,
    order: Order | None,
    asker: Asker,
    key: str,
    now: datetime,
    agreed: str = "",
) -> LedgerEntry:
    """Put an action into the ledger, or return the entry that was asked for with the same key.

    Raises `ActionDenied`, also when the effect is another one than was `agreed` to (`documents.agreed`; "": whichever
    it is). Above the limit of the agent's role it waits for a second pair of eyes.
    """
    known = LedgerEntry.objects.filter(key=key).first()
    if known:
        return known
    _hold(account, order)
    verdict = try_out(action=action, account=account, order=order, asker=asker)
    if verdict.effect is None:
        raise ActionDenied(verdict.denial or Denial.NOT_ABLE)
    if agreed and agreed != documents.agreed(action, verdict.effect):
        raise ActionDenied(Denial.CHANGED)
    entry = _entered(
        LedgerEntry(
            backend=account.backend,
            account=account,
            order=order,
            kind=action.kind,
            action=documents.plain(action),
            effect=documents.plain(verdict.effect),
            key=key,
            level=asker.level,
            agent=asker.agent,
            identity=asker.identity,
            ticket=asker.ticket,
            state=LedgerState.ASKED if verdict.needs_approval else LedgerState.QUEUED,
            due_at=now,
            created_at=now,
        )
    )
    _tell("asked" if verdict.needs_approval else "queued", entry, asker.actor, now=now)
    wake.notify(wake.Topic.WORK)
    return entry


def _entered(entry: LedgerEntry) -> LedgerEntry:
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:  # somebody asked with the same key at the same moment
        return LedgerEntry.objects.get(key=entry.key)
    return entry


def _hold(account: Account, order: Order | None) -> None:
    """Lock what the decision looks at, and see it as it stands now; everybody locks the account first."""
    account.document = locked(Account.objects.filter(pk=account.pk)).get().document
    if order:
        fresh = locked(Order.objects.filter(pk=order.pk)).get()
        order.document, order.stage, order.version = fresh.document, fresh.stage, fresh.version
        order.account = account


@transaction.atomic
def approve(*, entry: LedgerEntry, agent: Agent, now: datetime) -> bool:
    """Let an action go ahead; False when somebody else has decided by now. Nobody approves what they asked for."""
    if entry.agent_id == agent.pk:
        raise ActionDenied(Denial.ROLE)
    changed = LedgerEntry.objects.filter(pk=entry.pk, state=LedgerState.ASKED).update(
        state=LedgerState.QUEUED, approver=agent, approved_at=now, due_at=now
    )
    if changed:
        _tell("approved", entry, Actor(ActorKind.AGENT, agent.pk), now=now)
        wake.notify(wake.Topic.WORK)
    return bool(changed)


@transaction.atomic
def decline(*, entry: LedgerEntry, agent: Agent, reason: str, now: datetime) -> bool:
    """Refuse an action that waits for a second pair of eyes; False when somebody else has decided by now."""
    return _close_asked(entry, LedgerState.DECLINED, Actor(ActorKind.AGENT, agent.pk), reason, now=now)


@transaction.atomic
def withdraw(*, entry: LedgerEntry, actor: Actor, now: datetime) -> bool:
    """Take back an action that nobody decided on yet, or that waits for a shop system; False when it is too late."""
    return _close_asked(entry, LedgerState.WITHDRAWN, actor, "", now=now, waits=True)


# Tried, put off, and in nobody's hands: the shop system did nothing of it.
_WAITING = Q(state=LedgerState.QUEUED, tries__gt=0, leased_by="")


def _close_asked(
    entry: LedgerEntry, state: LedgerState, actor: Actor, detail: str, *, now: datetime, waits: bool = False
) -> bool:
    open_to_us = Q(state=LedgerState.ASKED) | _WAITING if waits else Q(state=LedgerState.ASKED)
    changed = LedgerEntry.objects.filter(open_to_us, pk=entry.pk).update(
        state=state, detail=detail[:500], settled_at=now
    )
    if changed:
        _tell(state.value, entry, actor, now=now)
    return bool(changed)


def claim(*, worker: str, now: datetime, limit: int = 10) -> list[LedgerEntry]:
    """Lease due entries to a worker. One whose worker died while performing comes back as it was: to be asked about."""
    due = LedgerEntry.objects.filter(state__in=_RUNNING, due_at__lte=now)
    if not due.exists():  # asked outside a transaction: on SQLite it would shut out all writers
        return []
    with transaction.atomic():
        rows = due.select_related("backend__shop", "account__backend__shop", "order__account__backend__shop")
        found = list(locked(rows.order_by("due_at", "id"), skip_locked=True)[:limit])
        for entry in found:
            entry.leased_by, entry.due_at, entry.tries = worker, now + retrying.LEASE, entry.tries + 1
        LedgerEntry.objects.bulk_update(found, ["leased_by", "due_at", "tries"])
    return found


class LeaseLost(Exception):
    """Somebody else may hold the entry by now: stop at once."""


@transaction.atomic
def begin(*, entry: LedgerEntry, now: datetime) -> bool:
    """Note durably that from now on the shop system may be doing it; False when the rules no longer allow it.

    The order may have changed since the action was asked for: what is not allowed any more is closed instead.
    """
    _hold(entry.account, entry.order)
    role = entry.agent.role if entry.agent and not entry.approver_id else ""
    action = documents.action_from(entry.kind, entry.action)
    scene = queries.scene(
        action=action, account=entry.account, order=entry.order, level=Level(entry.level), role=role, beside=entry
    )
    verdict = decide(action, scene)
    if verdict.denial or documents.plain(verdict.effect) != entry.effect:
        denial = verdict.denial or Denial.CHANGED
        settle(entry=entry, done=Done(Outcome.REFUSED, code=denial), now=now)
        return False
    if not _held(entry).update(state=LedgerState.PERFORMING, due_at=now + retrying.LEASE):
        raise LeaseLost
    entry.state = LedgerState.PERFORMING
    return True


def _held(entry: LedgerEntry) -> "QuerySet[LedgerEntry]":
    """Return the row while it is open and held as it was claimed: another worker's try is not ours to end."""
    return LedgerEntry.objects.filter(pk=entry.pk, state__in=_RUNNING, leased_by=entry.leased_by, tries=entry.tries)


@transaction.atomic
def settle(*, entry: LedgerEntry, done: Done, now: datetime) -> bool:
    """Write down how an action ended, with the order as it stands afterwards; False when it was not ours to end."""
    state = _ENDS[done.outcome]
    before = _seen_before(entry)  # as it began: the book is changed by now
    _hold(entry.account, entry.order)
    changed = _held(entry).update(
        state=state, settled_at=now, result_ref=done.ref, detail=done.detail[:500], code=done.code[:60], leased_by=""
    )
    if not changed:
        return False
    entry.state, entry.code, entry.detail = state, done.code, done.detail
    _keep(entry, done, now=now)
    after = documents.order_document(done.order) if done.order else {}
    asker = Actor(ActorKind.AGENT, entry.agent_id) if entry.agent_id else Actor(ActorKind.SYSTEM)
    _tell(state.value, entry, asker, now=now, personal=before | {"after": after} if before else None)
    return True


def _seen_before(entry: LedgerEntry) -> dict[str, object]:
    """Return what an action may change: the order, and the account where its usual address may change."""
    found: dict[str, object] = {"before": entry.order.document} if entry.order else {}
    if entry.kind in (ActionKind.CHANGE_ADDRESS, ActionKind.CHANGE_DEFAULT_ADDRESS):
        found["account"] = entry.account.document
    return found


def _keep(entry: LedgerEntry, done: Done, *, now: datetime) -> None:
    if told := _told_after(entry, done, now=now):
        row = keep_order(backend=entry.backend, order=told, now=now)
        if entry.order_id is None:  # what was placed is known by its number from here on
            LedgerEntry.objects.filter(pk=entry.pk).update(order=row)
            entry.order = row
    if done.account and not done.order:
        keep_account(backend=entry.backend, account=done.account, now=now)
    if done.outcome == Outcome.PARTLY or not done.order:
        _look_again(entry, now=now)


def _told_after(entry: LedgerEntry, done: Done, *, now: datetime) -> port.Order | None:
    """Return the order after a deed, with what some systems do not know: what was paid back or credited for what."""
    action = documents.action_from(entry.kind, entry.action)
    if isinstance(action, GiveCredit) and action.settles and entry.order and done.outcome != Outcome.REFUSED:
        return remembering.credited(done.order or queries.order_value(entry.order), action, key=entry.key, at=now)
    told = done.order
    if told is None or not isinstance(action, Refund) or not action.pieces:
        return told
    amounts = tuple(move.amount for move in documents.effect_from(entry.effect).movements)
    return remembering.paid_for(told, action.pieces, amounts)


def _look_again(entry: LedgerEntry, *, now: datetime) -> None:
    """Let the order be read anew: what became of it is not in our copy."""
    if entry.order:
        wanting.want(backend=entry.backend, kind=WantedKind.ORDER, refs=[entry.order.ref], now=now)


def hurry(*, backend: Backend, now: datetime) -> int:
    """Let what waits for a shop system go on now that it answers; return how much."""
    waiting = LedgerEntry.objects.filter(
        backend=backend, state__in=[LedgerState.QUEUED, LedgerState.UNCERTAIN], leased_by="", due_at__gt=now
    )
    return waiting.update(due_at=now)


@transaction.atomic
def put_off(*, entry: LedgerEntry, error: CommerceError, now: datetime) -> None:
    """Note that no clear answer came: it is tried again later, or asked about if it may have had its effect.

    What cannot wait is refused, unless the system only asks for a little patience.
    """
    if not (error.uncertain or error.code == "rate" or retrying.can_wait(entry.kind)):
        settle(entry=entry, done=Done(Outcome.REFUSED, detail=str(error), code=Denial.SILENT), now=now)
        return
    state = LedgerState.UNCERTAIN if error.uncertain else LedgerState.QUEUED
    due = now + retrying.wait(entry.tries, retry_after=error.retry_after)
    changed = _held(entry).update(state=state, due_at=due, detail=str(error)[:500], code=error.code[:60], leased_by="")
    if changed and error.uncertain and entry.state != LedgerState.UNCERTAIN:
        _look_again(entry, now=now)
        _tell("uncertain", entry, Actor(ActorKind.SYSTEM), now=now)
    entry.state = state


def _tell(what: str, entry: LedgerEntry, actor: Actor, *, now: datetime, personal: object = None) -> None:
    about = [Subject(SubjectKind.ORDER, entry.order_id)] if entry.order_id else []
    about += [Subject(SubjectKind.TICKET, entry.ticket)] if entry.ticket else []
    effect = documents.effect_from(entry.effect)
    record(
        name=f"order.action.{what}",
        at=now,
        actor=actor,
        about=about,
        shop_id=entry.backend.shop_id,
        facts={
            "entry": entry.pk,
            "kind": entry.kind,
            "order": entry.order.number if entry.order else "",
            "code": entry.code,
            "amount": effect.given or effect.paid,
            "currency": entry.order.currency if entry.order else entry.backend.shop.currency,
        },
        personal=personal if isinstance(personal, dict) else None,
    )
