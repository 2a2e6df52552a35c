"""What customers can ask for on the page of their order: at once where the shop's policy allows, else as a request."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from balcao.commerce import queries
from balcao.commerce.actions import ledger
from balcao.commerce.actions.ledger import Asker
from balcao.commerce.rules import keys
from balcao.commerce.types import Denial, Level, Verdict
from balcao.ports.commerce import Action, ActionKind, Address, Cancel, ChangeAddress, KeyKind
from balcao.web.components.formats import money
from balcao.web.portal.orders import words
from balcao.web.portal.orders.sight import Sight

_CSRF = "csrfmiddlewaretoken"
_UNTYPED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LONGEST = 200
_LONGEST_WORDS = 5000
_ACTIONS = {"address": ActionKind.CHANGE_ADDRESS, "cancel": ActionKind.CANCEL}
_NAMES = {
    "address": gettext_lazy("Change the address"),
    "cancel": gettext_lazy("Cancel the order"),
    "invoice": gettext_lazy("Get a copy of the invoice"),
    "problem": gettext_lazy("Something is wrong with my order"),
}
_SIGNS = {"address": "truck", "cancel": "prohibit", "invoice": "file-text", "problem": "warning"}
_PROBLEMS = {
    "late": gettext_lazy("It has not arrived"),
    "damaged": gettext_lazy("It arrived damaged"),
    "wrong": gettext_lazy("Something is missing or wrong"),
    "regret": gettext_lazy("I want to send it back"),
    "other": gettext_lazy("Something else"),
}
ADDRESS = (
    ("name", gettext_lazy("Who receives it"), "name"),
    ("line1", gettext_lazy("Street and number"), "address-line1"),
    ("line2", gettext_lazy("Flat, floor, building"), "address-line2"),
    ("district", gettext_lazy("District"), "address-level3"),
    ("city", gettext_lazy("City"), "address-level2"),
    ("region", gettext_lazy("State or province"), "address-level1"),
    ("postcode", gettext_lazy("Postcode"), "postal-code"),
)
NEEDED = ("line1", "city", "postcode")


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a wish's form."""

    name: str
    label: str
    value: str = ""
    autocomplete: str = ""
    kind: str = "text"
    is_required: bool = False
    choices: tuple[tuple[str, str], ...] = ()


@dataclass
class Wish:
    """One thing a customer wants of an order, with what they typed so far."""

    kind: str
    sight: Sight
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return what its button says."""
        return str(_NAMES[self.kind])

    @property
    def sign(self) -> str:
        """Return its icon."""
        return _SIGNS[self.kind]

    @cached_property
    def verdict(self) -> Verdict | None:
        """Return what the rules say of doing it at once; None where it is a request in any case."""
        kind, row = _ACTIONS.get(self.kind), self.sight.row
        if kind is None or kind not in queries.policy_of(row.backend).customers_may:
            return None
        asker = Asker(level=self.sight.level)
        return ledger.try_out(action=self.action, account=row.account, order=row, asker=asker)

    @property
    def is_at_once(self) -> bool:
        """Tell whether it is carried out without anybody's help, once its form is filled in."""
        verdict = self.verdict
        return bool(verdict and verdict.denial in (None, Denial.ADDRESS) and not verdict.needs_approval)

    @property
    def reason(self) -> str:
        """Return why it is a request only; "" where it is done at once, or nobody expects it to be."""
        verdict = self.verdict
        if verdict is None or self.is_at_once or verdict.denial is None:
            return ""
        return words.denial(verdict.denial, self.sight.value.stage)

    @property
    def action(self) -> Action:
        """Return the action that the form asks for."""
        if self.kind == "cancel":
            reasons = queries.policy_of(self.sight.row.backend).cancel_reasons
            wanted = self._typed("reason")
            return Cancel(wanted if wanted in reasons or not reasons else reasons[0])
        return ChangeAddress(self._address())

    def _address(self) -> Address:
        known = self.sight.value.address
        if not self.form:
            return known
        typed = {name: self._typed(name) for name, _label, _hint in ADDRESS}
        return replace(known, **typed)

    def _typed(self, name: str) -> str:
        return self.form.get(name, "").strip()[:_LONGEST]

    @property
    def fields(self) -> list[Asked]:
        """Return what is asked."""
        fields = [self._problem()] if self.kind == "problem" else []
        if self.kind == "address":
            fields = [Asked(n, str(label), self._value(n), hint, is_required=n in NEEDED) for n, label, hint in ADDRESS]
        if self.kind == "cancel" and self._reasons():
            fields.append(Asked("reason", _("Why"), self._typed("reason"), kind="select", choices=self._reasons()))
        if not self.is_at_once and not self.sight.email:  # nobody could answer
            value = self._typed("email")
            fields.append(Asked("email", _("Your e-mail address"), value, "email", kind="email", is_required=True))
        if not self.is_at_once:
            label = _("What happened?") if self.kind == "problem" else _("Anything we should know")
            text = self.form.get("message", "")[:_LONGEST_WORDS]
            fields.append(Asked("message", label, text, kind="textarea", is_required=self.kind == "problem"))
        return fields

    def _value(self, name: str) -> str:
        return self.form.get(name, "") if self.form else str(getattr(self.sight.value.address, name))

    def _problem(self) -> Asked:
        choices = tuple((key, str(label)) for key, label in _PROBLEMS.items())
        return Asked("problem", _("What is it about?"), self._typed("problem"), kind="select", choices=choices)

    def _reasons(self) -> tuple[tuple[str, str], ...]:
        return tuple((one, one) for one in queries.policy_of(self.sight.row.backend).cancel_reasons)

    @property
    def faults(self) -> dict[str, str]:
        """Return what is missing by the name of its field."""
        found = {
            one.name: _("Please fill this in.")
            for one in self.fields
            if one.is_required and not self.form.get(one.name, "").strip()
        }
        if any(one.kind == "email" for one in self.fields) and not self.email:
            found.setdefault("email", _("This is no e-mail address."))
        return found

    @property
    def email(self) -> str:
        """Return the address that they typed, "" where it is none."""
        typed = self._typed("email")
        return typed if keys.spelt(KeyKind.EMAIL, typed, region="", secret="") else ""

    @property
    def digest(self) -> str:
        """Return by what the same form with the same words is known when it is sent again."""
        told = sorted((name, value) for name, value in self.form.items() if name != _CSRF)
        return sha256(repr(told).encode()).hexdigest()[:32]

    @property
    def effect(self) -> list[str]:
        """Return what will happen at once, line by line."""
        verdict = self.verdict
        if not self.is_at_once or verdict is None or verdict.effect is None or self.kind != "cancel":
            return []
        currency = self.sight.value.currency
        lines = [
            _("%(amount)s goes back to %(instrument)s")
            % {
                "amount": money(move.amount, currency, language=get_language() or "en"),
                "instrument": words.instrument(move.instrument),
            }
            for move in verdict.effect.movements
            if move.amount > 0
        ]
        return [_("The whole order is cancelled. This cannot be taken back."), *lines]

    def request_words(self) -> str:
        """Return the wish as a message to the shop, with everything that was filled in."""
        lines = [self.name]
        if self.kind == "problem":
            lines = [str(_PROBLEMS.get(self._typed("problem"), _PROBLEMS["other"]))]
        if self.kind == "address":
            lines += [f"{label}: {self._typed(name)}" for name, label, _hint in ADDRESS if self._typed(name)]
        if self.kind == "cancel" and self._typed("reason"):
            lines.append(self._typed("reason"))
        if message := self.form.get("message", "").strip()[:_LONGEST_WORDS]:
            lines += ["", message]
        return "\n".join(lines)


def written(form: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed into a form without what no keyboard writes: a database may refuse it."""
    return {name: _UNTYPED.sub("", value) for name, value in form.items()}


def wishes_of(sight: Sight) -> list[Wish]:
    """Return what a visitor can ask for at their level."""
    kinds = ["problem"] if sight.level < Level.VERIFIED else ["address", "cancel", "invoice", "problem"]
    if sight.is_verified and not sight.is_open:
        kinds = ["invoice", "problem"]
    if sight.invoice_url and "invoice" in kinds:
        kinds.remove("invoice")  # it stands on the page already
    return [Wish(kind, sight) for kind in kinds]


def wish_of(kind: str, sight: Sight, form: Mapping[str, str]) -> Wish | None:
    """Return one wish with what was typed; None where it is not offered."""
    offered = {wish.kind for wish in wishes_of(sight)}
    return Wish(kind, sight, form) if kind in offered else None
