"""Blueprints as they are read by rules: parsed once per process where a version can no longer change."""

from functools import lru_cache

from django.db.models import F, Q, QuerySet

from balcao.processes import models
from balcao.processes.rules.reading import parse_blueprint
from balcao.processes.types import Blueprint


def blueprint_of(version: "models.BlueprintVersion") -> Blueprint:
    """Return what a version says; raises BlueprintRefused for a draft that cannot be read."""
    return _published(version.pk) if version.published_at else parse_blueprint(version.spec)


@lru_cache(maxsize=256)
def _published(version_id: int) -> Blueprint:
    return parse_blueprint(models.BlueprintVersion.objects.values_list("spec", flat=True).get(pk=version_id))


def blueprint_by_id(version_id: int) -> Blueprint:
    """Return what a published version says, by its id."""
    return _published(version_id)


def startable(shop_id: int) -> "QuerySet[models.Blueprint]":
    """Return the blueprints by which a process may start in a shop; its own one hides the company's of the same key."""
    rows = models.Blueprint.objects.filter(Q(shop=None) | Q(shop=shop_id), is_active=True, current__isnull=False)
    own = models.Blueprint.objects.filter(shop=shop_id, is_active=True, current__isnull=False).values("key")
    return rows.exclude(shop=None, key__in=own).select_related("current").order_by("key")


def blueprint_for(key: str, *, shop_id: int) -> "models.Blueprint | None":
    """Return the blueprint of a key that holds in a shop: its own before the company's."""
    rows = models.Blueprint.objects.filter(Q(shop=None) | Q(shop=shop_id), key=key, is_active=True)
    return rows.exclude(current=None).select_related("current").order_by(F("shop").desc(nulls_last=True)).first()


def forget_blueprints() -> None:
    """Read all versions anew: for tests, in which ids come again."""
    _published.cache_clear()
