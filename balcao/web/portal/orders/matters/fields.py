"""The fields of a process as a customer fills them in: each by its type, with what is wrong beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from balcao.kit.files import Verdict, judge
from balcao.ports.channel import File
from balcao.processes.rules.filling import accepts
from balcao.processes.types import Field, FieldType
from balcao.web.portal.orders.matters.story import told
from balcao.web.portal.orders.wishes import ADDRESS, NEEDED

PREFIX = "f-"
PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/heic")
MOST_FILES = 10
MOST_BYTES = 25_000_000
_LONGEST = 5000
_UNREADABLE = object()


@dataclass(frozen=True, slots=True)
class Part:
    """One line of an address."""

    name: str
    label: str
    value: str
    autocomplete: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a form."""

    key: str
    label: str
    kind: str  # a `FieldType`
    is_required: bool
    choices: tuple[tuple[str, str], ...] = ()
    value: str = ""
    error: str = ""
    is_consent: bool = False  # a yes that has to be given to go on
    parts: tuple[Part, ...] = ()  # of an address

    @property
    def name(self) -> str:
        """Return what its input is called."""
        return PREFIX + self.key

    @property
    def shown(self) -> str:
        """Return what was filled in, as it is shown once more."""
        if self.parts:
            return ", ".join(part.value for part in self.parts if part.value)
        return dict(self.choices).get(self.value, self.value)


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody filled in: values by the keys of their fields, pictures apart, and what is wrong by key."""

    values: Mapping[str, Any]
    pictures: tuple[File, ...]
    wrong: Mapping[str, str]


def asked(
    fields: Sequence[Field],
    form: QueryDict | None = None,
    wrong: Mapping[str, str] | None = None,
    *,
    offered: Mapping[str, Sequence[str]] | None = None,
    is_way: bool = True,
) -> list[Asked]:
    """Return the fields as a form draws them; `offered` leaves only some of a field's choices.

    On a way of theirs a required yes or no is a declaration, which they give or do not take the way.
    """
    return [
        Asked(
            key=field.key,
            label=told(field.names),
            kind=field.type.value,
            is_required=field.is_required,
            choices=_choices(field, (offered or {}).get(field.key)),
            value=form.get(PREFIX + field.key, "")[:_LONGEST] if form else "",
            error=(wrong or {}).get(field.key, ""),
            is_consent=is_way and field.is_required and field.type is FieldType.YES_NO,
            parts=_parts(field, form) if field.type is FieldType.ADDRESS else (),
        )
        for field in fields
    ]


def _parts(field: Field, form: QueryDict | None) -> tuple[Part, ...]:
    typed = _address(field, form) if form else {}
    return tuple(
        Part(f"{PREFIX}{field.key}.{name}", str(label), typed.get(name, ""), autocomplete, name in NEEDED)
        for name, label, autocomplete in ADDRESS
    )


def _address(field: Field, form: QueryDict) -> dict[str, str]:
    found = {name: " ".join(form.get(f"{PREFIX}{field.key}.{name}", "").split())[:200] for name, *_more in ADDRESS}
    return {name: value for name, value in found.items() if value}


def _choices(field: Field, offered: Sequence[str] | None) -> tuple[tuple[str, str], ...]:
    if field.type is FieldType.YES_NO:
        return ("yes", pgettext("answer", "Yes")), ("no", pgettext("answer", "No"))
    parents = {one.parent for one in field.choices if one.parent}
    names = {one.key: told(one.names) for one in field.choices}
    return tuple(
        (one.key, f"{names[one.parent]}: {names[one.key]}" if one.parent in names else names[one.key])
        for one in field.choices
        if one.key not in parents and (offered is None or one.key in offered)
    )


def read(
    fields: Sequence[Field],
    form: QueryDict,
    pictures: Sequence[File],
    *,
    offered: Mapping[str, Sequence[str]] | None = None,
) -> Filled:
    """Return what was filled in, with everything that is wrong with it."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for field in fields:
        if field.type is FieldType.PHOTO:
            if fault := pictures_fault(pictures) or ("" if pictures or not field.is_required else _no_picture()):
                wrong[field.key] = fault
            continue
        value = _value(field, form)
        is_offered = value is None or not offered or field.key not in offered or value in offered[field.key]
        if field.type is FieldType.ADDRESS and value is _UNREADABLE:
            wrong[field.key] = _("Please fill in street, city and postcode.")
        elif value is _UNREADABLE or not is_offered:
            wrong[field.key] = _("Please check this.")
        elif value is None and field.is_required:
            wrong[field.key] = _missing(field)
        elif value is not None:
            values[field.key] = value
    return Filled(values, tuple(pictures), wrong)


def _missing(field: Field) -> str:
    if field.type is FieldType.YES_NO:
        return _("Please tick this to go on.")
    return _("Please choose one.") if field.choices else _("Please fill this in.")


def _value(field: Field, form: QueryDict) -> Any:
    if field.type is FieldType.ADDRESS:
        typed = _address(field, form)
        return (typed if accepts(field, typed) else _UNREADABLE) if typed else None
    text = form.get(PREFIX + field.key, "").strip()[:_LONGEST]
    return _READERS[field.type](field, text) if text else None


def _number(_field: Field, text: str) -> Any:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return _UNREADABLE
    if value != value or abs(value) > 1e15:  # noqa: PLR0124, PLR2004 - what is no number, or more than a column holds
        return _UNREADABLE
    return int(value) if value.is_integer() else value


def _yes_no(_field: Field, text: str) -> Any:
    return {"yes": True, "no": False}.get(text, _UNREADABLE)


def _choice(field: Field, text: str) -> Any:
    return text if text in {one.key for one in field.choices} else _UNREADABLE


def _as_it_is(_field: Field, text: str) -> Any:
    return text


_READERS: Mapping[FieldType, Callable[[Field, str], Any]] = {
    FieldType.TEXT: _as_it_is,
    FieldType.DATE: _as_it_is,
    FieldType.NUMBER: _number,
    FieldType.CHOICE: _choice,
    FieldType.YES_NO: _yes_no,
}


def pictures_fault(files: Sequence[File]) -> str:
    """Return why some files are not taken as photos, "" where they are."""
    if fault := files_fault(files):
        return fault
    for file in files:
        judged = judge(name=file.name, media_type=file.media_type, content=file.content)
        if judged.verdict != Verdict.SAFE or judged.media_type not in PICTURES:
            return _("%(name)s is no photo that we can open. Please send JPEG, PNG, WebP or HEIC.") % {
                "name": judged.name
            }
    return ""


def files_fault(files: Sequence[File]) -> str:
    """Return why some files are too many or too large, "" where they are not."""
    if len(files) > MOST_FILES:
        return _("Please send no more than %(count)d files at once.") % {"count": MOST_FILES}
    if sum(len(file.content) for file in files) > MOST_BYTES:
        return _("The files are too large together.")
    return ""


def _no_picture() -> str:
    return _("Please choose at least one photo.")
