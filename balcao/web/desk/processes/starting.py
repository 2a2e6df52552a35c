"""The sheets that begin a process and that fill its fields in."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from balcao.commerce.models import Order
from balcao.kit.numbers import number_in
from balcao.processes.models import Blueprint, Process
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.rules import filling
from balcao.processes.rules.guards import is_filled
from balcao.processes.types import Blueprint as Spec
from balcao.processes.types import BlueprintKind, Field, FieldType
from balcao.tickets.models import Attachment
from balcao.web.desk.processes import forms
from balcao.web.desk.processes.forms import Around, FieldView
from balcao.web.desk.processes.happening import stage_line
from balcao.web.desk.processes.words import text


def checked(fields: Sequence[Field], form: QueryDict | None, currency: str) -> tuple[dict[str, Any], set[str]]:
    """Return the values of a form that their fields may hold, and the keys of those that they may not."""
    if form is None:
        return {}, set()
    values, wrong = forms.read_fields(fields, form, currency)
    known = {field.key: field for field in fields}
    refused = {key for key, value in values.items() if not filling.accepts(known[key], value)}
    return {key: value for key, value in values.items() if key not in refused}, wrong | refused


class StartSheet:
    """The choice of a process with the fields of its first stage, as the form stands."""

    def __init__(
        self,
        offered: Sequence[Blueprint],
        orders: Sequence[Order],
        around: Around,
        *,
        wanted: str,
        topic: str,
        form: QueryDict,
    ) -> None:
        self.orders = orders
        self._offered = sorted(offered, key=lambda one: (one.key != topic, one.key))
        self._around = around
        self._wanted = wanted or topic
        self._form = form

    @property
    def currency(self) -> str:
        """Return in what sums are typed."""
        return self._around.currency

    @cached_property
    def blueprint(self) -> Blueprint | None:
        """Return the chosen one: the one asked for, else the topic's."""
        return next((one for one in self._offered if one.key == self._wanted), None)

    @cached_property
    def spec(self) -> Spec | None:
        """Return what it says."""
        return blueprint_by_id(self.blueprint.current_id) if self.blueprint and self.blueprint.current_id else None

    @property
    def is_of_goods(self) -> bool:
        """Tell whether it begins with what comes back: the wizard of returns asks for that, once an order is known."""
        is_return = self.spec is not None and self.spec.kind in (BlueprintKind.RETURN, BlueprintKind.EXCHANGE)
        return is_return and self.order is not None

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Return the processes to choose from, the topic's first."""
        names = [(one.key, text(blueprint_by_id(one.current_id).names)) for one in self._offered if one.current_id]
        return [("", _("Choose…")), *names]

    @property
    def order_choices(self) -> list[tuple[str, str]]:
        """Return the ticket's orders to choose from."""
        return [*((str(order.pk), order.number) for order in self.orders), ("", _("No order"))]

    @property
    def order(self) -> Order | None:
        """Return the chosen order, at first the one in question."""
        if "order" not in self._form:
            return self.orders[0] if self.orders else None
        chosen = number_in(self._form.get("order", ""))
        return next((order for order in self.orders if order.pk == chosen), None)

    @cached_property
    def fields(self) -> list[Field]:
        """Return the fields of the first stage: what entering needs, and what leaving will."""
        if self.spec is None:
            return []
        keys = dict.fromkeys((*self.spec.start.entry_fields, *self.spec.start.exit_fields))
        return [self.spec.field(key) for key in keys]

    @property
    def photo_fields(self) -> list[Field]:
        """Return those that hold photos."""
        return [field for field in self.fields if field.type is FieldType.PHOTO]

    @cached_property
    def _read(self) -> tuple[dict[str, Any], set[str]]:
        return checked(self.fields, self._form, self._around.currency)

    @property
    def values(self) -> dict[str, Any]:
        """Return what the form says."""
        return self._read[0]

    @cached_property
    def missing(self) -> set[str]:
        """Return the fields without which the first stage is not entered."""
        entry = self.spec.start.entry_fields if self.spec else ()
        return {
            field.key
            for field in self.fields
            if field.is_required and field.key in entry and not is_filled(self._given(field))
        }

    def _given(self, field: Field) -> Any:
        if field.type is FieldType.PHOTO:
            return forms.photos_in(field, self._form)
        return self.values.get(field.key)

    @property
    def is_ready(self) -> bool:
        """Tell whether it may be started."""
        return self.spec is not None and not self.missing and not self._read[1]

    @property
    def first(self) -> Any:
        """Return what happens at first."""
        departments = {row.key: row.name for row in self._around.departments if row.key}
        return stage_line(self.spec.start, departments) if self.spec else None

    def drawn_fields(self, files: Mapping[int, Attachment], *, tried: bool) -> list[FieldView]:
        """Return the fields for the form; `tried`: what is missing is said beside them."""
        entry = self.spec.start.entry_fields if self.spec else ()
        return [
            forms.field_view(
                field,
                None,
                self._around,
                form=self._form,
                error=self._error(field) if tried else "",
                files=[files[pk] for pk in forms.photos_in(field, self._form) if pk in files],
                is_required=field.is_required and field.key in entry,
            )
            for field in self.fields
        ]

    def _error(self, field: Field) -> str:
        if field.key in self._read[1]:
            return _("This cannot be read.")
        return _("This is needed.") if field.key in self.missing else ""


class FillSheet:
    """All fields that the present stage and those before it ask for, to be filled in or mended."""

    def __init__(self, process: Process, stage: str, around: Around, form: QueryDict | None) -> None:
        self.process = process
        self._spec = blueprint_by_id(process.version_id)
        self._stage = stage
        self._around = around
        self._form = form

    @property
    def currency(self) -> str:
        """Return in what sums are typed."""
        return self._around.currency

    @cached_property
    def fields(self) -> list[Field]:
        """Return the stage's own fields first, then everything that is known already."""
        stage = self._spec.stage(self._stage)
        known = (field.key for field in self._spec.fields if field.key in self.process.fields)
        return [self._spec.field(key) for key in dict.fromkeys((*stage.exit_fields, *stage.entry_fields, *known))]

    @property
    def photo_fields(self) -> list[Field]:
        """Return those that hold photos."""
        return [field for field in self.fields if field.type is FieldType.PHOTO]

    @cached_property
    def _read(self) -> tuple[dict[str, Any], set[str]]:
        return checked(self.fields, self._form, self._around.currency)

    @property
    def values(self) -> dict[str, Any]:
        """Return what the form says."""
        return self._read[0]

    @property
    def wrong(self) -> set[str]:
        """Return the fields that cannot be read."""
        return self._read[1]

    def drawn_fields(self, files: Mapping[int, Attachment]) -> list[FieldView]:
        """Return the fields for the form."""
        return [
            forms.field_view(
                field,
                self.process.fields.get(field.key),
                self._around,
                form=self._form,
                error=_("This cannot be read.") if field.key in self.wrong else "",
                files=[files[pk] for pk in forms.photos_in(field, self._form or QueryDict()) if pk in files],
                is_required=False,
            )
            for field in self.fields
        ]
