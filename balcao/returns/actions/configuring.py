"""What a shop allows."""

from datetime import datetime

from django.db import transaction

from balcao.journal.actions import record
from balcao.journal.types import Actor, ActorKind, Subject, SubjectKind
from balcao.returns.models import Policy
from balcao.returns.rules.documents import plain
from balcao.returns.types import ReturnsPolicy
from balcao.shops.models import Shop
from balcao.staff.models import Agent


@transaction.atomic
def set_policy(*, shop: Shop, policy: ReturnsPolicy, agent: Agent | None, now: datetime) -> None:
    """Change what a shop allows; returns that are open keep the policy they were opened by."""
    before, after = Policy.objects.filter(shop=shop).first(), plain(policy)
    if before and before.document == after:
        return
    Policy.objects.update_or_create(shop=shop, defaults={"document": after, "changed_at": now, "changed_by": agent})
    record(
        name="returns.policy.changed",
        at=now,
        actor=Actor(ActorKind.AGENT, agent.pk) if agent else Actor(ActorKind.SYSTEM),
        about=[Subject(SubjectKind.SHOP, shop.pk)],
        shop_id=shop.pk,
        facts={"before": before.document if before else {}, "after": after},
    )
