"""Who is at the counter, who reads which ticket, who writes: no facts, so they live in memory only."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from balcao.api.live import rules
from balcao.api.live.line import Line
from balcao.api.live.types import Colleague, Deed, Mode, Sight, Viewer

TYPING_LASTS = 6.0  # seconds after the last word of it
MOST_LISTED = 200  # colleagues in one message: nobody reads more, and each page that opens gets it


@dataclass(frozen=True, slots=True)
class _Lasting:
    viewer: Viewer
    mode: Mode
    until: float  # monotonic seconds; reading has no end


class Tickets:
    """What agents do at tickets, and which pages want to know."""

    def __init__(self) -> None:
        self._deeds: dict[int, dict[Line, _Lasting]] = defaultdict(dict)
        self._elsewhere: dict[str, dict[int, tuple[Deed, ...]]] = {}  # by live process
        self._watchers: dict[int, set[Line]] = defaultdict(set)
        self.on_news: Callable[[int], None] = lambda _: None  # what happens here is told to other processes

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
            deeds[line] = _Lasting(line.viewer, mode, until)
        if not deeds:
            del self._deeds[ticket]
        return (before.mode if before else None) != mode

    def expired(self, *, now: float) -> list[int]:
        """Turn those who stopped typing into readers; return the tickets concerned."""
        changed = []
        for ticket, deeds in self._deeds.items():
            over = [line for line, deed in deeds.items() if deed.until < now]
            for line in over:
                deeds[line] = _Lasting(line.viewer, Mode.READING, float("inf"))
            if over:
                changed.append(ticket)
        return changed

    def here(self, ticket: int) -> tuple[Deed, ...]:
        """Return who does what at a ticket in the pages of this process."""
        lasting = self._deeds.get(ticket, {}).values()
        return tuple(Deed(each.viewer.agent, each.viewer.name, each.mode) for each in lasting)

    def all_here(self) -> dict[int, tuple[Deed, ...]]:
        """Return all that is done in the pages of this process."""
        return {ticket: self.here(ticket) for ticket in self._deeds}

    def hear(self, node: str, tickets: Mapping[int, tuple[Deed, ...]], *, whole: bool) -> None:
        """Note what another process tells of its pages; `whole`: of all of them."""
        known = self._elsewhere.setdefault(node, {})
        gone = [ticket for ticket in known if ticket not in tickets] if whole else []
        for ticket, deeds in {**dict.fromkeys(gone, ()), **tickets}.items():
            if known.get(ticket, ()) != deeds:
                known[ticket] = deeds
                self.show(ticket)
            if not deeds:
                known.pop(ticket, None)

    def _state(self, ticket: int) -> list[dict[str, Any]]:
        agents: dict[int, list[Deed]] = defaultdict(list)
        for deeds in (self.here(ticket), *(tickets.get(ticket, ()) for tickets in self._elsewhere.values())):
            for deed in deeds:
                agents[deed.agent].append(deed)
        return [
            {"id": agent, "name": deeds[0].name, "mode": rules.strongest(deed.mode for deed in deeds)}
            for agent, deeds in agents.items()
        ]

    def tell(self, ticket: int) -> None:
        """Send the state of a ticket to the pages that watch it, here and elsewhere."""
        self.show(ticket)
        self.on_news(ticket)

    def show(self, ticket: int) -> None:
        """Send the state of a ticket to the pages of this process that watch it."""
        watchers = self._watchers.get(ticket)
        if watchers:
            text = self.message(ticket)
            for line in list(watchers):
                line.post(text)

    def message(self, ticket: int) -> str:
        """Return the state of a ticket as a message."""
        return rules.encode({"type": "typing", "ticket": ticket, "agents": self._state(ticket)})

    def has_news(self, ticket: int) -> bool:
        """Tell whether anybody does anything at a ticket."""
        return ticket in self._deeds or any(ticket in tickets for tickets in self._elsewhere.values())

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
        self._elsewhere: dict[str, dict[int, Colleague]] = {}  # by live process
        self._changed: set[int] = set()
        self._gone: dict[int, Sight] = {}

    def join(self, line: Line) -> None:
        """Note a page that was opened."""
        with self._noting(line.viewer.agent):
            self._lines[line.viewer.agent].add(line)

    def leave(self, line: Line) -> None:
        """Note a page that was closed."""
        agent = line.viewer.agent
        with self._noting(agent):
            self._lines[agent].discard(line)
            if not self._lines[agent]:
                del self._lines[agent]

    def set_away(self, line: Line, *, is_away: bool) -> None:
        """Note whether the agent looks at the page."""
        with self._noting(line.viewer.agent):
            line.is_away = is_away

    def hear(self, node: str, people: Iterable[Colleague]) -> None:
        """Note who has a page open at another process: all of them."""
        known, now = self._elsewhere.get(node, {}), {colleague.agent: colleague for colleague in people}
        with ExitStack() as noting:
            for agent in {agent for agent in known.keys() | now.keys() if known.get(agent) != now.get(agent)}:
                noting.enter_context(self._noting(agent))
            self._elsewhere[node] = now

    @contextmanager
    def _noting(self, agent: int) -> Iterator[None]:
        """Remember a change around a step if it makes one."""
        before = self._seen(agent)
        yield
        after = self._seen(agent)
        if after is None and before is not None:
            self._changed.discard(agent)
            self._gone[agent] = before.sight
        elif after != before:
            self._gone.pop(agent, None)
            self._changed.add(agent)

    def lines_of(self, agent: int) -> frozenset[Line]:
        """Return the open pages of an agent."""
        return frozenset(self._lines.get(agent, ()))

    def here(self) -> list[Colleague]:
        """Return who has a page open at this process."""
        return [found for found in map(self._here, self._lines) if found]

    def whole(self, sight: Sight) -> str:
        """Return all colleagues that an agent may see, as a message."""
        everybody = {agent for node in self._elsewhere.values() for agent in node} | self._lines.keys()
        return self._message(everybody, (), sight, whole=True)

    def take_changes(self) -> tuple[set[int], dict[int, Sight]]:
        """Return who changed and who went since the last call."""
        changed, self._changed = self._changed, set()
        gone, self._gone = self._gone, {}
        return changed, gone

    def message(self, changed: Iterable[int], gone: Mapping[int, Sight], sight: Sight) -> str | None:
        """Return changes as a message for those with this sight; None if they see none of them."""
        seen = [agent for agent in changed if (found := self._seen(agent)) and found.sight.overlaps(sight)]
        left = [agent for agent, theirs in gone.items() if theirs.overlaps(sight)]
        return self._message(seen, left, sight, whole=False) if seen or left else None

    def _message(self, agents: Iterable[int], gone: Iterable[int], sight: Sight, *, whole: bool) -> str:
        found = (colleague for agent in agents if (colleague := self._seen(agent)) and colleague.sight.overlaps(sight))
        listed = [
            {"id": each.agent, "name": each.name, "state": "away" if each.is_away else "active"}
            for each in islice(found, MOST_LISTED)
        ]
        return rules.encode({"type": "presence", "agents": listed, "gone": list(gone), "whole": whole})

    def _here(self, agent: int) -> Colleague | None:
        lines = self._lines.get(agent)
        if not lines:
            return None
        viewer = next(iter(lines)).viewer
        return Colleague(agent, viewer.name, is_away=all(line.is_away for line in lines), sight=viewer.sight)

    def _seen(self, agent: int) -> Colleague | None:
        """Return an agent as all processes together see them: there if anywhere, away if everywhere."""
        found = [self._here(agent), *(node.get(agent) for node in self._elsewhere.values())]
        present = [colleague for colleague in found if colleague]
        return min(present, key=lambda colleague: colleague.is_away, default=None)
