"""Who is at the counter, who reads which ticket, who writes: no facts, so they live in memory only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from balcao.api.live import rules
from balcao.api.live.line import Line
from balcao.api.live.types import Mode, Sight, Viewer

TYPING_LASTS = 6.0  # seconds after the last word of it
MOST_LISTED = 500  # colleagues


@dataclass(frozen=True, slots=True)
class _Deed:
    viewer: Viewer
    mode: Mode
    until: float  # monotonic seconds; reading has no end


class Tickets:
    """What agents do at tickets, and which pages want to know."""

    def __init__(self) -> None:
        self._deeds: dict[int, dict[Line, _Deed]] = defaultdict(dict)
        self._watchers: dict[int, set[Line]] = defaultdict(set)

    def watch(self, line: Line, tickets: frozenset[int]) -> frozenset[int]:
        """Let a page hear of these tickets only; return those it did not hear of before."""
        old, line.watched = line.watched, tickets
        for ticket in old - tickets:
            self._forget_watcher(ticket, line)
        for ticket in tickets - old:
            self._watchers[ticket].add(line)
        return tickets - old

    def do(self, line: Line, ticket: int, mode: Mode | None, *, now: float) -> bool:
        """Note what a page does at a ticket, None for nothing any more; return whether that is news."""
        deeds = self._deeds[ticket]
        before = deeds.pop(line, None)
        if mode is not None:
            until = float("inf") if mode == Mode.READING else now + TYPING_LASTS
            deeds[line] = _Deed(line.viewer, mode, until)
        if not deeds:
            del self._deeds[ticket]
        return (before.mode if before else None) != mode

    def expired(self, *, now: float) -> list[int]:
        """Turn those who stopped typing into readers; return the tickets concerned."""
        changed = []
        for ticket, deeds in self._deeds.items():
            over = [line for line, deed in deeds.items() if deed.until < now]
            for line in over:
                deeds[line] = _Deed(line.viewer, Mode.READING, float("inf"))
            if over:
                changed.append(ticket)
        return changed

    def state(self, ticket: int) -> list[dict[str, Any]]:
        """Return who does what at a ticket, each agent once."""
        agents: dict[int, list[_Deed]] = defaultdict(list)
        for deed in self._deeds.get(ticket, {}).values():
            agents[deed.viewer.agent].append(deed)
        return [
            {"id": agent, "name": deeds[0].viewer.name, "mode": rules.strongest(deed.mode for deed in deeds)}
            for agent, deeds in agents.items()
        ]

    def tell(self, ticket: int) -> None:
        """Send the state of a ticket to the pages that watch it."""
        watchers = self._watchers.get(ticket)
        if watchers:
            text = self.message(ticket)
            for line in list(watchers):
                line.post(text)

    def message(self, ticket: int) -> str:
        """Return the state of a ticket as a message."""
        return rules.encode({"type": "typing", "ticket": ticket, "agents": self.state(ticket)})

    def has_news(self, ticket: int) -> bool:
        """Tell whether anybody does anything at a ticket."""
        return ticket in self._deeds

    def turn_to(self, line: Line, ticket: int | None) -> int | None:
        """Note which ticket a page shows now; return the one it showed before, if another."""
        before = line.reading
        if before == ticket:
            return None
        if before is not None:
            self.do(line, before, None, now=0)
        line.reading = ticket
        return before

    def leave(self, line: Line) -> int | None:
        """Forget a page; return the ticket it showed."""
        self.watch(line, frozenset())
        return self.turn_to(line, None)

    def _forget_watcher(self, ticket: int, line: Line) -> None:
        self._watchers[ticket].discard(line)
        if not self._watchers[ticket]:
            del self._watchers[ticket]


class Counter:
    """Which agents have a page open, and whether they look at it."""

    def __init__(self) -> None:
        self._lines: dict[int, set[Line]] = defaultdict(set)
        self._changed: set[int] = set()
        self._gone: dict[int, Sight] = {}

    def join(self, line: Line) -> None:
        """Note a page that was opened."""
        agent = line.viewer.agent
        if not self._lines[agent]:
            self._changed.add(agent)
        self._lines[agent].add(line)

    def leave(self, line: Line) -> None:
        """Note a page that was closed."""
        agent = line.viewer.agent
        was_away = self._is_away(agent)
        self._lines[agent].discard(line)
        if not self._lines[agent]:
            del self._lines[agent]
            self._changed.discard(agent)
            self._gone[agent] = line.viewer.sight
        elif was_away != self._is_away(agent):
            self._changed.add(agent)

    def set_away(self, line: Line, *, is_away: bool) -> None:
        """Note whether the agent looks at the page."""
        was_away = self._is_away(line.viewer.agent)
        line.is_away = is_away
        if was_away != self._is_away(line.viewer.agent):
            self._changed.add(line.viewer.agent)

    def lines_of(self, agent: int) -> frozenset[Line]:
        """Return the open pages of an agent."""
        return frozenset(self._lines.get(agent, ()))

    def whole(self, sight: Sight) -> str:
        """Return all colleagues that an agent may see, as a message."""
        return self._message(self._lines, (), sight, whole=True)

    def take_changes(self) -> tuple[set[int], dict[int, Sight]]:
        """Return who changed and who went since the last call."""
        changed, self._changed = self._changed, set()
        gone, self._gone = self._gone, {}
        return changed, {agent: sight for agent, sight in gone.items() if agent not in self._lines}

    def message(self, changed: Iterable[int], gone: dict[int, Sight], sight: Sight) -> str | None:
        """Return changes as a message for those with this sight; None if they see none of them."""
        seen = [agent for agent in changed if agent in self._lines and self._sight(agent).overlaps(sight)]
        left = [agent for agent, theirs in gone.items() if theirs.overlaps(sight)]
        return self._message(seen, left, sight, whole=False) if seen or left else None

    def _message(self, agents: Iterable[int], gone: Iterable[int], sight: Sight, *, whole: bool) -> str:
        listed = [self._describe(agent) for agent in agents if self._sight(agent).overlaps(sight)][:MOST_LISTED]
        return rules.encode({"type": "presence", "agents": listed, "gone": list(gone), "whole": whole})

    def _describe(self, agent: int) -> dict[str, Any]:
        name = next(iter(self._lines[agent])).viewer.name
        return {"id": agent, "name": name, "state": "away" if self._is_away(agent) else "active"}

    def _sight(self, agent: int) -> Sight:
        return next(iter(self._lines[agent])).viewer.sight

    def _is_away(self, agent: int) -> bool:
        lines = self._lines.get(agent)
        return bool(lines) and all(line.is_away for line in lines or ())
