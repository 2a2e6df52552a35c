"""Finding the customer behind an address, or making one."""

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from balcao.customers import queries, rules
from balcao.customers.actions.journal import about, by
from balcao.customers.actions.merging import alone, join_by_itself, link_identities
from balcao.customers.models import Customer, Identity
from balcao.customers.types import IdentityKind, LinkRule, ProofSource, Refusal, Refused, Spelling
from balcao.journal.actions import record
from balcao.kit.db import insert
from balcao.kit.gathering import apart, foresee, foreseen, is_gathering, known_by
from balcao.ports.channel import Party
from balcao.staff.models import Agent


def identify(
    *, party: Party, scope: str, region: str, language: str, proven: ProofSource | None, now: datetime
) -> Identity:
    """Return the identity of a writer with its customer, made if it is new; nothing existing is ever moved.

    One query when it is known and nothing changes, one more when something does.
    """
    spelling = rules.spelling(kind=party.kind, value=party.value, region=region)
    identity = _known(party.kind, scope, spelling.value)
    if identity is None:
        identity, is_new = _find_or_create(party, spelling, scope=scope, language=language, proven=proven, now=now)
        if is_new:
            return identity
    return _freshen(identity, name=rules.clean_name(party.name, value=spelling.value), proven=proven, now=now)


def _known(kind: str, scope: str, value: str) -> Identity | None:
    name = _name(kind, scope, value)
    apart([name])
    asked = foreseen([name])
    known_by(name)  # also where nothing is new about them: what they write is asked for by who they are
    found: Identity | None = asked[0] if asked else queries.identity(kind=kind, scope=scope, value=value)
    return found


def _name(kind: str, scope: str, value: str) -> str:
    return f"{kind} {scope} {value}"


def look_up(*, parties: Iterable[Party], region: str) -> None:
    """Look up writers that will be identified one after the other within a gathering, all at once."""
    wanted: dict[str, set[str]] = {}
    for party in parties:
        spelling = rules.spelling(kind=party.kind, value=party.value, region=region)
        wanted.setdefault(party.kind, set()).add(spelling.value)
    for kind, values in wanted.items():
        found = queries.identities(kind=kind, scope="", values=values)
        foresee({_name(kind, "", value): found.get(value) for value in values})


def _freshen(identity: Identity, *, name: str, proven: ProofSource | None, now: datetime) -> Identity:
    """Take over what the writer told anew. A name without proof does not replace one that came with it."""
    changes: dict[str, Any] = {}
    was_proven = rules.is_proven(identity.kind, identity.proven_at, now=now)
    if name and name != identity.name and (proven or not was_proven):
        changes["name"] = name
    if proven and (identity.proven_at is None or now - identity.proven_at > rules.PROOF_FRESH_FOR):
        changes |= {"proven_at": now, "proven_by": proven}
    if proven and (identity.undeliverable_at or identity.soft_bounces):
        changes |= {"undeliverable_at": None, "soft_bounces": 0, "soft_bounced_at": None}
    if changes:
        _store(identity, changes)
    if "proven_at" in changes and not was_proven:
        join_by_itself(identity=identity, now=now)
    return identity


def _store(identity: Identity, changes: dict[str, Any]) -> None:
    Identity.objects.filter(pk=identity.pk).update(**changes)
    for name, value in changes.items():
        setattr(identity, name, value)


def _find_or_create(
    party: Party, spelling: Spelling, *, scope: str, language: str, proven: ProofSource | None, now: datetime
) -> tuple[Identity, bool]:
    """Create the identity, or return the one that somebody else created at the same moment.

    Who gathers learns of that when all is written, and begins again; a savepoint would cost and save nothing.
    """
    try:
        with nullcontext() if is_gathering() else transaction.atomic():
            identity = _create(party, spelling, scope=scope, language=language, proven=proven, now=now)
            if proven:
                join_by_itself(identity=identity, now=now)
            return identity, True
    except IntegrityError:
        found = queries.identity(kind=party.kind, scope=scope, value=spelling.value)
        if found is None:
            raise
        return found, False


def _create(
    party: Party, spelling: Spelling, *, scope: str, language: str, proven: ProofSource | None, now: datetime
) -> Identity:
    name = rules.clean_name(party.name, value=spelling.value)
    name_key, surname_key = rules.name_keys(name)
    home = insert(Customer(name=name, name_key=name_key, surname_key=surname_key, language=language, created_at=now))
    return insert(
        Identity(
            kind=party.kind,
            scope=scope,
            value=spelling.value,
            match_key=spelling.match_key,
            hint_key=spelling.hint_key,
            name=name,
            customer=home,
            home=home,
            proven_at=now if proven else None,
            proven_by=proven or "",
            created_at=now,
        )
    )


@transaction.atomic
def add_identity(*, customer: Customer, party: Party, region: str, agent: Agent, now: datetime) -> Identity:
    """Write another address on a customer's card; one of somebody else is refused, never moved.

    It is born as a customer of its own and linked, so that taking it off again is undoing that link.
    """
    alone()
    spelling = rules.spelling(kind=party.kind, value=party.value, region=region)
    if not rules.is_complete(kind=party.kind, value=spelling.value):
        raise Refused(Refusal.UNREADABLE)
    side = queries.component(customer)
    found = queries.identity(kind=party.kind, scope="", value=spelling.value)
    if found and found.customer_id == side.customer_id:
        return found
    if found:
        raise Refused(Refusal.TAKEN, name=found.shown_name, customer=found.customer_id)
    _refuse_too_many(side, party.kind)
    identity = _create(party, spelling, scope="", language="", proven=None, now=now)
    link = link_identities(
        kept=side.representative, absorbed=identity, rule=LinkRule.AGENT_ADDED, agent=agent, evidence={}, now=now
    )
    Identity.objects.filter(pk=identity.pk).update(customer_id=side.customer_id)
    identity.customer = side.representative.home
    record(
        name="customer.identity.added",
        at=now,
        actor=by(agent),
        about=about(side.customer_id),
        facts={"identity": identity.pk, "kind": identity.kind, "link": link.pk},
        personal={"value": identity.value},
    )
    return identity


def _refuse_too_many(side: queries.Component, kind: IdentityKind) -> None:
    have = sum(identity.kind == kind for identity in side.identities)
    if kind == IdentityKind.EMAIL and have >= rules.MOST_EMAILS:
        raise Refused(Refusal.MANY_EMAILS, limit=rules.MOST_EMAILS)
    if kind == IdentityKind.PHONE and have >= rules.MOST_PHONES:
        raise Refused(Refusal.MANY_PHONES, limit=rules.MOST_PHONES)
