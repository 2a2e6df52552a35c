"""Joining two customers by a link, and taking the link back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from balcao.customers import queries, rules
from balcao.customers.actions.journal import about, by
from balcao.customers.models import Customer, Identity, Link, NotSame
from balcao.customers.types import IdentityKind, LinkRule, Refusal, Refused
from balcao.journal.actions import record
from balcao.kit.db import is_postgres
from balcao.kit.gathering import settle
from balcao.staff.models import Agent

_MERGING = 0x62616C63  # the number under which merges wait for one another


@dataclass(frozen=True, slots=True)
class Undone:
    """A merge that was taken back, and the links that still join its two ends, if any do."""

    link: Link
    still_joined: tuple[Link, ...]


def alone() -> None:
    """Let one transaction at a time join or part customers: they are rare, and each reads the whole component."""
    if is_postgres():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_MERGING])


@transaction.atomic
def merge(
    *,
    kept: Customer,
    absorbed: Customer,
    agent: Agent,
    evidence: Mapping[str, Any],
    now: datetime,
    is_checked: bool = False,
) -> Link:
    """Make two customers one; `Refused` says why not. `is_checked`: a supervisor looked at what the guard stopped."""
    alone()
    one, other = queries.component(kept), queries.component(absorbed)
    refused = queries.hindrance(one, other, now=now, is_checked=is_checked)
    if refused:
        raise refused
    return _join(one, other, rule=LinkRule.AGENT_MERGED, agent=agent, evidence=evidence, now=now)


def join_by_itself(*, identity: Identity, now: datetime) -> list[Link]:
    """Merge the customers of one strong key that is now proven on both sides; what is in doubt is left to people."""
    if identity.kind != IdentityKind.PHONE:  # only phones have several spellings of one address
        return []
    settle()  # the identity itself may be waiting still
    facts = queries.facts(identity)
    alike = [
        other for other in queries.same_key(identity) if rules.joins_by_itself(facts, queries.facts(other), now=now)
    ]
    links = [_join_unasked(identity, other, now=now) for other in alike]
    if links:
        identity.refresh_from_db(fields=["customer"])
    return [link for link in links if link]


@transaction.atomic
def _join_unasked(identity: Identity, other: Identity, *, now: datetime) -> Link | None:
    alone()
    evidence = {"identities": [other.pk, identity.pk]}
    one, two = queries.component(other.customer), queries.component(identity.customer)
    if one.customer_id == two.customer_id:
        return _strengthen(one, identity, other, evidence=evidence, now=now)
    if queries.hindrance(one, two, now=now) or queries.were_parted(one, two):
        return None
    return _join(one, two, rule=LinkRule.SAME_ACCOUNT, agent=None, evidence=evidence, now=now)


def _strengthen(
    side: queries.Component, identity: Identity, other: Identity, *, evidence: Mapping[str, Any], now: datetime
) -> Link | None:
    """Note the proof beside the links there are, so that it still holds when an agent undoes theirs."""
    ends = {identity.pk, other.pk}
    if any(
        link.rule == LinkRule.SAME_ACCOUNT and ends == {link.identity_a_id, link.identity_b_id} for link in side.links
    ):
        return None
    kept, absorbed = (identity, other) if identity.pk == side.representative.pk else (other, identity)
    return link_identities(
        kept=kept, absorbed=absorbed, rule=LinkRule.SAME_ACCOUNT, agent=None, evidence=evidence, now=now
    )


def _join(
    kept: queries.Component,
    absorbed: queries.Component,
    *,
    rule: LinkRule,
    agent: Agent | None,
    evidence: Mapping[str, Any],
    now: datetime,
) -> Link:
    link = link_identities(
        kept=kept.representative,
        absorbed=absorbed.representative,
        rule=rule,
        agent=agent,
        evidence=evidence,
        now=now,
    )
    _rewrite([*kept.identities, *absorbed.identities], [*kept.links, *absorbed.links, link])
    record(
        name="customer.merged",
        at=now,
        actor=by(agent),
        about=about(kept.customer_id, absorbed.customer_id),
        facts={"kept": kept.customer_id, "absorbed": absorbed.customer_id, "link": link.pk, "rule": rule},
    )
    return link


def link_identities(
    *,
    kept: Identity,
    absorbed: Identity,
    rule: LinkRule,
    agent: Agent | None,
    evidence: Mapping[str, Any],
    now: datetime,
) -> Link:
    """Store a link within the caller's transaction."""
    return Link.objects.create(
        identity_a=kept, identity_b=absorbed, rule=rule, agent=agent, evidence=dict(evidence), at=now
    )


def _rewrite(identities: Iterable[Identity], links: Iterable[Link]) -> None:
    """Write the customer of each identity anew where the links say another one than before."""
    homes = {identity.pk: identity.home_id for identity in identities}
    owners = rules.owners(homes, [queries.edge(link) for link in links])
    moved: defaultdict[int, list[int]] = defaultdict(list)
    for identity in identities:
        if identity.customer_id != owners[identity.pk]:
            moved[owners[identity.pk]].append(identity.pk)
    for owner, members in sorted(moved.items()):
        Identity.objects.filter(pk__in=members).update(customer_id=owner)


@transaction.atomic
def undo_merge(*, link: Link, agent: Agent, now: datetime) -> Undone:
    """Revoke a link and give each identity back the customer it had without it."""
    alone()
    link = Link.objects.select_related("identity_a__customer").get(pk=link.pk)
    if link.revoked_at:
        raise Refused(Refusal.UNDONE_ALREADY)
    side = queries.component(link.identity_a.customer)
    link.revoked_at, link.revoked_by = now, agent
    link.save(update_fields=["revoked_at", "revoked_by"])
    left = [other for other in side.links if other.pk != link.pk]
    _rewrite(side.identities, left)
    ends = dict(
        Identity.objects.filter(pk__in=[link.identity_a_id, link.identity_b_id]).values_list("pk", "customer_id")
    )
    record(
        name="customer.merge.undone",
        at=now,
        actor=by(agent),
        about=about(side.customer_id, *sorted(ends.values())),
        facts={"link": link.pk, "customers": sorted(set(ends.values()))},
    )
    by_id = {other.pk: other for other in left}
    way = rules.way_between(link.identity_a_id, link.identity_b_id, [queries.edge(other) for other in left])
    return Undone(link, tuple(by_id[step.id] for step in way))


@transaction.atomic
def declare_not_same(*, one: Identity, other: Identity, agent: Agent, now: datetime) -> NotSame:
    """Note for good that two identities are two people; those who are merged have to be parted first."""
    alone()
    owners = dict(Identity.objects.filter(pk__in=[one.pk, other.pk]).values_list("pk", "customer_id"))
    if owners[one.pk] == owners[other.pk]:
        raise Refused(Refusal.ONE_ALREADY)
    [(first, second)] = rules.pairs([one.pk], [other.pk])
    pair, is_new = NotSame.objects.get_or_create(
        identity_a_id=first, identity_b_id=second, defaults={"agent": agent, "at": now}
    )
    if is_new:
        record(
            name="customer.not_same.declared",
            at=now,
            actor=by(agent),
            about=about(owners[first], owners[second]),
            facts={"identities": [first, second]},
        )
    return pair
