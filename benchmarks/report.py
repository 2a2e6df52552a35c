"""Figures beside what is aimed at and what others reach."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.targets import RATIOS, TARGETS


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure in the unit of its target; `size` is the number of tickets or orders."""

    key: str
    engine: str
    value: float
    size: int = 0
    p95: float | None = None
    cpu: float | None = None  # milliseconds for each
    note: str = ""

    @property
    def is_met(self) -> bool:
        """Tell whether the target is met."""
        target = TARGETS[self.key]
        return self.value >= target.goal if target.least else self.value <= target.goal


_HEAD = ("", "work", "on", "of", "measured", "p95", "CPU", "target", "met", "django-helpdesk", "RT 5", "")


def table(measured: Iterable[Measured]) -> str:
    """Return the figures as a Markdown table."""
    return _markdown([_HEAD, *(_line(one) for one in measured)])


def _line(one: Measured) -> tuple[str, ...]:
    target = TARGETS[one.key]
    return (
        one.key.partition("-")[0],
        target.title,
        {"sqlite": "SQLite", "postgres": "PostgreSQL"}[one.engine],
        f"{one.size:,}" if one.size else "",
        f"{_number(one.value)} {target.unit}",
        _milliseconds(one.p95),
        _milliseconds(one.cpu),
        f"{'≥' if target.least else '≤'} {_number(target.goal)} {target.unit}",
        "yes" if one.is_met else "no",
        target.helpdesk,
        target.tracker,
        one.note,
    )


def ratios(measured: Sequence[Measured]) -> str:
    """Return how much dearer the largest size is than the smallest, as a Markdown table; "" for one size."""
    lines = [line for key in RATIOS for line in _ratio(key, measured)]
    return _markdown([("work", "on", "ratio", "of CPU", "target"), *lines]) if lines else ""


def _ratio(key: str, measured: Sequence[Measured]) -> list[tuple[str, ...]]:
    lines = []
    for engine in sorted({one.engine for one in measured}, reverse=True):
        found = sorted((one for one in measured if (one.key, one.engine) == (key, engine)), key=lambda one: one.size)
        if len(found) > 1:
            small, large = found[0], found[-1]
            cpu = large.cpu / small.cpu if large.cpu and small.cpu else 0
            title = f"{TARGETS[key].title}: {large.size:,} to {small.size:,}"
            lines.append((title, engine, f"{large.value / small.value:.2f}", f"{cpu:.2f}", f"≤ {RATIOS[key]}"))
    return lines


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _milliseconds(value: float | None) -> str:
    return "" if value is None else f"{_number(value)} ms"


def _markdown(lines: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    rule = tuple("-" * width for width in widths)
    padded = (
        [cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in (lines[0], rule, *lines[1:])
    )
    return "\n".join(f"| {' | '.join(line)} |" for line in padded)
