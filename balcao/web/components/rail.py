"""The rail: what each face offers at the left edge of every page, gathered from the settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from balcao.staff.models import Agent
from balcao.staff.types import Permission


@dataclass(frozen=True, slots=True)
class RailLink:
    """One place an agent can go to; shown to whoever holds any of the permissions."""

    namespace: str  # of the face's addresses: the link is marked while one is there
    url_name: str
    label: str | Promise
    icon: str
    icon_here: str
    permissions: tuple[Permission, ...] = ()
    keys: str = ""  # "g i": how the keyboard goes there
    section: str = ""  # when one face has several links: the part of its addresses that this one stands for


@lru_cache(maxsize=1)
def _all_links() -> tuple[RailLink, ...]:
    found: list[Sequence[RailLink]] = [import_string(path) for path in settings.RAIL]
    return tuple(link for links in found for link in links)


def rail_links(agent: Agent) -> list[RailLink]:
    """Return the places this agent may go to, in order."""
    return [link for link in _all_links() if not link.permissions or any(agent.may(p) for p in link.permissions)]
