"""Reading one customer whole: identities and the links that join them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from balcao.customers import rules
from balcao.customers.models import Customer, Identity, Link, NotSame
from balcao.customers.types import Edge, Facts, IdentityKind, LinkRule, Refusal, Refused
from balcao.kit.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Component:
    """One customer: the identities, lowest first, and the active links among them."""

    identities: tuple[Identity, ...]
    links: tuple[Link, ...]

    @property
    def customer_id(self) -> int:
        """The customer that all of them carry."""
        return self.identities[0].customer_id

    @property
    def representative(self) -> Identity:
        """The identity whose home the customer is."""
        return next(identity for identity in self.identities if identity.home_id == self.customer_id)

    @property
    def ids(self) -> list[int]:
        """The identities' ids."""
        return [identity.pk for identity in self.identities]

    @property
    def facts(self) -> list[Facts]:
        """The identities as the rules see them."""
        return [facts(identity) for identity in self.identities]


def members(customer_id: int) -> QuerySet[Identity]:
    """Return the identities of a customer, also when it was absorbed by another one since."""
    found = Identity.objects.filter(customer__identities__home_id=customer_id)
    return found.select_related("home").order_by("id")


MEMBERS = Prepared(members)


def links_among(identity_ids: list[int]) -> QuerySet[Link]:
    """Return the active links of these identities, oldest first."""
    found = Link.objects.filter(identity_a__in=identity_ids, revoked_at__isnull=True)
    return found.order_by("id")


def component(customer: Customer) -> Component:
    """Return a customer whole, in two queries."""
    identities = tuple(members(customer.pk))
    return Component(identities, tuple(links_among([identity.pk for identity in identities])))


def edge(link: Link) -> Edge:
    """Return a link as the rules see it."""
    return Edge(id=link.pk, kept=link.identity_a_id, absorbed=link.identity_b_id)


def facts(identity: Identity) -> Facts:
    """Return an identity as the rules see it; its home should be loaded."""
    kind = IdentityKind(identity.kind)
    name_key, _ = rules.name_keys(identity.name)
    words = frozenset(name_key.split()) or frozenset(identity.home.name_key.split())
    return Facts(
        id=identity.pk,
        kind=kind,
        value=identity.value,
        match_key=identity.match_key,
        hint_key=identity.hint_key,
        scope=identity.scope,
        name_words=words,
        city=rules.name_keys(identity.home.city)[0],
        proven_at=identity.proven_at,
        is_shared=rules.is_shared(kind=kind, value=identity.value, match_key=identity.match_key),
    )


def identity(*, kind: str, scope: str, value: str) -> Identity | None:
    """Return the identity of an address with its customer, in one query."""
    return _BY_VALUE.first(kind, scope, value)


def identities(*, kind: str, scope: str, values: Collection[str]) -> dict[str, Identity]:
    """Return the identities of many addresses likewise, by their address."""
    found = Identity.objects.select_related("customer").filter(kind=kind, scope=scope, value__in=values)
    return {identity.value: identity for identity in found}


_BY_VALUE = Prepared(
    lambda kind, scope, value: Identity.objects.select_related("customer").filter(kind=kind, scope=scope, value=value)
)


def same_key(identity: Identity) -> list[Identity]:
    """Return the other identities with an equal match key."""
    found = Identity.objects.filter(kind=identity.kind, match_key=identity.match_key).exclude(pk=identity.pk)
    return list(found.select_related("customer", "home").order_by("id"))


def hindrance(one: Component, other: Component, *, now: datetime, is_checked: bool = False) -> Refused | None:
    """Return why two customers may not be merged, or None; one query."""
    if one.customer_id == other.customer_id:
        return Refused(Refusal.ONE_ALREADY)
    found = rules.contradiction(one.facts, other.facts, not_same=not_same_pairs([*one.ids, *other.ids]))
    if found:
        return Refused(found)
    joined = [link.at for link in (*one.links, *other.links) if link.rule != LinkRule.AGENT_ADDED]
    stopped = None if is_checked else rules.guard(one.facts, other.facts, joined=joined, now=now)
    return Refused(stopped[0], limit=stopped[1]) if stopped else None


def not_same_pairs(identity_ids: list[int]) -> list[tuple[int, int]]:
    """Return the pairs among these identities that were noted as two people."""
    pairs = NotSame.objects.filter(identity_a__in=identity_ids, identity_b__in=identity_ids)
    return list(pairs.values_list("identity_a_id", "identity_b_id"))


def were_parted(one: Component, other: Component) -> bool:
    """Tell whether an agent once undid a merge of these two."""
    across = Q(identity_a__in=one.ids, identity_b__in=other.ids) | Q(identity_a__in=other.ids, identity_b__in=one.ids)
    return Link.objects.filter(across, revoked_at__isnull=False).exists()
