"""What the shop behind a shop system allows: its policy as a form, in plain words."""

from dataclasses import replace
from typing import Any

from babel.numbers import get_currency_precision
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from balcao.commerce import queries
from balcao.commerce.actions.connecting import set_policy
from balcao.commerce.types import Level, Policy, RefundTo
from balcao.ports import registry
from balcao.ports.commerce import ActionKind, OrderStage
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.web.components.access import for_agents
from balcao.web.console.amounts import AmountField
from balcao.web.console.frame import actor_of, page
from balcao.web.console.mapping_words import stage_words
from balcao.web.console.policy_words import action_words, level_words, refund_words, role_words, stage_questions
from balcao.web.console.views.shop_systems import MAY, backend_for, system_context

_LIMITED = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
_FLAGS = ("cancels_parts", "cancels_after_changes", "same_product_only", "different_variant_only")
_MOST = 10**12
_BY_THEMSELVES = (ActionKind.CHANGE_ADDRESS, ActionKind.CANCEL)  # what their page has a form for


class PolicyForm(forms.Form):
    """The policy of one shop; amounts in its currency."""

    def __init__(self, *args: Any, policy: Policy, currency: str, kinds: list[ActionKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._policy, self._currency = policy, currency
        self._places = get_currency_precision(currency)
        self.kinds = kinds
        stages = [(stage.value, stage_words(stage)) for stage in OrderStage]
        for name, question in stage_questions().items():
            self.fields[name] = forms.MultipleChoiceField(
                label=question,
                choices=stages,
                required=False,
                initial=[stage.value for stage in OrderStage if stage in getattr(policy, name)],
                widget=forms.CheckboxSelectMultiple,
            )
        mine = [kind for kind in _BY_THEMSELVES if kind in kinds]
        self.fields["customers_may"] = forms.MultipleChoiceField(
            label=_("Customers do this themselves, at once"),
            help_text=_("On the page of their order, once they showed who they are. Everything else becomes a ticket."),
            choices=[(kind.value, action_words(kind)) for kind in mine],
            required=False,
            initial=[kind.value for kind in mine if kind in policy.customers_may],
            widget=forms.CheckboxSelectMultiple,
        )
        self._add_rules(policy)
        self._add_money(policy)
        levels = [(str(level.value), level_words(level)) for level in Level]
        for kind in kinds:
            self.fields[f"level-{kind}"] = forms.ChoiceField(
                label=action_words(kind), choices=levels, initial=str(policy.level(kind).value)
            )

    def _add_rules(self, policy: Policy) -> None:
        labels = {
            "cancels_parts": _("Single items may be cancelled, not only the whole order"),
            "cancels_after_changes": _("An order may still be cancelled after its items were changed"),
            "same_product_only": _("An item is only swapped for another variant of the same product"),
            "different_variant_only": _("An item is never swapped for what was bought already"),
        }
        for name in _FLAGS:
            initial = getattr(policy, name)
            self.fields[name] = forms.BooleanField(label=labels[name], required=False, initial=initial)
        self.fields["cancel_reasons"] = forms.CharField(
            label=_("Accepted reasons of a cancellation"),
            help_text=_("One a line. Empty: any reason."),
            required=False,
            max_length=2000,
            initial="\n".join(policy.cancel_reasons),
            widget=forms.Textarea({"rows": 3}),
        )
        for name, label in (
            ("most_changes", _("How often the items of an order may be changed")),
            ("most_comebacks", _("How many returns and exchanges an order may have")),
        ):
            self.fields[name] = forms.IntegerField(
                label=label,
                help_text=_("Empty: as often as needed."),
                required=False,
                min_value=0,
                max_value=99,
                initial=getattr(policy, name),
            )

    def _add_money(self, policy: Policy) -> None:
        choices = [(kind.value, refund_words(kind)) for kind in RefundTo]
        for name, label in (
            ("refund_to", _("Money goes back")),
            ("pays_difference_with", _("The difference of an exchange is paid or got")),
        ):
            self.fields[name] = forms.ChoiceField(
                label=label, choices=choices, initial=getattr(policy, name).value, widget=forms.RadioSelect
            )
        for role in _LIMITED:
            limit = policy.limits.get(role)
            self.fields[f"limit-{role}"] = self._amount(role_words(role), _("Empty: no limit."), limit, required=False)
        self.fields["credit_cap"] = self._amount(
            _("A gift card given to a customer holds at most"), "", policy.credit_cap, required=True
        )

    def _amount(self, label: str, help_text: str, initial: int | None, *, required: bool) -> forms.DecimalField:
        value = None if initial is None else number_format(initial / 10**self._places, self._places, use_l10n=True)
        return AmountField(
            label=f"{label} ({self._currency})",
            help_text=help_text,
            required=required,
            min_value=0,
            max_value=_MOST,
            decimal_places=self._places,
            initial=value,
            widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
        )

    def policy(self) -> Policy:
        """Return the policy as it was filled in; what the form does not speak of stays as it was."""
        given = self.cleaned_data
        stages: dict[str, Any] = {
            name: frozenset(OrderStage(word) for word in given[name]) for name in stage_questions()
        }
        limits = {
            role.value: self._minor(given[f"limit-{role}"]) for role in _LIMITED if given[f"limit-{role}"] is not None
        }
        levels = {kind: Level(int(given[f"level-{kind}"])) for kind in self.kinds}
        reasons = tuple(line.strip() for line in given["cancel_reasons"].splitlines() if line.strip())
        return replace(
            self._policy,
            **stages,
            **{name: given[name] for name in (*_FLAGS, "most_changes", "most_comebacks")},
            customers_may=frozenset(ActionKind(word) for word in given["customers_may"])
            | (self._policy.customers_may - set(_BY_THEMSELVES)),
            cancel_reasons=reasons,
            refund_to=RefundTo(given["refund_to"]),
            pays_difference_with=RefundTo(given["pays_difference_with"]),
            levels={**self._policy.levels, **levels},
            limits=limits,
            credit_cap=self._minor(given["credit_cap"]),
        )

    def _minor(self, amount: Any) -> int:
        return int(amount.scaleb(self._places))

    def named(self, beginning: str) -> list[forms.BoundField]:
        """Return the fields whose names begin so."""
        return [self[name] for name in self.fields if name.startswith(beginning)]


@require_http_methods(["GET", "POST"])
@for_agents(MAY)
def policy(request: HttpRequest, agent: Agent, backend_id: int) -> HttpResponse:
    """Show and change what the shop allows."""
    backend = backend_for(agent, backend_id)
    able = registry.commerce(backend.kind).abilities(queries.link_of(backend))
    form = PolicyForm(
        request.POST if request.method == "POST" else None,
        policy=queries.policy_of(backend),
        currency=backend.shop.currency,
        kinds=[kind for kind in ActionKind if kind in able],
    )
    if form.is_bound and form.is_valid():
        set_policy(backend=backend, policy=form.policy(), actor=actor_of(agent), now=timezone.now())
        messages.success(request, _("Kept."))
        return redirect("console:shop_system_policy", backend.pk)
    context = system_context(backend, "policy") | {
        "form": form,
        "stage_names": list(stage_questions()),
        "flags": _FLAGS,
    }
    return page(request, agent, "shop_system_policy", context, status=422 if form.is_bound else 200)
