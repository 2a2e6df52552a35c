"""Where a ticket's time went, as it is drawn: a share and a length for each whose time it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate

from balcao.processes.queries.accounts import Account
from balcao.processes.types import Bucket, Party
from balcao.web.components.promises import left_words
from balcao.web.desk.processes.words import bucket_words


@dataclass(frozen=True, slots=True)
class Slice:
    """Whose time it was, how long, and which share of the whole."""

    name: str
    length: str
    percent: float
    since: float  # where its share begins, in per cent
    kind: str  # department, outside or rest
    number: int  # of its colour


@dataclass(frozen=True, slots=True)
class AccountLines:
    """The slices, the longest first; and to whom a broken promise is charged."""

    slices: list[Slice]
    blame: str
    bounces: int
    reworks: int


def account_lines(account: Account, departments: Mapping[str, str]) -> AccountLines:
    """Return a ticket's account for drawing."""
    whole = account.age or 1.0
    ordered = sorted(account.seconds.items(), key=lambda pair: -pair[1])
    begins = accumulate((100 * seconds / whole for _, seconds in ordered), initial=0.0)
    slices = [
        Slice(
            name=bucket_words(bucket, departments),
            length=left_words(timedelta(seconds=seconds)),
            percent=round(100 * seconds / whole, 1),
            since=round(begin, 1),
            kind=_kind(bucket),
            number=number % 6 + 1,
        )
        for number, ((bucket, seconds), begin) in enumerate(zip(ordered, begins, strict=False))
        if seconds >= 1
    ]
    blame = bucket_words(account.blame.bucket, departments) if account.blame else ""
    return AccountLines(slices, blame, len(account.bounces), account.reworks)


def _kind(bucket: str) -> str:
    if bucket in set(Party):
        return "outside"
    return "rest" if bucket in set(Bucket) else "department"
