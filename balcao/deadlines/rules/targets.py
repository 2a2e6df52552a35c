"""Which target holds for a ticket: of the rows that fit it, the most specific one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from balcao.deadlines.types import ClockKind


@dataclass(frozen=True, slots=True)
class Row:
    """How long a clock of a kind may take; a part left empty (None or "") fits everything."""

    clock: ClockKind
    seconds: int
    calendar: int | str | None = None  # what the caller calls it
    shop: int | None = None
    department: int | None = None
    kind: str = ""  # of the ticket: quick, action, forwarded
    priority: str = ""
    channel_kind: str = ""
    id: int = 0  # decides between two that are the same otherwise: the older one holds
    counts_bot: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known of the ticket that a target is chosen for."""

    clock: ClockKind
    shop: int | None = None
    department: int | None = None
    kind: str = ""
    priority: str = ""
    channel_kind: str = ""


# The order of weight: one part that stands earlier outweighs all that stand after it. Who owes it comes before what it
# is about, and that before how it came; the shop decides among rows that are alike in everything else.
PARTS = ("department", "kind", "priority", "channel_kind", "shop")

_Row = TypeVar("_Row", bound=Row)


def choose(rows: Iterable[_Row], scene: Scene) -> _Row | None:
    """Return the row that holds, the most specific of those that fit; None: nothing was promised."""
    return min((row for row in rows if fits(row, scene)), key=lambda row: (*_gaps(row), row.id), default=None)


def fits(row: Row, scene: Scene) -> bool:
    """Tell whether a row speaks of such a ticket: every part that it names is the ticket's."""
    return row.clock == scene.clock and all(getattr(row, part) in (None, "", getattr(scene, part)) for part in PARTS)


def _gaps(row: Row) -> tuple[bool, ...]:
    return tuple(getattr(row, part) in (None, "") for part in PARTS)
