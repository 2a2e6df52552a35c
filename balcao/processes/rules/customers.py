"""What a customer may do on the page of their matter, and how sure we must be of whom it is before they do."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from balcao.processes.rules.simulating import latest_leaving
from balcao.processes.types import Actor, Blueprint, Field, FieldType, Hours, Opening, RefusalCode, Transition

_TYPED = (FieldType.TEXT, FieldType.DATE, FieldType.NUMBER)
_FILLABLE = (*_TYPED, FieldType.PHOTO, FieldType.CHOICE, FieldType.YES_NO, FieldType.ADDRESS)


def is_final(blueprint: Blueprint, way: Transition) -> bool:
    """Tell whether a way ends the matter so that the customer cannot take it up again by themselves."""
    end = blueprint.stage(way.target)
    return end.is_end and not any(one.actor is Actor.CUSTOMER for one in blueprint.ways_from(end.key))


def needs_code(blueprint: Blueprint, way: Transition) -> bool:
    """Tell whether a link alone does not open a way: it ends the matter for good, or decides about money or goods.

    Whoever holds the link may tell us what they see (photos, a tracking code), for nothing leaves us by it.
    """
    if is_final(blueprint, way) or any(guard.name == "level_at_least" for guard in way.guards):
        return True
    return not all(tells_only(blueprint.field(key)) for key in way.fields)


def tells_only(field: Field) -> bool:
    """Tell whether a field takes what the customer tells us by the way: photos, a tracking code if they have one.

    What they must write for the way to be open decides something: an account for money, another product.
    """
    is_by_the_way = field.type in _TYPED and not field.is_required
    return field.customer_may_fill and (is_by_the_way or field.type is FieldType.PHOTO)


def can_fill(fields: Iterable[Field]) -> bool:
    """Tell whether all fields are of such types that a customer can fill them in."""
    return all(field.type in _FILLABLE for field in fields)


def own_fields(blueprint: Blueprint, stage: str, way: Transition) -> list[Field]:
    """Return the fields of a customer's way: its own, and those around it that a customer may fill."""
    around = () if way.drops_work else (*blueprint.stage(stage).exit_fields, *blueprint.stage(way.target).entry_fields)
    keys = dict.fromkeys((*way.fields, *(key for key in around if blueprint.field(key).customer_may_fill)))
    return [blueprint.field(key) for key in keys]


def awaited_fields(blueprint: Blueprint, openings: Iterable[Opening]) -> list[Field]:
    """Return what a customer may fill in and that alone stands against one of the ways on, which are not theirs."""
    missing: dict[str, None] = {}
    for opening in openings:
        is_all = all(refusal.code is RefusalCode.FIELD for refusal in opening.refusals)
        if opening.transition.actor is not Actor.CUSTOMER and is_all:
            missing |= dict.fromkeys(refusal.detail for refusal in opening.refusals)
    found = [blueprint.field(key) for key in missing]
    return [field for field in found if field.customer_may_fill and field.type is not FieldType.PHOTO]


def photo_field(blueprint: Blueprint) -> Field | None:
    """Return where a customer's photos go, if the blueprint has such a place."""
    return next((one for one in blueprint.fields if one.type is FieldType.PHOTO and one.customer_may_fill), None)


def expected_leavings(
    blueprint: Blueprint, stages: Sequence[str], *, leaves_first_at: datetime, hours: Hours
) -> dict[str, datetime]:
    """Return until when each of some stages is left at the latest, if each takes its whole limit.

    The first one is left at the given instant. Nothing is said from a stage on that stands until the customer did
    their part, nor of what a calendar never lets end.
    """
    found: dict[str, datetime] = {}
    at: datetime | None = leaves_first_at
    for number, key in enumerate(stages):
        stage = blueprint.stage(key)
        if number and not stage.is_end:
            at = None if stage.stops_total or at is None else latest_leaving(stage, at, hours, None)
        if at is None:
            break
        found[key] = at
    return found
