"""Files that were added to what is being written: kept while somebody may still send them, forgotten when not."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from balcao.staff.models import Agent
from balcao.tickets.actions.holding import may_move_alone
from balcao.tickets.models import Attachment, Draft, Ticket

KEPT = timedelta(days=7)  # beyond the draft they were added to
_BATCH = 100
_LOOSE = Q(message__isnull=True, note__isnull=True)


def drop_uploads(*, ids: Sequence[int], agent: Agent) -> int:
    """Let go of an agent's own uploads that nothing will be sent with; return how many. A draft is no fact."""
    mine = Attachment.objects.filter(_LOOSE, pk__in=ids, uploader=agent)
    return mine.update(uploader=None, upload_ticket=None)


def hold_uploads(*, ticket: Ticket, agent: Agent, mode: str, now: datetime) -> None:
    """Keep the files of a draft for their days anew, for its words were deleted just now."""
    mine = Attachment.objects.filter(_LOOSE, upload_ticket=ticket, uploader=agent, upload_mode=mode)
    mine.update(created_at=now)


def forget_uploads(*, now: datetime) -> int:
    """Forget files that were added seven days ago, never sent, and belong to no draft; return how many.

    In two steps, so that one that is killed in between only has to be run again: first nobody can send them any more,
    then content and row go.
    """
    _let_go(now)
    if not Attachment.objects.filter(_LOOSE, upload_ticket__isnull=True).exists():
        return 0
    return _forget()


def _let_go(now: datetime) -> None:
    draft = Draft.objects.filter(
        ticket=OuterRef("upload_ticket"), agent=OuterRef("uploader"), mode=OuterRef("upload_mode")
    )
    old = Attachment.objects.filter(_LOOSE, created_at__lte=now - KEPT, upload_ticket__isnull=False)
    ids = list(old.exclude(Exists(draft)).values_list("pk", flat=True)[:_BATCH])
    if ids:
        Attachment.objects.filter(_LOOSE, pk__in=ids).update(uploader=None, upload_ticket=None)


@transaction.atomic
def _forget() -> int:
    """Delete what was let go; a content that another row names stays."""
    if not may_move_alone():  # whoever stores a file holds this until its row is there: the next turn will do
        return 0
    rows = Attachment.objects.filter(_LOOSE, upload_ticket__isnull=True).order_by("pk")[:_BATCH]
    gone = {row.pk: (row.sha256, row.storage_key) for row in rows}
    Attachment.objects.filter(pk__in=gone).delete()
    shas = {sha256 for sha256, _ in gone.values()}
    held = set(Attachment.objects.filter(sha256__in=shas).values_list("storage_key", flat=True))
    for key in {key for _, key in gone.values()} - held:
        default_storage.delete(key)
    return len(gone)
