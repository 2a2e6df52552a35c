"""Who is logged in, asked for many pages at once."""

from typing import Any

import pytest

from balcao.api.live import viewers
from balcao.shops.models import Shop
from balcao.staff.models import Agent

from .conftest import log_in, new_agent


@pytest.mark.django_db
def test_many_pages_cost_as_many_queries_as_one(
    shop: Shop, other_shop: Shop, ana: Agent, bruno: Agent, django_assert_num_queries: Any
) -> None:
    bruno.shops.add(other_shop)
    keys = {name: log_in(agent) for name, agent in (("ana", ana), ("bruno", bruno))}
    gone = new_agent("Elif", shop)
    keys["elif"] = log_in(gone)
    Agent.objects.filter(pk=gone.pk).update(is_active=False)
    with django_assert_num_queries(3):
        found = viewers.viewers_of([*keys.values(), "nobody"])
    assert found["nobody"] is None
    assert found[keys["elif"]] is None
    seen = {key: viewer.sight.shops for key, viewer in found.items() if viewer}
    assert seen == {keys["ana"]: {shop.pk}, keys["bruno"]: {shop.pk, other_shop.pk}}
