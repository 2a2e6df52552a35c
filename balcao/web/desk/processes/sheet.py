"""The side sheet of a way: its form as it was filled in, what will happen, and what stands against it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from balcao.processes import types
from balcao.processes.queries.tracks import Track
from balcao.processes.rules import filling, moving
from balcao.processes.rules.guards import is_filled
from balcao.processes.types import (
    Answer,
    Facts,
    Field,
    FieldType,
    Refusal,
    RefusalCode,
    Request,
    Transition,
)
from balcao.returns.queries.outcomes import settled_amounts
from balcao.staff.models import Agent
from balcao.tickets.models import Attachment
from balcao.web.desk.orders.effects import Told
from balcao.web.desk.processes import forms
from balcao.web.desk.processes.asking import asked_fields, fields_of, reads_field
from balcao.web.desk.processes.forms import Around, FieldView
from balcao.web.desk.processes.happening import happening
from balcao.web.desk.processes.words import choice_words, refusal_words, text

_SAID_BESIDE = (RefusalCode.FIELD, RefusalCode.REASON)  # beside their fields, once somebody has tried


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a way comes to as its form stands."""

    is_open: bool  # it may be gone now
    needs_approval: str  # the department that has to agree first, "" for none
    missing: tuple[Refusal, ...]  # what is still to be filled in
    against: tuple[str, ...]  # everything else that stands against it, in words
    wants: tuple[str, ...] = ()  # conditions over fields that are empty yet, in words


class WaySheet:
    """One way out of the present stage, as its form stands."""

    def __init__(
        self, track: Track, way: Transition, agent: Agent, around: Around, form: QueryDict | None, now: datetime
    ) -> None:
        self.track = track
        self.way = way
        self.form = form
        self._agent = agent
        self._around = around
        self._now = now

    @property
    def currency(self) -> str:
        """Return in what sums are typed."""
        return self._around.currency

    @property
    def title(self) -> str:
        """Return the words on the button that opened it."""
        return text(self.way.names)

    @cached_property
    def fields(self) -> list[Field]:
        """Return the fields that are asked for."""
        return asked_fields(self.track.blueprint, self.track.visit.stage, self.way)

    @cached_property
    def _read(self) -> tuple[dict[str, Any], set[str]]:
        if self.form is None:
            return {}, set()
        values, wrong = forms.read_fields(self.fields, self.form, self._around.currency)
        known = {field.key: field for field in self.fields}
        refused = {key for key, value in values.items() if not filling.accepts(known[key], value)}
        return {key: value for key, value in values.items() if key not in refused}, wrong | refused

    @cached_property
    def settled(self) -> dict[str, int]:
        """Return the sums that are not typed, for the process's return says what it comes to."""
        return settled_amounts(self.track.process, self.way, self.track.blueprint)

    @property
    def values(self) -> dict[str, Any]:
        """Return what the form says, without photos."""
        return self._read[0] | self.settled

    def uploads(self, field: Field) -> list[int]:
        """Return the uploads that the form names for a photo field."""
        return forms.photos_in(field, self.form) if self.form is not None else []

    @property
    def photo_fields(self) -> list[Field]:
        """Return the fields that hold photos."""
        return [field for field in self.fields if field.type is FieldType.PHOTO]

    @property
    def reason(self) -> str:
        """Return the chosen reason, "" where the way has none to choose from."""
        return self._typed("reason") if self.way.reasons else ""

    @property
    def remark(self) -> str:
        """Return what was remarked."""
        return self._typed("remark")

    def _typed(self, name: str) -> str:
        return self.form.get(name, "").strip() if self.form is not None else ""

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Return the reasons to choose from; empty: free words, if any."""
        if not self.way.reasons:
            return []
        first = _("Choose…") if self.way.needs_reason else _("None")
        return [("", first), *((one.key, choice_words(self.way.reasons, one.key)) for one in self.way.reasons)]

    @cached_property
    def facts(self) -> Facts:
        """Return what the guards look at, with what the form says."""
        facts = self.track.facts(self._now)
        photos = {
            field.key: [*(facts.fields.get(field.key) or []), *self.uploads(field)]  # type: ignore[misc] # a list of ids
            for field in self.photo_fields
        }
        return replace(facts, fields={**facts.fields, **self.values, **photos})

    @cached_property
    def verdict(self) -> Verdict:
        """Return what the way comes to."""
        request = Request(
            transition=self.way.key,
            visit=self.track.course.visit,
            actor=types.Actor.AGENT,
            agent=self._agent.pk,
            reason=self.reason or self.remark,
        )
        found = moving.move(self.track.blueprint, self.track.course, self.facts, request)
        refusals = () if found.answer is Answer.MOVED else found.refusals
        approval = next((one.detail for one in refusals if one.code is RefusalCode.APPROVAL), "")
        missing = [one for one in refusals if one.code in _SAID_BESIDE]
        others = [one for one in refusals if one.code not in (*_SAID_BESIDE, RefusalCode.APPROVAL)]
        wanted = [one for one in others if self._is_of_empty(one)]
        wrong = [Refusal(RefusalCode.FIELD, key) for key in self._read[1] - self.settled.keys()]
        return Verdict(
            is_open=not (missing or others or wrong),
            needs_approval=approval,
            missing=(*missing, *(one for one in wrong if one not in missing)),
            against=tuple(self._words(one) for one in others if one not in wanted),
            wants=tuple(self._words(one) for one in wanted),
        )

    def _is_of_empty(self, refusal: Refusal) -> bool:
        """Tell whether a guard only does not hold because a field that it reads has no value yet."""
        guard = next((one for one in self.way.guards if one.name == refusal.detail), None)
        if refusal.code is not RefusalCode.GUARD or guard is None:
            return False
        return any(not is_filled(self.facts.fields.get(key)) for key in fields_of(guard))

    def _words(self, refusal: Refusal) -> str:
        return refusal_words(refusal, self.track.blueprint, self.departments, way=self.way.key)

    @cached_property
    def departments(self) -> Mapping[str, str]:
        """Return the departments by the role that they play."""
        return {row.key: row.name for row in self._around.departments if row.key}

    @property
    def approver(self) -> str:
        """Return the department that has to agree, by its own name."""
        return self.departments.get(self.verdict.needs_approval, self.verdict.needs_approval)

    @cached_property
    def lines(self) -> list[Told]:
        """Return what will happen."""
        return happening(self.track, self.way, self.facts, self.departments, currency=self._around.currency)

    @property
    def confirm(self) -> str:
        """Return the words on the button."""
        if self.verdict.needs_approval:
            return _("Ask %(department)s") % {"department": self.approver}
        return self.title

    def drawn_fields(self, *, tried: bool, files: Mapping[int, Attachment]) -> list[FieldView]:
        """Return the fields for the form; `tried`: what is missing is said beside them."""
        missing = {one.detail for one in self.verdict.missing if one.code is RefusalCode.FIELD} if tried else set()
        return [
            forms.field_view(
                field,
                self.settled.get(field.key, self.track.process.fields.get(field.key)),
                self._around,
                form=None if field.key in self.settled else self.form,
                note=_("What the return comes to.") if field.key in self.settled else "",
                error=self._error(field) if field.key in missing else "",
                files=[files[pk] for pk in self.uploads(field) if pk in files],
            )
            for field in self.fields
        ]

    def _error(self, field: Field) -> str:
        if field.type is FieldType.ADDRESS:
            return _("Street, city and postcode are needed.")
        is_typed = bool(self.form and self.form.get(forms.PREFIX + field.key, "").strip())
        return _("This cannot be read.") if is_typed else _("This is needed.")

    @property
    def lacks_reason(self) -> bool:
        """Tell whether a reason is missing."""
        return any(one.code is RefusalCode.REASON for one in self.verdict.missing)


def blocking(way: Transition, refusals: Sequence[Refusal]) -> list[Refusal]:
    """Return what stands against a way that its form cannot mend."""
    guards = {guard.name: guard for guard in way.guards}
    hard = (RefusalCode.TASK, RefusalCode.TOO_OFTEN)
    return [
        one
        for one in refusals
        if one.code in hard or (one.code is RefusalCode.GUARD and not reads_field(guards[one.detail]))
    ]
