"""Finding out whom we speak with: codes and links to a key that the account had, and what else is evidence.

The secrets of a challenge are made when its mail is written and exist nowhere but in it.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from balcao.commerce import queries
from balcao.commerce.models import Account, Challenge, Evidence, Order
from balcao.commerce.rules import verifying as rules
from balcao.commerce.types import EvidenceKind, Level
from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Actor, ActorKind, Subject, SubjectKind
from balcao.kit.crypto import derive, random_code, random_token
from balcao.kit.db import locked
from balcao.staff.models import Agent

_CUSTOMER = Actor(ActorKind.CUSTOMER)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a level holds: one conversation (of a ticket), or one visit to the customer's own pages."""

    began_at: datetime
    conversation: int | None = None
    ticket: int | None = None
    visit: str = ""  # the visit's secret; only its digest is kept


class Trouble(StrEnum):
    """Why no code can be sent; `web` says it in the reader's language."""

    NO_KEY = "no_key"  # the account had no e-mail address before this began
    TOO_OFTEN = "too_often"


class CannotVerify(Exception):
    """No code can be sent now; nothing was stored."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@transaction.atomic
def challenge(
    *, account: Account, order: Order | None, place: Place, language: str, agent: Agent | None, now: datetime
) -> Challenge:
    """Have a code and a link sent to an address that the account had before; raise `CannotVerify`.

    Only the newest challenge of a place counts. Whoever calls this sends it, in the same transaction.
    """
    locked(Account.objects.filter(pk=account.pk)).get()  # two at once must not both be the last one allowed
    key = queries.verifying_key(account, began_at=place.began_at)
    if not key:
        raise CannotVerify(Trouble.NO_KEY)
    # Counted apart: whoever knows number and address must not keep an agent from reaching the customer.
    if queries.challenges_since(account, now - rules.SENT_WITHIN, in_visits=bool(place.visit)) >= rules.MOST_SENT:
        raise CannotVerify(Trouble.TOO_OFTEN)
    _challenges_of(place).filter(account=account, used_at__isnull=True).update(code_digest="", link_digest="")
    row = Challenge.objects.create(
        account=account,
        order=order,
        conversation=place.conversation,
        ticket=place.ticket,
        visit=visit_digest(place.visit),
        key=key,
        language=language,
        agent=agent,
        created_at=now,
    )
    _tell("asked", row, Actor(ActorKind.AGENT, agent.pk) if agent else SYSTEM, now=now)
    return row


def _challenges_of(place: Place) -> "QuerySet[Challenge]":
    if place.visit:
        return Challenge.objects.filter(visit=visit_digest(place.visit))
    return Challenge.objects.filter(conversation=place.conversation)


@transaction.atomic
def arm(*, challenge: Challenge) -> tuple[str, str]:
    """Make the code and the link's token of a challenge and keep their digests; those made before are worth nothing."""
    code, token = random_code(6), random_token(32)
    Challenge.objects.filter(pk=challenge.pk).update(
        code_digest=_digest("code", str(challenge.pk), code), link_digest=_digest("link", token)
    )
    return code, token


@transaction.atomic
def mark_sent(*, challenge: Challenge, now: datetime) -> None:
    """Note that the mail has left: from now on its secrets age."""
    Challenge.objects.filter(pk=challenge.pk).update(sent_at=now)
    _tell("sent", challenge, SYSTEM, now=now)


@transaction.atomic
def mark_failed(*, challenge: Challenge, reason: str, now: datetime) -> None:
    """Note that the mail cannot leave."""
    _tell("failed", challenge, SYSTEM, now=now, reason=reason[:200])


@transaction.atomic
def confirm_code(*, account: Account, visit: str, code: str, now: datetime) -> bool:
    """Take a typed code: True once, and only for the newest challenge of this visit; each wrong one counts."""
    rows = Challenge.objects.filter(account=account, visit=visit_digest(visit), used_at__isnull=True)
    row = locked(rows.order_by("-id")).first()
    if row is None or not row.code_digest or row.tries >= rules.MOST_TRIES:
        return False
    if now > rules.code_ends(row.sent_at or row.created_at):
        return False
    Challenge.objects.filter(pk=row.pk).update(tries=row.tries + 1)
    if not hmac.compare_digest(row.code_digest, _digest("code", str(row.pk), code.strip().replace(" ", ""))):
        return False
    _use(row, EvidenceKind.CODE, now=now)
    return True


def challenge_of_link(token: str, *, now: datetime) -> Challenge | None:
    """Return the challenge whose link this is, while it counts; looking at it changes nothing."""
    rows = Challenge.objects.filter(link_digest=_digest("link", token), used_at__isnull=True)
    row = rows.select_related("account__backend__shop", "order__backend__shop").first()
    return row if row and now <= (row.sent_at or row.created_at) + rules.LINK_LASTS else None


@transaction.atomic
def confirm_link(*, token: str, now: datetime) -> Challenge | None:
    """Take a link that somebody opened and agreed to: its challenge once, None ever after."""
    found = _held(token, now=now)
    if found:
        _use(found, EvidenceKind.LINK, now=now)
    return found


def _held(token: str, *, now: datetime) -> Challenge | None:
    """Return the challenge of a link while it counts, locked: it is answered once, with yes or with no."""
    _ = locked(Challenge.objects.filter(link_digest=_digest("link", token))).first()
    return challenge_of_link(token, now=now)


@transaction.atomic
def disown(*, token: str, now: datetime) -> Challenge | None:
    """Note that whoever has the address is not the one who is speaking with us: all levels of that conversation end."""
    found = _held(token, now=now)
    if found is None:
        return None
    Challenge.objects.filter(pk=found.pk).update(used_at=now, code_digest="", link_digest="")
    place = Evidence.objects.filter(conversation=found.conversation, visit=found.visit, account=found.account)
    place.filter(until__gt=now).update(until=now)
    _tell("disowned", found, _CUSTOMER, now=now)
    return found


def _use(row: Challenge, kind: EvidenceKind, *, now: datetime) -> None:
    Challenge.objects.filter(pk=row.pk).update(used_at=now, code_digest="", link_digest="")
    until = now + rules.lasts(is_visit=bool(row.visit))
    Evidence.objects.create(
        account_id=row.account_id,
        conversation=row.conversation,
        visit=row.visit,
        level=Level.VERIFIED,
        kind=kind,
        at=now,
        until=until,
    )
    _tell("passed", row, _CUSTOMER, now=now, kind=kind.value)


@transaction.atomic
def attest(*, account: Account, place: Place, agent: Agent, now: datetime) -> None:
    """Note that an agent asked what only the buyer knows and heard it: plausible, never more."""
    _add(account, place, EvidenceKind.ATTESTED, agent=agent, now=now)
    record(
        name="verification.attested",
        at=now,
        actor=Actor(ActorKind.AGENT, agent.pk),
        about=_about(account, place.ticket),
        shop_id=account.backend.shop_id,
        facts={"account": account.pk, "conversation": place.conversation},
    )


@transaction.atomic
def knew_order(*, account: Account, visit: str, kind: EvidenceKind, now: datetime) -> None:
    """Note that a visitor knows an order: by its number and a contact on it, or by a link that we wrote to them."""
    _add(account, Place(began_at=now, visit=visit), kind, agent=None, now=now)
    record(
        name="verification.order_known",
        at=now,
        actor=_CUSTOMER,
        about=_about(account, None),
        shop_id=account.backend.shop_id,
        facts={"account": account.pk, "kind": kind.value},
    )


@transaction.atomic
def came_by_link(*, account: Account, visit: str, now: datetime) -> None:
    """Let a visit begin verified: its visitor has just opened the one-time link that went to the account's address."""
    Evidence.objects.create(
        account=account,
        visit=visit_digest(visit),
        level=Level.VERIFIED,
        kind=EvidenceKind.LINK,
        at=now,
        until=now + rules.VISIT_LASTS,
    )


def end_visit(*, visit: str, now: datetime) -> None:
    """End what a visit had shown."""
    Evidence.objects.filter(visit=visit_digest(visit), until__gt=now).update(until=now)


def _add(account: Account, place: Place, kind: EvidenceKind, *, agent: Agent | None, now: datetime) -> None:
    Evidence.objects.create(
        account=account,
        conversation=place.conversation,
        visit=visit_digest(place.visit),
        level=Level.PLAUSIBLE,
        kind=kind,
        agent=agent,
        at=now,
        until=now + rules.lasts(is_visit=bool(place.visit)),
    )


def visit_digest(visit: str) -> str:
    """Return under what a visit's secret is kept; "" for none."""
    return _digest("visit", visit) if visit else ""


def _digest(*parts: str) -> str:
    key = derive(settings.SECRET_KEY, purpose="verification")
    return hmac.digest(key, "|".join(parts).encode(), "sha256").hex()


def _tell(what: str, row: Challenge, actor: Actor, *, now: datetime, **facts: str) -> None:
    account = row.account
    record(
        name=f"verification.{what}",
        at=now,
        actor=actor,
        about=_about(account, row.ticket),
        shop_id=account.backend.shop_id,
        facts={"account": account.pk, "challenge": row.pk, "to": rules.masked(row.key), **facts},
    )


def _about(account: Account, ticket: int | None) -> list[Subject]:
    return [Subject(SubjectKind.TICKET, ticket)] if ticket else [Subject(SubjectKind.SHOP, account.backend.shop_id)]
