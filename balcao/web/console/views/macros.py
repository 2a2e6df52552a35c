"""Macros: a text in each language, and steps."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balcao.automation.actions import delete_macro, save_macro
from balcao.automation.models import Macro
from balcao.automation.rules.steps import steps_from
from balcao.kit.placeholders import ALL_PLACEHOLDERS, problems_in
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.components.formats import language_title
from balcao.web.console.frame import actor_of, page
from balcao.web.console.samples import sample_text
from balcao.web.console.steps import STEPS, step_choices, steps_of, words_of_steps

_MAY = Permission.MACRO_EDIT


class MacroForm(forms.Form):
    """A shared macro."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    shop = forms.ModelChoiceField(
        Shop.objects.none(), label=gettext_lazy("Shop"), required=False, empty_label=gettext_lazy("Every shop")
    )
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)
    days = forms.IntegerField(
        label=gettext_lazy("Days until a waiting ticket comes back"), required=False, min_value=1, max_value=365
    )

    def __init__(self, *args: Any, agent: Agent, macro: Macro | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shops = Shop.objects.filter(pk__in=agent.shop_ids())
        self.fields["shop"].queryset = shops  # type: ignore[attr-defined] # a ModelChoiceField
        self.codes = _languages(shops, macro)
        for code in self.codes:
            self.fields[f"text-{code}"] = forms.CharField(
                label=language_title(code, language=get_language() or "en"),
                required=False,
                strip=False,
                initial=macro.texts.get(code, "") if macro else "",
                widget=forms.Textarea({"rows": 6, "lang": code}),
            )
        choices = step_choices()
        for number in range(STEPS):
            self.fields[f"step-{number}"] = forms.ChoiceField(
                label=_("Step %(number)s") % {"number": number + 1}, required=False, choices=choices
            )

    def text_fields(self) -> list[forms.BoundField]:
        """Return the texts, one for each language."""
        return [self[f"text-{code}"] for code in self.codes]

    def step_fields(self) -> list[forms.BoundField]:
        """Return the steps."""
        return [self[f"step-{number}"] for number in range(STEPS)]

    def clean(self) -> dict[str, Any]:
        """Refuse unknown placeholders, and a macro that does nothing."""
        cleaned = dict(super().clean() or {})
        for code in self.codes:
            for problem in problems_in(cleaned.get(f"text-{code}", ""), known=ALL_PLACEHOLDERS):
                self.add_error(f"text-{code}", _("%(name)s is not known here.") % {"name": problem.name})
        if not self.texts(cleaned) and not any(cleaned.get(f"step-{number}") for number in range(STEPS)):
            raise forms.ValidationError(_("Write a text or choose a step: so far this macro does nothing."))
        return cleaned

    def texts(self, cleaned: dict[str, Any]) -> dict[str, str]:
        """Return the texts that are written, by language."""
        return {code: text for code in self.codes if (text := cleaned.get(f"text-{code}", "").strip())}


def _languages(shops: Any, macro: Macro | None) -> list[str]:
    spoken = [code for shop in shops for code in shop.languages] + list(macro.texts if macro else [])
    return list(dict.fromkeys(spoken)) or ["en"]


def _macro_for(agent: Agent, macro_id: int) -> Macro:
    macro = Macro.objects.filter(pk=macro_id, agent__isnull=True).first()
    if macro is None or (macro.shop_id is not None and not agent.sees_shop(macro.shop_id)):
        raise Http404
    return macro


@require_GET
@for_agents(_MAY)
def macros(request: HttpRequest, agent: Agent) -> HttpResponse:
    """List the shared macros."""
    rows = Macro.objects.filter(agent__isnull=True).select_related("shop").order_by("-is_active", "name")
    mine = [row for row in rows if row.shop_id is None or agent.sees_shop(row.shop_id)]
    return page(request, agent, "macros", {"macros": [(row, words_of_steps(steps_from(row.steps))) for row in mine]})


@require_http_methods(["GET", "POST"])
@for_agents(_MAY)
def macro(request: HttpRequest, agent: Agent, macro_id: int | None = None) -> HttpResponse:
    """Write or change a macro."""
    row = _macro_for(agent, macro_id) if macro_id else None
    form = MacroForm(request.POST or None, agent=agent, macro=row, initial=_initial(row))
    if form.is_valid():
        given = form.cleaned_data
        save_macro(
            macro=row,
            name=given["name"],
            texts=form.texts(given),
            steps=steps_of([given[f"step-{number}"] for number in range(STEPS)], days=given["days"]),
            shop=given["shop"],
            is_active=given["is_active"],
            actor=actor_of(agent),
            now=timezone.now(),
        )
        messages.success(request, _("Kept."))
        return redirect("console:macros")
    known = [(name, _(words)) for name, words in ALL_PLACEHOLDERS.items()]
    context = {"form": form, "row": row, "placeholders": known}
    return page(request, agent, "macro_form", context, status=422 if form.errors else 200)


def _initial(row: Macro | None) -> dict[str, Any]:
    if row is None:
        return {}
    steps = steps_from(row.steps)
    days = next((step.days for step in steps if step.days), None)
    chosen = {f"step-{number}": key for number, key in enumerate(words_of_steps(steps, keys=True))}
    return {"name": row.name, "shop": row.shop_id, "is_active": row.is_active, "days": days, **chosen}


@require_POST
@for_agents(_MAY)
def macro_delete(request: HttpRequest, agent: Agent, macro_id: int) -> HttpResponse:
    """Delete a macro."""
    row = _macro_for(agent, macro_id)
    delete_macro(macro=row, actor=actor_of(agent), now=timezone.now())
    messages.success(request, _("The macro “%(name)s” is gone.") % {"name": row.name})
    return redirect("console:macros")


@require_POST
@for_agents(_MAY)
def macro_preview(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show how the texts would read to a customer of our invention."""
    texts = []
    for name, template in request.POST.items():
        if name.startswith("text-") and str(template).strip():
            problems = problems_in(str(template), known=ALL_PLACEHOLDERS)
            texts.append(
                (name.removeprefix("text-"), sample_text(str(template)), [problem.name for problem in problems])
            )
    return render(request, "console/_macro_preview.html", {"texts": texts})
