"""Reading notices."""

from balcao.notices.models import Notice
from balcao.staff.models import Agent


def latest(agent: Agent, *, limit: int = 30) -> list[Notice]:
    """Return an agent's newest notices."""
    return list(Notice.objects.filter(agent=agent).order_by("-at", "-id")[:limit])


def unread_count(agent: Agent, *, most: int = 100) -> int:
    """Return how many notices an agent has not read, counting no further than `most`."""
    return Notice.objects.filter(agent=agent, read_at__isnull=True)[:most].count()
