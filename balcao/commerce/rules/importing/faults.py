"""What is wrong in a file: where, what, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class BadCell(ValueError):
    """A cell cannot be read; both texts are message ids that `values` fill."""

    def __init__(self, problem: str, advice: str, **values: str) -> None:
        super().__init__(problem)
        self.problem, self.advice, self.values = problem, advice, values


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong; `problem` and `advice` are message ids that `values` fill."""

    row: int  # as a spreadsheet counts
    column: str  # the file's own heading; "" where the whole row is meant
    value: str
    problem: str
    advice: str
    values: Mapping[str, str] = field(default_factory=dict)
