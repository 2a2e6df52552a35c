"""Reading notices."""

from datetime import datetime

from balcao.notices.models import Notice
from balcao.staff.models import Agent


def latest(agent: Agent, *, limit: int = 30) -> list[Notice]:
    """Return an agent's newest notices."""
    return list(Notice.objects.filter(agent=agent).order_by("-at", "-id")[:limit])


def unread_count(agent: Agent, *, most: int = 100) -> int:
    """Return how many notices an agent has not read, counting no further than `most`."""
    return Notice.objects.filter(agent=agent, read_at__isnull=True)[:most].count()


def mails_are_due(*, now: datetime) -> bool:
    """Tell whether a notice waits to be mailed."""
    return Notice.objects.filter(mail_due_at__lte=now, read_at__isnull=True).exists()
