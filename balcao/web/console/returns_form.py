"""A shop's returns policy as a form."""

from typing import Any

from babel.numbers import get_currency_precision
from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from balcao.ports.commerce import Address
from balcao.returns.queries.words import group_words, outcome_words, trait_words
from balcao.returns.rules.numbers import is_prefix
from balcao.returns.types import (
    FreightBack,
    Outcome,
    Payer,
    ReasonGroup,
    ReturnsPolicy,
    SendingWay,
    Trait,
)
from balcao.web.console.amounts import AmountField

_MOST_DAYS = 3650
_MOST = 10**12
_WHOLE = 100  # per cent
_OFFERED = (Outcome.REFUND, Outcome.EXCHANGE, Outcome.CREDIT, Outcome.REPAIR)
ADDRESS = ("name", "line1", "line2", "district", "city", "region", "postcode", "country")
_NO_EXCEPTION = (Trait.ESSENTIAL, Trait.ELECTRONICS)


class ReturnsForm(forms.Form):
    """What a shop allows beside the law; amounts in its currency."""

    def __init__(self, *args: Any, policy: ReturnsPolicy, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._policy, self._currency = policy, currency
        self._places = get_currency_precision(currency)
        self._add_days(policy)
        self._add_things(policy)
        self._add_money(policy)
        self._add_way(policy)
        self._add_looks(policy)
        self._add_address(policy.warehouse)

    # --- The fields ---------------------------------------------------------------------------------------------------

    def _add_days(self, policy: ReturnsPolicy) -> None:
        help_text = _("Empty: as long as the law gives. Less than that never holds.")
        self._days("withdrawal_days", _("Days to change one's mind"), help_text, policy.withdrawal_days)
        self._days("defect_days", _("Days to tell of a defect"), help_text, policy.defect_days)
        self.fields["is_informing"] = forms.BooleanField(
            label=_("Customers are told of their right when they buy"),
            help_text=_("Where they are not, laws give them up to a year more."),
            required=False,
            initial=policy.is_informing,
        )

    def _days(self, name: str, label: str, help_text: str, initial: int | None) -> None:
        self.fields[name] = forms.IntegerField(
            label=label, help_text=help_text, required=False, min_value=0, max_value=_MOST_DAYS, initial=initial
        )

    def _add_things(self, policy: ReturnsPolicy) -> None:
        for trait in Trait:
            self.fields[f"mark-{trait}"] = forms.CharField(
                label=trait_words(trait),
                required=False,
                max_length=1000,
                initial=", ".join(policy.marks.get(trait, ())),
                widget=forms.TextInput({"autocomplete": "off"}),
            )
            if trait not in _NO_EXCEPTION:
                self.fields[f"allow-{trait}"] = forms.BooleanField(
                    label=_("Taken back all the same"), required=False, initial=trait in policy.allowed
                )

    def _add_money(self, policy: ReturnsPolicy) -> None:
        self._choice(
            "return_cost",
            _("Who pays for the way back of what was merely regretted"),
            [(Payer.SHOP, _("The shop")), (Payer.CUSTOMER, _("The customer, where the law lets them"))],
            policy.return_cost,
        )
        self._choice(
            "freight_back",
            _("The freight goes back"),
            [
                (FreightBack.SHARE, _("By the share of each piece")),
                (FreightBack.ALL_WITH_ALL, _("Once everything came back")),
                (FreightBack.NONE, _("Only where the law wants it")),
            ],
            policy.freight_back,
        )
        self._amount(
            "standard_freight",
            _("What the usual way of sending costs"),
            _("Some laws give back no more than that. Empty: whatever was paid."),
            policy.standard_freight,
        )
        self._days(
            "refund_days",
            _("Days until the money goes back, once the goods are there"),
            _("Empty: as the law says. The earlier day of the two holds."),
            policy.refund_days,
        )
        self.fields["waits_for"] = forms.BooleanField(
            label=_("The money waits for the goods as long as the law lets it"),
            required=False,
            initial=policy.waits_for,
        )
        self._ticks("outcomes", _("Customers may ask for"), [(o, outcome_words(o)) for o in _OFFERED], policy.outcomes)
        self.fields["bonus"] = forms.DecimalField(
            label=_("Bonus on a gift card taken instead of money, in per cent"),
            required=False,
            min_value=0,
            max_value=_WHOLE,
            decimal_places=2,
            initial=number_format(policy.bonus / _WHOLE) if policy.bonus else "",
            localize=True,
        )

    def _add_way(self, policy: ReturnsPolicy) -> None:
        ways = {
            SendingWay.LABEL: _("They print a label"),
            SendingWay.CODE: _("They show a code at a drop-off point"),
            SendingWay.PICKUP: _("It is fetched"),
            SendingWay.OWN: _("They send it as they like"),
        }
        self._ticks("ways", _("How it comes back"), list(ways.items()), policy.ways)
        self.fields["label_days"] = forms.IntegerField(
            label=_("Days that a label is good"),
            help_text=_("At least as long as the law gives for sending it back."),
            min_value=1,
            max_value=_MOST_DAYS,
            initial=policy.label_days,
        )
        self.fields["prefix"] = forms.CharField(
            label=_("Before the number of a return"),
            help_text=_("Capitals and digits, eight at most. The number and its check digit follow."),
            max_length=8,
            initial=policy.prefix,
        )

    def _add_looks(self, policy: ReturnsPolicy) -> None:
        groups = [(group, group_words(group)) for group in ReasonGroup]
        self._ticks("photos", _("Photos are asked for, never demanded, when"), groups, policy.photos)
        self.fields["review_score"] = forms.IntegerField(
            label=_("Signals of fraud from which a person looks (0 to 100)"),
            help_text=_("A score with its reasons. It refuses nothing."),
            min_value=1,
            max_value=101,
            initial=policy.review_score,
        )
        self._amount(
            "review_worth", _("Worth from which a person looks"), _("Empty: whatever it is worth."), policy.review_worth
        )

    def _add_address(self, address: Address) -> None:
        labels = {
            "name": _("Who receives it"),
            "line1": _("Street and number"),
            "line2": _("Flat, floor, building"),
            "district": _("District"),
            "city": _("City"),
            "region": _("State or province"),
            "postcode": _("Postcode"),
            "country": _("Country"),
        }
        for name, label in labels.items():
            self.fields[f"address-{name}"] = forms.CharField(
                label=label, required=False, max_length=200, initial=getattr(address, name)
            )

    def _choice(self, name: str, label: str, choices: list[tuple[Any, str]], initial: Any) -> None:
        self.fields[name] = forms.ChoiceField(
            label=label,
            choices=[(key.value, words) for key, words in choices],
            initial=initial.value,
            widget=forms.RadioSelect,
        )

    def _ticks(self, name: str, label: str, choices: list[tuple[Any, str]], initial: Any) -> None:
        self.fields[name] = forms.MultipleChoiceField(
            label=label,
            choices=[(key.value, words) for key, words in choices],
            required=False,
            initial=[key.value for key, _words in choices if key in initial],
            widget=forms.CheckboxSelectMultiple,
        )

    def _amount(self, name: str, label: str, help_text: str, initial: int | None) -> None:
        value = None if initial is None else number_format(initial / 10**self._places, self._places, use_l10n=True)
        self.fields[name] = AmountField(
            label=f"{label} ({self._currency})",
            help_text=help_text,
            required=False,
            min_value=0,
            max_value=_MOST,
            decimal_places=self._places,
            initial=value,
            widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
        )

    # --- What was filled in -------------------------------------------------------------------------------------------

    def clean_prefix(self) -> str:
        """Take small letters for capitals."""
        prefix = str(self.cleaned_data["prefix"]).strip().upper()
        if not is_prefix(prefix):
            raise forms.ValidationError(_("A letter first, then letters and digits only."))
        return prefix

    def policy(self) -> ReturnsPolicy:
        """Return the policy as it was filled in."""
        given = self.cleaned_data
        return ReturnsPolicy(
            withdrawal_days=given["withdrawal_days"],
            defect_days=given["defect_days"],
            is_informing=given["is_informing"],
            allowed=frozenset(trait for trait in Trait if given.get(f"allow-{trait}")),
            marks={trait: marks for trait in Trait if (marks := _listed(given[f"mark-{trait}"]))},
            return_cost=Payer(given["return_cost"]),
            freight_back=FreightBack(given["freight_back"]),
            standard_freight=self._minor(given["standard_freight"]),
            refund_days=given["refund_days"],
            waits_for=given["waits_for"],
            outcomes=frozenset(Outcome(word) for word in given["outcomes"])
            | (self._policy.outcomes - frozenset(_OFFERED)),
            bonus=int((given["bonus"] or 0) * _WHOLE),
            ways=tuple(SendingWay(word) for word in given["ways"]) or (SendingWay.OWN,),
            label_days=given["label_days"],
            photos=frozenset(ReasonGroup(word) for word in given["photos"]),
            review_score=given["review_score"],
            review_worth=self._minor(given["review_worth"]),
            prefix=given["prefix"],
            warehouse=Address(**{name: given[f"address-{name}"].strip() for name in ADDRESS}),
        )

    def _minor(self, amount: Any) -> int | None:
        return None if amount is None else int(amount.scaleb(self._places))

    def things(self) -> list[tuple[forms.BoundField, forms.BoundField | None]]:
        """Return for each trait the field of its marks, and the one that takes it back all the same."""
        allows = {name for name in self.fields if name.startswith("allow-")}
        return [
            (self[f"mark-{trait}"], self[f"allow-{trait}"] if f"allow-{trait}" in allows else None) for trait in Trait
        ]


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
