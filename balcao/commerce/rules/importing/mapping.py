"""How a file is to be read: which column is what, and how it writes amounts, dates and stages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from balcao.commerce.rules.importing import amounts, headings, moments
from balcao.commerce.rules.importing.fields import AMOUNTS, MOMENTS, OF_ORDERS, OF_PRODUCTS, Field
from balcao.kit.i18n import N_
from balcao.kit.tables import Row
from balcao.ports.commerce import OrderStage

_NEEDS = {
    OF_ORDERS: ((Field.NUMBER,), (Field.PLACED_AT,), (Field.PRICE,), (Field.SKU, Field.NAME)),
    OF_PRODUCTS: ((Field.NAME,), (Field.PRICE,)),
}


class BadMapping(ValueError):
    """A mapping cannot be used; the message is a message id that `values` fill."""

    def __init__(self, message: str, **values: str) -> None:
        super().__init__(message)
        self.values = values


@dataclass(frozen=True, slots=True)
class FileMapping:
    """How a file is to be read. What is left empty is found out from the file and the shop."""

    columns: Mapping[Field, str] = field(default_factory=dict)  # ours -> the file's heading
    options: Mapping[str, str] = field(default_factory=dict)  # a property of what was bought -> its heading
    stages: Mapping[str, str] = field(default_factory=dict)  # the shop's own words -> OrderStage
    decimal: str = ""  # "," or "."
    dates: str = ""  # "dmy", "mdy"
    currency: str = ""  # where no column says it
    time_zone: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone of times that name none."""
        return ZoneInfo(self.time_zone or "UTC")


OWN = FileMapping(columns={one: one.value for one in Field}, decimal=".", dates="ymd", time_zone="UTC")


@dataclass(frozen=True, slots=True)
class Home:
    """What a shop says of files that do not say it themselves."""

    currency: str = "EUR"
    region: str = ""
    time_zone: str = "UTC"


def mapping_from(document: Any) -> FileMapping:
    """Return the mapping of a JSON document; raises `BadMapping`."""
    if not isinstance(document, dict):
        raise BadMapping(N_("The mapping must be a JSON object."))
    unknown = set(document) - set(FileMapping.__dataclass_fields__)
    if unknown:
        raise BadMapping(N_("The mapping has an unknown key: %(key)s."), key=", ".join(sorted(unknown)))
    columns = _texts(document, "columns")
    strangers = set(columns) - set(Field)
    if strangers:
        raise BadMapping(N_("The mapping names an unknown field: %(key)s."), key=", ".join(sorted(strangers)))
    return FileMapping(
        columns={Field(name): heading for name, heading in columns.items()},
        options=_texts(document, "options"),
        stages=_stages(_texts(document, "stages")),
        decimal=_one_of(document, "decimal", ("", ",", ".")),
        dates=_one_of(document, "dates", ("", *moments.ORDERS)),
        currency=str(document.get("currency", "")).upper(),
        time_zone=_one_of(document, "time_zone", {"", *available_timezones()}),
    )


def _texts(document: Mapping[str, Any], key: str) -> dict[str, str]:
    found = document.get(key, {})
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise BadMapping(N_("“%(key)s” in the mapping must be an object of texts."), key=key)
    return found


def _stages(words: dict[str, str]) -> dict[str, str]:
    wrong = next((kind for kind in words.values() if kind not in set(OrderStage)), None)
    if wrong is not None:
        raise BadMapping(N_("“%(key)s” in the mapping is no stage; these are: %(known)s."), key=wrong, known=_known())
    return words


def _known() -> str:
    return ", ".join(OrderStage)


def _one_of(document: Mapping[str, Any], key: str, allowed: Iterable[str]) -> str:
    found = str(document.get(key, ""))
    if found not in set(allowed):
        raise BadMapping(N_("“%(value)s” cannot stand under “%(key)s” in the mapping."), key=key, value=found)
    return found


def plain_mapping(mapping: FileMapping) -> dict[str, Any]:
    """Return a mapping as the JSON document that `mapping_from` reads."""
    return {
        "columns": {name.value: heading for name, heading in mapping.columns.items()},
        "options": dict(mapping.options),
        "stages": dict(mapping.stages),
        "decimal": mapping.decimal,
        "dates": mapping.dates,
        "currency": mapping.currency,
        "time_zone": mapping.time_zone,
    }


def completed(given: FileMapping, sample: Sequence[Row], *, home: Home, fields: tuple[Field, ...]) -> FileMapping:
    """Return a mapping with everything that it leaves open found out; raises `BadMapping` where that cannot be.

    `fields`: `OF_ORDERS` or `OF_PRODUCTS`. Our own files are read as they were written, whatever the shop's country.
    """
    there = list(dict.fromkeys(heading for row in sample for heading in row.cells if heading))
    if Field.REST.value in there:
        own = {one: one.value for one in fields if one.value in there}
        return replace(OWN, columns=own, currency=home.currency)
    _check_there(given, there)
    free = [heading for heading in there if heading not in given.columns.values()]
    guess = headings.guessed(free, [one for one in fields if one not in given.columns])
    columns = {**guess, **given.columns}
    _check_needs(columns, there, fields)
    options = given.options or headings.guessed_options(there, columns.values())
    return replace(
        given,
        columns=columns,
        options=options,
        decimal=given.decimal or amounts.decimal_separator(_texts_of(columns, AMOUNTS, sample), region=home.region),
        dates=given.dates or moments.date_order(_texts_of(columns, MOMENTS, sample), region=home.region),
        currency=given.currency or home.currency,
        time_zone=given.time_zone or home.time_zone,
    )


def _texts_of(columns: Mapping[Field, str], fields: Iterable[Field], sample: Sequence[Row]) -> list[str]:
    named = [columns[one] for one in fields if one in columns]
    return [text for row in sample for name in named if (text := row.cells.get(name, ""))]


def _check_there(given: FileMapping, there: Sequence[str]) -> None:
    missing = [heading for heading in (*given.columns.values(), *given.options.values()) if heading not in there]
    if missing:
        raise BadMapping(
            N_("The file has no column “%(column)s”; it has: %(there)s."), column=missing[0], there=", ".join(there)
        )


def _check_needs(columns: Mapping[Field, str], there: Sequence[str], fields: tuple[Field, ...]) -> None:
    for either in _NEEDS[fields]:
        if not set(either) & set(columns):
            raise BadMapping(
                N_("No column looks like “%(field)s”. Name it in a mapping; the file has: %(there)s."),
                field=either[0].value,
                there=", ".join(there),
            )
