"""Reading the cells of some rows, every fault noted where it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from balcao.commerce.rules.importing import amounts, moments
from balcao.commerce.rules.importing.faults import BadCell, Fault
from balcao.commerce.rules.importing.fields import Field
from balcao.commerce.rules.importing.mapping import FileMapping
from balcao.kit.i18n import N_
from balcao.kit.tables import Figure, Row

_T = TypeVar("_T")
_MOST_PIECES = 1_000_000


@dataclass(slots=True)
class Reading:
    """Some rows that belong together, and what is wrong with them."""

    rows: Sequence[Row]
    mapping: FileMapping
    faults: list[Fault] = field(default_factory=list)
    currency: str = ""

    def text(self, name: Field, row: Row, *, most: int = 0) -> str:
        """Return a cell's text, "" where there is none; longer than `most` characters is a fault."""
        heading = self.mapping.columns.get(name)
        found = row.cells.get(heading, "") if heading else ""
        text = Figure(found) if isinstance(found, Figure) else found.strip()
        if most and len(text) > most:
            self.note(row, name, N_("The text is too long."), N_("Shorten it to %(most)s characters."), most=str(most))
        return text

    def note(self, row: Row, name: Field | None, problem: str, advice: str, **values: str) -> None:
        """Note a fault in a row, in the column of a field if there is one."""
        heading = self.mapping.columns.get(name, "") if name else ""
        self.faults.append(Fault(row.number, heading, row.cells.get(heading, "")[:200], problem, advice, values))

    def read(self, name: Field, row: Row, parse: Callable[[str], _T], default: _T) -> _T:
        """Return what a cell says, the default where it is empty or wrong."""
        text = self.text(name, row)
        if not text:
            return default
        try:
            return parse(text)
        except BadCell as bad:
            self.note(row, name, bad.problem, bad.advice, **bad.values)
            return default

    def once(self, name: Field, parse: Callable[[str], _T], default: _T) -> _T:
        """Return what all rows say alike; those that leave it empty say nothing."""
        said = [row for row in self.rows if self.text(name, row)]
        if not said:
            return default
        first = self.read(name, said[0], parse, default)
        for row in said[1:]:
            if self.text(name, row) != self.text(name, said[0]) and self.read(name, row, parse, default) != first:
                self.note(
                    row,
                    name,
                    N_("It is another one than in row %(first)s, and there is one for the whole order."),
                    N_("Make the rows of the order alike, or leave all but the first empty."),
                    first=str(said[0].number),
                )
        return first

    def words(self, name: Field, *, most: int = 0) -> str:
        """Return the text that all rows have alike."""
        found = self.once(name, str, "")
        if most and len(found) > most:
            self.text(name, next(row for row in self.rows if self.text(name, row)), most=most)
        return str(found)

    def amount(self, text: str) -> int:
        """Return an amount in minor units of the order's currency."""
        return amounts.minor_units(text, currency=self.currency, decimal=self.mapping.decimal)

    def price(self, text: str) -> int:
        """Return an amount that cannot be negative."""
        found = self.amount(text)
        if found < 0:
            raise BadCell(
                N_("The amount is below zero."), N_("Prices are positive; look whether columns are mixed up.")
            )
        return found

    def discount(self, text: str) -> int:
        """Return a discount as a positive amount: many files write it with a minus."""
        return abs(self.amount(text))

    def moment(self, text: str) -> datetime:
        """Return a moment."""
        return moments.moment(text, order=self.mapping.dates, zone=self.mapping.zone)


def count(text: str) -> int:
    """Return a number of pieces, 0 among them; raises `BadCell`."""
    whole = text.strip().removesuffix(".0").removesuffix(",0").removesuffix(".00").removesuffix(",00")
    if not (whole.isascii() and whole.isdigit() and int(whole) <= _MOST_PIECES):
        raise BadCell(N_("“%(text)s” is no number of pieces."), N_("Write a whole number, such as 2."), text=text)
    return int(whole)


def pieces(text: str) -> int:
    """Return a number of pieces, at least one; raises `BadCell`."""
    found = count(text)
    if not found:
        raise BadCell(N_("There must be at least one piece."), N_("Leave out lines of which nothing was bought."))
    return found


def currency_code(text: str) -> str:
    """Return a currency's code; raises `BadCell`."""
    code = {"TL": "TRY", "R$": "BRL", "€": "EUR", "₺": "TRY", "£": "GBP"}.get(text.upper(), text.upper())
    if not (len(code) == 3 and code.isascii() and code.isalpha()):  # noqa: PLR2004 - letters of a currency's code
        raise BadCell(N_("“%(text)s” is no currency."), N_("Write its code of three letters, such as BRL."), text=text)
    return code


def options_of(reading: Reading, row: Row) -> dict[str, str]:
    """Return the properties of what a row is about: "cor: azul; tamanho: P", and those with columns of their own."""
    heading, text = reading.mapping.columns.get(Field.OPTIONS, ""), reading.text(Field.OPTIONS, row)
    found = {}
    for part in (part for part in text.split(";") if part.strip()):
        name, mark, value = part.partition(":")
        found[name.strip() if mark else heading] = (value if mark else name).strip()
    for name, column in reading.mapping.options.items():
        if value := row.cells.get(column, "").strip():
            found[name] = value
    return found
