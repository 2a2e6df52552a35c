"""Tables in files: CSV, XLSX and JSON, read row by row as text under headings, and written.

A number that a file holds as a number comes as a `Figure`: its decimal separator is a point whatever its country
writes. Dates that a file holds as dates come as ISO 8601.
"""

import codecs
import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO
from zipfile import BadZipFile

from balcao.kit.i18n import N_
from balcao.kit.jsonrows import BadJson, flat, objects_in

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".json", ".jsonl")
WRITTEN = (".csv", ".xlsx", ".json")
_DELIMITERS = ",;\t|"
_PIECE = 1 << 20  # bytes that are read at once
# A spreadsheet runs what begins so. Our own files carry an apostrophe before it, which is taken off again.
_RUN = re.compile(r"'*[=@+\-\t\r]")
_GUARDED = re.compile(r"'+[=@+\-\t\r]")
_ONLY_DIGITS = re.compile(r"[+-]?[\d ().,/:-]+")


class BadTable(ValueError):
    """The file cannot be read as a table; the message is a message id, `values` fill it."""

    def __init__(self, message: str, **values: str) -> None:
        super().__init__(message)
        self.values = values


class Figure(str):
    """The text of what was a number in the file: its decimal separator is a point."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet counts (the headings are row 1), and its texts by heading."""

    number: int
    cells: Mapping[str, str]


def rows_in(path: Path, *, legacy: str = "cp1252") -> Iterator[Row]:
    """Yield the rows of a file one after the other, never all of them; raises `BadTable`.

    `legacy` is the encoding of a text file that is not UTF-8.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise BadTable(N_("%(name)s is no CSV, XLSX or JSON file by its name."), name=path.name)
    if ending == ".xlsx":
        return _under_headings(_of_workbook(path))
    if ending in (".json", ".jsonl"):
        return _of_json(path, legacy)
    return _under_headings(_of_csv(path, legacy))


def _under_headings(lists: Iterable[Sequence[str]]) -> Iterator[Row]:
    headings: list[str] = []
    for number, cells in enumerate(lists, start=1):
        if not any(cell.strip() for cell in cells):
            continue
        if not headings:
            headings = _headings(cells)
            continue
        padded = [*cells, *[""] * (len(headings) - len(cells))]
        found = dict(zip(headings, padded, strict=False))
        beyond = [cell for cell in cells[len(headings) :] if cell.strip()]
        yield Row(number, {**found, "": " ".join(beyond)} if beyond else found)


def _headings(cells: Sequence[str]) -> list[str]:
    """Return the headings; a repeated one is numbered, one without a name is called by its place."""
    seen: dict[str, int] = {}
    named = []
    for place, cell in enumerate(cells, start=1):
        name = " ".join(cell.split()) or f"({place})"
        seen[name] = seen.get(name, 0) + 1
        named.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    while named and re.fullmatch(r"\(\d+\)", named[-1]):
        named.pop()
    return named


def _of_csv(path: Path, legacy: str) -> Iterator[list[str]]:
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding=_encoding(path, legacy), newline="") as stream:
        delimiter = _delimiter(stream.readline(), path)
        stream.seek(0)
        try:
            for cells in csv.reader(stream, delimiter=delimiter):
                yield [_unguarded(cell) for cell in cells]
        except csv.Error as error:
            raise BadTable(N_("%(name)s cannot be read: %(reason)s"), name=path.name, reason=str(error)) from error


def _delimiter(heading: str, path: Path) -> str:
    """Return what parts the cells: whatever makes the most of the headings, a tab file's own among equals."""
    preferred = "\t" + _DELIMITERS if path.suffix.lower() == ".tsv" else _DELIMITERS
    return max(preferred, key=lambda mark: len(next(csv.reader([heading], delimiter=mark), [])))


def _encoding(path: Path, legacy: str) -> str:
    """Return UTF-8 if the whole file is that, else UTF-16 by its mark, else the legacy encoding."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    with path.open("rb") as stream:
        if stream.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        stream.seek(0)
        try:
            while piece := stream.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return legacy
    return "utf-8-sig"


def _of_workbook(path: Path) -> Iterator[list[str]]:
    import openpyxl  # takes a while; most installations never read one

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise BadTable(N_("%(name)s cannot be read: %(reason)s"), name=path.name, reason=str(error)) from error
    with closing(book):
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a wrong size, by which rows would be left out
        for values in sheet.iter_rows(values_only=True):
            yield [_text(value) for value in values]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return Figure(f"{Decimal(repr(value)).normalize():f}")
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _of_json(path: Path, legacy: str) -> Iterator[Row]:
    with path.open(encoding=_encoding(path, legacy)) as stream:
        try:
            for number, found in enumerate(objects_in(stream, figure=Figure), start=1):
                for cells in flat(found):
                    yield Row(number, cells)
        except BadJson as error:
            raise BadTable(N_("%(name)s cannot be read: %(reason)s"), name=path.name, reason=str(error)) from error


# --- Writing ----------------------------------------------------------------------------------------------------------


def write_table(path: Path, headings: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write rows under headings into a file of the kind that its name says: one of `WRITTEN`."""
    {".csv": _write_csv, ".xlsx": _write_workbook, ".json": _write_json}[path.suffix.lower()](path, headings, rows)


def _write_csv(path: Path, headings: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(headings)
        for row in rows:
            writer.writerow([guarded(row.get(name, "")) for name in headings])


def guarded(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula."""
    risky = _RUN.match(text) and not isinstance(text, Figure) and not _ONLY_DIGITS.fullmatch(text)
    return f"'{text}" if risky else text


def _unguarded(text: str) -> str:
    return text[1:] if _GUARDED.match(text) else text


def _write_workbook(path: Path, headings: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(headings))
    for row in rows:
        sheet.append([_cell(sheet, row.get(name, "")) for name in headings])
    book.save(path)


def _cell(sheet: Any, text: str) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(text, Figure):
        return Decimal(text)
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"  # never a formula, whatever it begins with
    return cell if text else None


def _write_json(path: Path, headings: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        before = "[\n"
        for row in rows:
            stream.write(before)
            _write_object(stream, {name: row[name] for name in headings if row.get(name)})
            before = ",\n"
        stream.write("\n]\n" if before != "[\n" else "[]\n")


def _write_object(stream: TextIO, row: Mapping[str, str]) -> None:
    parts = [
        f"{json.dumps(name, ensure_ascii=False)}: "
        + (text if isinstance(text, Figure) else json.dumps(text, ensure_ascii=False))
        for name, text in row.items()
    ]
    stream.write("{" + ", ".join(parts) + "}")
