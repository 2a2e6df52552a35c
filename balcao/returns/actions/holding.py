"""Holding a return: who changes one sees it as it stands now."""

from balcao.kit.db import locked
from balcao.returns.models import Return
from balcao.tickets.actions import holding


def take_hold(row: Return) -> None:
    """Lock a return until the transaction ends and see it as it stands now; its ticket first, like everybody."""
    holding.take_hold(row.process.ticket)
    fresh = locked(Return.objects.filter(pk=row.pk)).get()
    for field in Return._meta.concrete_fields:  # noqa: SLF001 - Django's public-by-custom options
        if getattr(row, field.attname) != getattr(fresh, field.attname):
            setattr(row, field.attname, getattr(fresh, field.attname))
