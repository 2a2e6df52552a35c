"""What may be chosen in the forms of the editor."""

from collections.abc import Sequence
from dataclasses import dataclass

from balcao.automation.models import Macro
from balcao.deadlines.models import Calendar
from balcao.deadlines.types import PauseReason
from balcao.processes import models
from balcao.processes.types import Actor, Blueprint, BlueprintKind, FieldType, Outcome, Party
from balcao.web.components.promises import pause_words
from balcao.web.console.designing import words
from balcao.web.console.designing.words import Choices, Roles, said
from balcao.web.console.samples import sample_texts


@dataclass(frozen=True, slots=True)
class Offers:
    """Pairs of a value and its words, by where they may be chosen."""

    owners: Choices
    departments: Choices
    calendars: Choices
    units: Choices
    scales: Choices
    pauses: Choices
    outcomes: Choices
    actors: Choices
    kinds: Choices
    field_types: Choices
    stages: Choices
    inner_stages: Choices
    fields: Choices
    fields_of: dict[str, Choices]  # by type
    guards: Choices
    effects: Choices
    actions: Choices
    order_effects: Choices
    every_effect: Choices
    blueprints: Choices
    templates: Choices
    samples: dict[str, list[tuple[str, str]]]  # of each template the texts, by language, as somebody would read them


def offers(read: Blueprint, roles: Roles, shop_id: int | None, texts: Sequence[Macro]) -> Offers:
    """Return everything that a form of this blueprint may offer."""
    named = [role for stage in read.stages for role in (stage.owner, *(task.department for task in stage.tasks))]
    used = [role for role in named if role and role not in set(Party)]
    rows = models.Blueprint.objects.filter(shop__in=[shop_id] if shop_id else []) | models.Blueprint.objects.filter(
        shop=None
    )
    fields = {
        kind.value: [(one.key, said(one.names, one.key)) for one in read.fields if one.type is kind]
        for kind in FieldType
    }
    return Offers(
        owners=roles.everybody(*used),
        departments=roles.departments(*used),
        calendars=[(row.key, row.name) for row in Calendar.objects.filter(is_active=True)],
        units=words.unit_choices(),
        scales=words.scale_choices(),
        pauses=[(reason.value, pause_words(reason)) for reason in PauseReason],
        outcomes=[(outcome.value, words.outcome_words(outcome)) for outcome in Outcome],
        actors=[(actor.value, words.actor_words(actor)) for actor in Actor],
        kinds=[(kind.value, words.kind_words(kind)) for kind in BlueprintKind],
        field_types=[(kind.value, words.field_type_words(kind)) for kind in FieldType],
        stages=[(stage.key, said(stage.names, stage.key)) for stage in read.stages],
        inner_stages=[(stage.key, said(stage.names, stage.key)) for stage in read.stages if not stage.is_end],
        fields=[(one.key, said(one.names, one.key)) for one in read.fields],
        fields_of=fields,
        guards=words.guard_choices(),
        effects=words.effect_kinds(),
        actions=words.action_choices(),
        order_effects=words.effect_choices(read, roles, actions_only=True),
        every_effect=words.effect_choices(read, roles),
        blueprints=[(key, words.default_name(key)) for key in sorted(set(rows.values_list("key", flat=True)))],
        templates=[(row.key, row.name) for row in texts],
        samples={row.key: sample_texts(row.texts) for row in texts},
    )
