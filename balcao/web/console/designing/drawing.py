"""The picture of a path: stages in columns by their order, ends apart, ways as lines. Lengths: sixteenths of a rem."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from balcao.processes.rules import paths
from balcao.processes.types import ANYWHERE, Blueprint, Outcome, Stage, Transition

CARD, GAP, HEAD, ROW, FOOT = 212, 84, 74, 26, 6
BETWEEN, LANE = 22, 16  # cards, and lines that pass a column
_SWEEPS = 4
_Lane = tuple[str, int, bool]  # where its lines lead, the column it passes, whether backwards


@dataclass(slots=True)
class Card:
    """One stage, or (without one) what can be done from anywhere."""

    key: str
    stage: Stage | None
    ways: list[Transition]
    column: int
    height: int
    is_main: bool = False
    x: int = 0
    y: int = 0
    number: int = 0

    def port(self, way: str) -> int:
        """Return where a way begins, from above."""
        place = next(number for number, one in enumerate(self.ways) if one.key == way)
        tasks = len(self.stage.tasks) if self.stage else 0
        return self.y + HEAD + ROW * (tasks + place) + ROW // 2


@dataclass(frozen=True, slots=True)
class Line:
    """A way from one stage, as an SVG path."""

    way: str
    path: str
    is_rework: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything the page draws."""

    width: int
    height: int
    cards: list[Card]
    lines: list[Line]
    ends_at: int  # from where on the ends stand


@dataclass(slots=True)
class _Node:
    """Something that takes room in a column: a card, or a lane for lines that pass."""

    height: int
    card: Card | None = None
    y: float = 0
    before: list["_Node"] = field(default_factory=list)
    after: list["_Node"] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return self.y + (HEAD / 2 if self.card else self.height / 2)


def draw(blueprint: Blueprint) -> Drawing:
    """Lay a path out."""
    picture = _Picture(blueprint)
    picture.stack()
    return picture.drawing()


def main_path(blueprint: Blueprint) -> list[str]:
    """Return the longest way to a good end that takes no rework."""
    best: dict[str, list[str]] = {}
    starts = [stage.key for stage in blueprint.stages if stage.is_start]
    for key in paths.forward_order(blueprint):
        if key in starts:
            best.setdefault(key, [key])
        for way in _forward(blueprint, key):
            longer = [*best[key], way.target] if key in best else []
            if len(longer) > len(best.get(way.target, [])):
                best[way.target] = longer
    good = [best[one.key] for one in blueprint.stages if one.outcome is Outcome.DONE and one.key in best]
    return max(good or list(best.values()), key=len, default=[])


def _forward(blueprint: Blueprint, key: str) -> Iterable[Transition]:
    return (way for way in paths.ways(blueprint, key) if not way.is_rework and way.sources != (ANYWHERE,))


def _columns(blueprint: Blueprint) -> dict[str, int]:
    """Put each stage behind all that lead to it, and the ends behind all."""
    column = {stage.key: 0 for stage in blueprint.stages}
    for key in paths.forward_order(blueprint):
        for way in _forward(blueprint, key):
            column[way.target] = max(column[way.target], column[key] + 1)
    last = max((column[stage.key] for stage in blueprint.stages if not stage.is_end), default=0)
    return column | {stage.key: last + 1 for stage in blueprint.stages if stage.is_end}


class _Picture:
    """A drawing in the making."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        self.main = main_path(blueprint)
        self.column = _columns(blueprint)
        self.cards = {stage.key: self._card(stage) for stage in blueprint.stages}
        self.anywhere = [way for way in blueprint.transitions if way.sources == (ANYWHERE,)]
        if self.anywhere:
            height = HEAD + ROW * len(self.anywhere) + FOOT
            self.cards[ANYWHERE] = Card(ANYWHERE, None, self.anywhere, 0, height)
        self.nodes = {key: _Node(card.height, card) for key, card in self.cards.items()}
        self.lanes: dict[_Lane, _Node] = {}
        self.rows: list[list[_Node]] = [[] for _ in range(max(self.column.values(), default=0) + 1)]
        self._fill()

    def _card(self, stage: Stage) -> Card:
        ways = [way for way in self.blueprint.transitions if stage.key in way.sources]
        height = HEAD + ROW * (len(stage.tasks) + len(ways)) + FOOT
        return Card(stage.key, stage, ways, self.column[stage.key], height, stage.key in self.main)

    def _fill(self) -> None:
        order = sorted(self.cards.values(), key=lambda card: (not card.is_main, card.key == ANYWHERE))
        for card in order:
            self.rows[card.column].append(self.nodes[card.key])
        for card in self.cards.values():
            for way in card.ways:
                if way.target in self.cards:
                    self._join(card, self.cards[way.target])

    def _join(self, source: Card, target: Card) -> None:
        chain = [self.nodes[source.key], *self.passing(source, target), self.nodes[target.key]]
        for one, other in pairwise(chain):
            one.after.append(other)
            other.before.append(one)

    def passing(self, source: Card, target: Card) -> list[_Node]:
        """Return the lanes in which a line passes the columns between two cards."""
        is_back = target.column <= source.column
        return [self._lane((target.key, column, is_back)) for column in _between(source, target)]

    def _lane(self, lane: _Lane) -> _Node:
        if lane not in self.lanes:
            self.lanes[lane] = _Node(LANE)
            self.rows[lane[1]].append(self.lanes[lane])
        return self.lanes[lane]

    def stack(self) -> None:
        """Give everything its height: the main path on top, the rest in the order of what it is joined with."""
        for row in self.rows:
            self._place(row)
        for sweep in range(_SWEEPS):
            is_forward = sweep % 2 == 0
            for row in self.rows if is_forward else reversed(self.rows):
                self._arrange(row, is_forward=is_forward)

    def _arrange(self, row: list[_Node], *, is_forward: bool) -> None:
        def wanted(node: _Node) -> float:
            if node.card and node.card.is_main:
                return -1
            near = (node.before if is_forward else node.after) or node.before or node.after
            return sum(other.middle for other in near) / len(near) if near else node.y

        wishes = {id(node): wanted(node) for node in row}
        row.sort(key=lambda node: wishes[id(node)])
        self._place(row)

    @staticmethod
    def _place(row: list[_Node]) -> None:
        top = 0.0
        for node in row:
            node.y = top
            top = node.y + node.height + (BETWEEN if node.card else 4)

    def drawing(self) -> Drawing:
        """Return what came of it."""
        self._settle()
        lines = [
            Line(way.key, self._path(card, self.cards[way.target], way.key), way.is_rework)
            for card in self.cards.values()
            for way in card.ways
            if way.target in self.cards
        ]
        columns = len(self.rows)
        height = max((int(node.y) + node.height for row in self.rows for node in row), default=HEAD)
        ends = (columns - 1) * (CARD + GAP)
        cards = sorted(self.cards.values(), key=lambda card: (card.x, card.y))
        return Drawing(columns * (CARD + GAP) - GAP, height, cards, lines, ends)

    def _settle(self) -> None:
        for key, card in self.cards.items():
            card.x, card.y = card.column * (CARD + GAP), int(self.nodes[key].y)
        inner = (card for card in self.cards.values() if card.stage and not card.stage.is_end)
        for number, card in enumerate(sorted(inner, key=lambda one: (one.column, one.y)), 1):
            card.number = number

    def _path(self, source: Card, target: Card, way: str) -> str:
        is_back = target.column <= source.column
        lanes = self.passing(source, target)
        y = source.port(way)
        x = source.x if is_back else source.x + CARD
        parts = [f"M{x} {y}"]
        columns = _between(source, target)
        for column, lane in zip(columns, lanes, strict=True):
            left, at = column * (CARD + GAP), int(lane.middle)
            near, far = (left + CARD, left) if is_back else (left, left + CARD)
            parts.append(_curve(x, y, near, at) + f"H{far}")
            x, y = far, at
        parts.append(self._arrival(x, y, target, is_back=is_back, is_beside=source.column == target.column))
        return "".join(parts)

    @staticmethod
    def _arrival(x: int, y: int, target: Card, *, is_back: bool, is_beside: bool) -> str:
        end = target.y + 22
        if is_beside:  # in the same column: out at the left, and in at the left
            bulge = GAP // 2
            return f"C{x - bulge} {y} {target.x - bulge} {end} {target.x - 3} {end}"
        return _curve(x, y, target.x + CARD + 3, end) if is_back else _curve(x, y, target.x - 3, end)


def _between(source: Card, target: Card) -> range:
    """Return the columns that a line passes, in its order."""
    if target.column <= source.column:
        return range(source.column - 1, target.column, -1)
    return range(source.column + 1, target.column)


def _curve(x: int, y: int, to_x: int, to_y: int) -> str:
    half = (to_x - x) // 2
    return f"C{x + half} {y} {to_x - half} {to_y} {to_x} {to_y}"
