"""A set-up form made from the typed config of a plug-in. Secrets go in and never come out."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from balcao.ports.config import described, secret_names, shown

_FEW = 5  # choices up to so many are shown as cards
_PREFIX = "config"
_LONGEST_TEXT = 200_000  # of a setting of many lines: a mapping file, a key


class ConfigForm(forms.Form):
    """The settings of one plug-in, in groups; parts that do not matter with these values are folded away."""

    def __init__(
        self,
        *args: Any,
        config_class: type[Any],
        values: Mapping[str, Any],
        kept_secrets: frozenset[str] = frozenset(),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{**kwargs, "prefix": _PREFIX})
        self.config_class = config_class
        self._kept = kept_secrets
        for setting, facts in described(config_class):
            default = getattr(config_class(), setting.name) if setting.name not in values else values[setting.name]
            self.fields[setting.name] = self._field(setting.name, setting.type, facts, default)

    def _field(self, name: str, kind: Any, facts: Mapping[str, Any], value: Any) -> forms.Field:
        label, help_words = facts["label"], facts["help"]
        shared: dict[str, Any] = {
            "label": _(label),
            "help_text": _(help_words) if help_words else "",
            "required": False,
        }
        if facts["secret"]:
            return forms.CharField(
                **shared,
                strip=False,
                widget=forms.PasswordInput(
                    {"autocomplete": "new-password", "placeholder": _("Kept. Type to replace it.")}
                    if name in self._kept
                    else {"autocomplete": "new-password"}
                ),
            )
        if facts["choices"]:
            choices = [(key, _(label)) for key, label in facts["choices"]]
            widget = forms.RadioSelect if len(choices) <= _FEW else forms.Select
            return forms.ChoiceField(**shared, choices=choices, initial=value, widget=widget)
        if kind is bool:
            return forms.BooleanField(**shared, initial=value)
        if kind is int:
            return forms.IntegerField(**shared, initial=value, min_value=0, max_value=65_535)
        return _text(shared, value, is_long=facts["is_long"])

    def clean(self) -> dict[str, Any]:
        """Ask for what is required, where it matters with the other answers."""
        cleaned = dict(super().clean() or {})
        that_matter = shown(self.config_class, {name: str(value) for name, value in cleaned.items()})
        for setting, facts in described(self.config_class):
            is_empty = cleaned.get(setting.name) in ("", None)
            if facts["required"] and is_empty and setting.name in that_matter and setting.name not in self._kept:
                self.add_error(setting.name, _("This is needed."))
        return cleaned

    def config(self) -> Any:
        """Return the typed config; a secret left empty stays empty here and keeps its old value in the database."""
        empty = self.config_class()
        types = {f.name: f.type for f in fields(self.config_class)}
        values = {name: self._typed(name, value, types[name], empty) for name, value in self.cleaned_data.items()}
        return replace(empty, **values)

    def _typed(self, name: str, value: Any, kind: Any, empty: Any) -> Any:
        before = getattr(empty, name)
        if isinstance(before, tuple | list):
            return type(before)(line.strip() for line in str(value).splitlines() if line.strip())
        if kind is int:
            return before if value is None else value
        return value.strip() if isinstance(value, str) and name not in secret_names(self.config_class) else value

    def groups(self) -> list[tuple[str, list[tuple[forms.BoundField, str]]]]:
        """Return the fields under their headings, each with the condition on which it shows."""
        found: dict[str, list[tuple[forms.BoundField, str]]] = {}
        for setting, facts in described(self.config_class):
            condition = " ".join(f"{_PREFIX}-{other}={value}" for other, value in facts["shown_if"])
            group = facts["group"]
            found.setdefault(_(group) if group else "", []).append((self[setting.name], condition))
        return list(found.items())


def _text(shared: Mapping[str, Any], value: Any, *, is_long: bool) -> forms.Field:
    if is_long:
        box = forms.Textarea({"rows": 16, "spellcheck": "false"})
        return forms.CharField(**shared, initial=value, max_length=_LONGEST_TEXT, strip=False, widget=box)
    if isinstance(value, tuple | list):
        return forms.CharField(**shared, initial="\n".join(value), widget=forms.Textarea({"rows": 3}))
    return forms.CharField(**shared, initial=value, max_length=2000, widget=forms.TextInput({"autocomplete": "off"}))


def kept_secrets(config: Any) -> frozenset[str]:
    """Return the names of the secrets that are set."""
    return frozenset(name for name in secret_names(type(config)) if getattr(config, name))


def open_values(config: Any) -> dict[str, Any]:
    """Return a config's settings without its secrets."""
    hidden = secret_names(type(config))
    return {f.name: getattr(config, f.name) for f in fields(config) if f.name not in hidden}
