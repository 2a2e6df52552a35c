"""The form that says which column of a file is what, made from the file itself."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from balcao.commerce.rules.importing import vocabulary
from balcao.commerce.rules.importing.faults import BadCell
from balcao.commerce.rules.importing.fields import OF_ORDERS, OF_PRODUCTS, Field
from balcao.commerce.rules.importing.mapping import FileMapping, mapping_from, plain_mapping
from balcao.kit.tables import Row
from balcao.ports.commerce import OrderStage
from balcao.web.console.mapping_words import field_words, groups, stage_words

_PROPERTY = "property"
_MOST_WORDS = 12
_LONGEST_SAMPLE = 80


class MappingForm(forms.Form):
    """One choice for each column, the file's ways, and the stages that it calls by words of its own."""

    def __init__(
        self,
        *args: Any,
        sample: Sequence[Row],
        guess: FileMapping,
        products: bool,
        currency: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.headings = list(dict.fromkeys(heading for row in sample for heading in row.cells if heading))
        self.is_own = Field.REST.value in self.headings  # a file of ours is read as it was written
        self._sample = sample
        self._fields = OF_PRODUCTS if products else OF_ORDERS
        self._guess = guess
        if self.is_own:
            return
        meant = {heading: name.value for name, heading in guess.columns.items()}
        meant |= dict.fromkeys(guess.options.values(), _PROPERTY)
        choices = self._choices()
        for place, heading in enumerate(self.headings):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=heading, choices=choices, required=False, initial=meant.get(heading, "")
            )
        self._add_ways(currency)
        for place, word in enumerate(self._strange_stages()):
            stages = [("", _("Leave its orders out")), *((stage.value, stage_words(stage)) for stage in OrderStage)]
            self.fields[f"stage-{place}"] = forms.ChoiceField(label=word, choices=stages, required=False)

    def _choices(self) -> list[tuple[str, Any]]:
        known = [
            (title, [(name.value, field_words(name)) for name in names if name in self._fields])
            for title, names in groups()
        ]
        offered: list[tuple[str, Any]] = [("", _("Nothing: leave it out"))]
        offered += [(title, names) for title, names in known if names]
        return [*offered, (_PROPERTY, _("A property of the product (colour, size)"))]

    def _add_ways(self, currency: str) -> None:
        shown = {"decimal": self._guess.decimal, "dates": self._guess.dates}
        self.fields["decimal"] = forms.ChoiceField(
            label=_("Amounts are written"),
            choices=[("", _("See for yourself")), (",", "1.234,56"), (".", "1,234.56")],
            required=False,
            initial=shown["decimal"],
        )
        self.fields["dates"] = forms.ChoiceField(
            label=_("Dates are written"),
            choices=[
                ("", _("See for yourself")),
                ("dmy", _("day, month, year")),
                ("mdy", _("month, day, year")),
                ("ymd", _("year, month, day")),
            ],
            required=False,
            initial=shown["dates"],
        )
        self.fields["currency"] = forms.RegexField(
            "^[A-Za-z]{3}$",
            label=_("Currency, where no column says it"),
            initial=self._guess.currency or currency,
            error_messages={"invalid": _("Three letters, like BRL.")},
        )

    def _strange_stages(self) -> list[str]:
        """Return the words that the file uses for stages and that we do not know."""
        heading = self._guess.columns.get(Field.STAGE) or self._posted_stage()
        found = dict.fromkeys(text for row in self._sample if (text := row.cells.get(heading, "").strip()))
        return [word for word in found if not _is_known(word)][:_MOST_WORDS]

    def _posted_stage(self) -> str:
        chosen = (place for place in range(len(self.headings)) if self.data.get(f"column-{place}") == Field.STAGE)
        return next((self.headings[place] for place in chosen), "")

    def clean(self) -> dict[str, Any]:
        """Refuse two columns for one thing."""
        cleaned = dict(super().clean() or {})
        seen: dict[str, str] = {}
        for place, heading in enumerate(self.headings):
            name = cleaned.get(f"column-{place}", "")
            if name and name != _PROPERTY and name in seen:
                self.add_error(f"column-{place}", _("“%(column)s” is that already.") % {"column": seen[name]})
            seen.setdefault(name, heading)
        return cleaned

    def columns(self) -> list[tuple[forms.BoundField, str]]:
        """Return the choice of each column with some of its values."""
        return [
            (self[f"column-{place}"], self._values(heading))
            for place, heading in enumerate(self.headings)
            if not self.is_own
        ]

    def _values(self, heading: str) -> str:
        values = dict.fromkeys(text for row in self._sample if (text := row.cells.get(heading, "").strip()))
        return " · ".join(list(values)[:3])[:_LONGEST_SAMPLE]

    def stages(self) -> list[forms.BoundField]:
        """Return the choice of each word for a stage that we do not know."""
        return [self[name] for name in self.fields if name.startswith("stage-")]

    def document(self) -> dict[str, Any]:
        """Return the mapping as it is stored."""
        return plain_mapping(self.mapping())

    def mapping(self) -> FileMapping:
        """Return the mapping as it was chosen, or as it was guessed while nobody has chosen."""
        if self.is_own:
            return FileMapping()
        if not self.is_bound:
            return self._guess
        chosen = {heading: self.cleaned_data[f"column-{place}"] for place, heading in enumerate(self.headings)}
        stages = {field.label: self.cleaned_data[field.name] for field in self.stages()}
        return mapping_from(
            {
                "columns": {name: heading for heading, name in chosen.items() if name and name != _PROPERTY},
                "options": {heading: heading for heading, name in chosen.items() if name == _PROPERTY},
                "stages": {word: stage for word, stage in stages.items() if stage},
                "decimal": self.cleaned_data["decimal"],
                "dates": self.cleaned_data["dates"],
                "currency": self.cleaned_data["currency"],
            }
        )


def _is_known(word: str) -> bool:
    try:
        vocabulary.stage(word, own={})
    except BadCell:
        return False
    return True
