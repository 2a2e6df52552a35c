"""Who may see which entry, and how it is written for the page."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from balcao.api.live.types import Mode, Sealed, Sight

_STRENGTH = [Mode.READING, Mode.NOTE, Mode.FORWARD, Mode.REPLY]


def encode(message: Mapping[str, Any]) -> str:
    """Return a message as compact JSON."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"), default=str)


def grouped(subjects: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    """Return subjects as ids by kind, in the order given."""
    about: dict[str, tuple[int, ...]] = {}
    for kind, subject in subjects:
        about[kind] = (*about.get(kind, ()), subject)
    return about


def sealed(
    *,
    position: int,
    name: str,
    at: datetime,
    shop: int,
    actor: tuple[str, int],
    subjects: Iterable[tuple[str, int]],
    facts: Mapping[str, Any],
) -> Sealed:
    """Write an entry for the page."""
    about = grouped(subjects)
    message = {
        "type": "entry",
        "position": position,
        "name": name,
        "at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "ticket": about.get("ticket", (None,))[0],
        "about": about,
        "shop": shop,
        "actor": {"kind": actor[0], "id": actor[1]},
        "facts": facts,
    }
    return Sealed(position=position, name=name, shop=shop, about=about, text=encode(message))


def is_personal(entry: Sealed) -> bool:
    """Tell whether an entry is for the agents it names and nobody else."""
    return entry.name.startswith("notice.")


def is_seen(entry: Sealed, *, agent: int, sight: Sight) -> bool:
    """Tell whether an agent may see an entry: what nothing allows stays unseen."""
    if entry.shop and not sight.sees_shop(entry.shop):
        return False
    if is_personal(entry):
        return agent in entry.about.get("agent", ())
    if entry.shop:
        return True
    # Of no shop: customers belong to all shops; the rest is for those who run the house, and for whom it is about.
    return "customer" in entry.about or sight.reads_journal or agent in entry.about.get("agent", ())


def strongest(modes: Iterable[Mode]) -> Mode:
    """Return the mode to show for somebody who has a ticket open several times."""
    return max(modes, key=_STRENGTH.index)
