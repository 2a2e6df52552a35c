"""Blueprints as they are read by rules: parsed once per process where a version can no longer change."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from balcao.processes import models
from balcao.processes.rules.reading import parse_blueprint
from balcao.processes.types import Blueprint

_T = TypeVar("_T")
_MOST = 256  # versions that are remembered

_known: "dict[int, _Read]" = {}  # committed ones


class _Read:
    """A published version as it was read, with what was worked out of it.

    It is remembered once the transaction that read it has committed: a publishing that is rolled back leaves a draft
    that may still change, or an id that comes again.
    """

    def __init__(self, version_id: int) -> None:
        self.version_id = version_id
        specs = models.BlueprintVersion.objects.values_list("spec", flat=True)
        self.blueprint = parse_blueprint(specs.get(pk=version_id))
        self.derived: dict[Callable[[Blueprint], Any], Any] = {}

    def __call__(self) -> None:
        if len(_known) >= _MOST:
            _known.clear()
        _known[self.version_id] = self


def blueprint_of(version: "models.BlueprintVersion") -> Blueprint:
    """Return what a version says; raises BlueprintRefused for a draft that cannot be read."""
    return blueprint_by_id(version.pk) if version.published_at else parse_blueprint(version.spec)


def blueprint_by_id(version_id: int) -> Blueprint:
    """Return what a published version says, by its id."""
    return _read(version_id).blueprint


def derived(version_id: int, rule: Callable[[Blueprint], _T]) -> _T:
    """Return what a rule makes of a published version, worked out once per process."""
    read = _read(version_id)
    if rule not in read.derived:
        read.derived[rule] = rule(read.blueprint)
    found: _T = read.derived[rule]
    return found


def _read(version_id: int) -> _Read:
    found = _known.get(version_id) or _read_in_this_transaction(version_id)
    if found is None:
        found = _Read(version_id)
        transaction.on_commit(found)
    return found


def _read_in_this_transaction(version_id: int) -> _Read | None:
    waiting = (one[1] for one in connection.run_on_commit)
    return next((one for one in waiting if isinstance(one, _Read) and one.version_id == version_id), None)


def startable(shop_id: int) -> "QuerySet[models.Blueprint]":
    """Return the blueprints by which a process may start in a shop; its own one hides the company's of the same key."""
    rows = models.Blueprint.objects.filter(Q(shop=None) | Q(shop=shop_id), is_active=True, current__isnull=False)
    own = models.Blueprint.objects.filter(shop=shop_id, is_active=True, current__isnull=False).values("key")
    return rows.exclude(shop=None, key__in=own).select_related("current").order_by("key")


def blueprint_for(key: str, *, shop_id: int) -> "models.Blueprint | None":
    """Return the blueprint of a key that holds in a shop: its own before the company's."""
    rows = models.Blueprint.objects.filter(Q(shop=None) | Q(shop=shop_id), key=key, is_active=True)
    return rows.exclude(current=None).select_related("current").order_by(F("shop").desc(nulls_last=True)).first()
