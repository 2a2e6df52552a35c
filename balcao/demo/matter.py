"""One matter of the demo shop: what its script says, and the ticket that came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from balcao.demo.setting import Shopfront
from balcao.processes.models import Process


@dataclass(slots=True)
class Matter:
    """One matter as its script says it, and what became of it so far."""

    row: Mapping[str, Any]
    front: Shopfront
    began: datetime
    ticket: int = 0

    @property
    def process(self) -> Process:
        """Return the process that runs on it, or ran last."""
        return Process.objects.select_related("ticket", "order", "version").filter(ticket=self.ticket).latest("id")
