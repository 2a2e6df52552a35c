"""Reading the fields of a process from a form: each by its type, what cannot be read is said beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from balcao.kit.decimals import decimal
from balcao.kit.numbers import number_in, numbers_in
from balcao.processes.rules.filling import NEEDED_PARTS
from balcao.processes.types import Field, FieldType
from balcao.staff.models import Agent, Department
from balcao.tickets.models import Attachment
from balcao.web.components.addresses import address_labels
from balcao.web.desk.orders.typed import minor_units
from balcao.web.desk.processes.words import choice_words, text

PREFIX = "f-"
_UNREADABLE = object()


@dataclass(frozen=True, slots=True)
class Around:
    """What forms offer to choose from, and the currency that sums are typed in."""

    currency: str
    departments: Sequence[Department] = ()
    agents: Sequence[Agent] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One line of an address."""

    name: str
    label: str
    value: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field as a form draws it."""

    key: str
    name: str
    label: str
    type: str
    value: str
    is_required: bool
    choices: tuple[tuple[str, str], ...] = ()
    error: str = ""
    files: tuple[Attachment, ...] = ()  # of a photo field: just uploaded
    kept: int = 0  # how many it has already
    parts: tuple[Part, ...] = ()  # of an address
    note: str = ""  # where its value comes from; nobody types it then


def read_fields(fields: Sequence[Field], form: QueryDict, currency: str) -> tuple[dict[str, Any], set[str]]:
    """Return the values in a form by the keys of their fields, and the keys of those that cannot be read.

    Photos are left out: they are files (`photos_in`).
    """
    values: dict[str, Any] = {}
    wrong: set[str] = set()
    for field in fields:
        name = PREFIX + field.key
        if field.type is FieldType.ADDRESS and any(part in form for part in _part_names(name)):
            values[field.key] = _address(name, form)
        if field.type is FieldType.PHOTO or name not in form:
            continue
        typed = form.get(name, "").strip()
        value = _READERS[field.type](typed, currency) if typed else None
        if value is _UNREADABLE:
            wrong.add(field.key)
        else:
            values[field.key] = value
    return values, wrong


def _part_names(name: str) -> list[str]:
    return [f"{name}.{part}" for part in address_labels()]


def _address(name: str, form: QueryDict) -> dict[str, str] | None:
    typed = {part: " ".join(form.get(f"{name}.{part}", "").split()) for part in address_labels()}
    return {part: value for part, value in typed.items() if value} or None


def photos_in(field: Field, form: QueryDict) -> list[int]:
    """Return the uploads that a form names for a field."""
    return numbers_in(form.getlist(PREFIX + field.key))


def _number(text: str, _currency: str) -> Any:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return _UNREADABLE
    if value != value or abs(value) > 1e15:  # noqa: PLR0124, PLR2004 - what is no number, or more than a column holds
        return _UNREADABLE
    return int(value) if value.is_integer() else value


def _money(text: str, currency: str) -> Any:
    amount = minor_units(text, currency)
    return _UNREADABLE if amount is None else amount


def _yes_no(text: str, _currency: str) -> Any:
    return {"yes": True, "no": False}.get(text, _UNREADABLE)


def _agent(text: str, _currency: str) -> Any:
    pk = number_in(text)
    return _UNREADABLE if pk is None else pk


def _as_it_is(text: str, _currency: str) -> Any:
    return text


_READERS: Mapping[FieldType, Callable[[str, str], Any]] = {
    FieldType.ADDRESS: lambda _text, _currency: _UNREADABLE,  # it comes in parts
    FieldType.TEXT: _as_it_is,
    FieldType.CHOICE: _as_it_is,
    FieldType.NUMBER: _number,
    FieldType.MONEY: _money,
    FieldType.DATE: _as_it_is,
    FieldType.YES_NO: _yes_no,
    FieldType.DEPARTMENT: _as_it_is,
    FieldType.AGENT: _agent,
}


def field_view(
    field: Field,
    known: Any,
    around: Around,
    *,
    form: QueryDict | None,
    error: str = "",
    files: Sequence[Attachment] = (),
    is_required: bool | None = None,
    note: str = "",
) -> FieldView:
    """Return a field with what was typed, or with what is known."""
    name = PREFIX + field.key
    is_typed = form is not None and name in form and field.type is not FieldType.PHOTO
    return FieldView(
        key=field.key,
        name=name,
        label=text(field.names),
        type=field.type.value,
        value=form.get(name, "") if form is not None and is_typed else shown_value(field, known, around.currency),
        is_required=field.is_required if is_required is None else is_required,
        choices=_choices(field, around),
        error=error,
        files=tuple(files),
        kept=len(known) if field.type is FieldType.PHOTO and isinstance(known, list) else 0,
        parts=_parts(name, known, form) if field.type is FieldType.ADDRESS else (),
        note=note,
    )


def _parts(name: str, known: Any, form: QueryDict | None) -> tuple[Part, ...]:
    """Return the lines of an address with what was typed, or with what is known."""
    before = known if isinstance(known, dict) else {}
    return tuple(
        Part(
            f"{name}.{part}",
            label,
            str(form[f"{name}.{part}"] if form is not None and f"{name}.{part}" in form else before.get(part, "")),
            part in NEEDED_PARTS,
        )
        for part, label in address_labels().items()
    )


def shown_value(field: Field, known: Any, currency: str) -> str:
    """Return a known value as its input holds it."""
    if known is None or field.type in (FieldType.PHOTO, FieldType.ADDRESS):
        return ""
    if isinstance(known, bool):
        return "yes" if known else "no"
    if field.type is FieldType.MONEY and isinstance(known, int):
        return decimal(known, currency)
    return str(known)


def _choices(field: Field, around: Around) -> tuple[tuple[str, str], ...]:
    first = ("", _("Choose…"))
    if field.type is FieldType.CHOICE:
        return first, *((one.key, choice_words(field.choices, one.key)) for one in field.choices)
    if field.type is FieldType.YES_NO:
        return first, ("yes", pgettext("answer", "Yes")), ("no", pgettext("answer", "No"))
    if field.type is FieldType.DEPARTMENT:
        return first, *((row.key, row.name) for row in around.departments if row.key)
    if field.type is FieldType.AGENT:
        return first, *((str(row.pk), row.name) for row in around.agents)
    return ()
