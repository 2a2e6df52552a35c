"""What customers can do about their matter: the ways that are theirs, what we still need of them, and photos."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from balcao.processes.queries.courses import facts_of
from balcao.processes.rules import customers, moving
from balcao.processes.types import (
    Actor,
    Choice,
    Field,
    FieldType,
    Opening,
    Refusal,
    RefusalCode,
    Transition,
)
from balcao.returns.models import Return
from balcao.returns.queries.outcomes import outcomes_of
from balcao.returns.types import Outcome
from balcao.web.portal.orders.matters import words
from balcao.web.portal.orders.matters.story import Matter, told

TELL, PHOTOS = "tell", "photos"  # deeds that are no way of the blueprint
_REMEDY = "remedy"  # the field of what a customer chose: a return has its own say about what may be chosen
_LEVEL = "level_at_least"


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that the customer can do, or could and cannot any more."""

    key: str
    words: str
    sign: str
    fields: tuple[Field, ...] = ()
    way: Transition | None = None
    needs_code: bool = False
    is_final: bool = False
    refused: str = ""  # why it cannot be done; "" where it can
    until: str = ""  # until when it can be done, in words
    offered: Mapping[str, Sequence[str]] | None = None  # of a field's choices, where not all can be had

    @property
    def reasons(self) -> tuple[Choice, ...]:
        """Return the reasons to choose from."""
        return self.way.reasons if self.way and self.way.needs_reason else ()

    @property
    def asks_why(self) -> bool:
        """Tell whether it wants a reason in free words."""
        return bool(self.way and self.way.needs_reason and not self.way.reasons)

    @property
    def is_confirmed_apart(self) -> bool:
        """Tell whether what was filled in is shown once more before it is done: a decision that stands."""
        return self.needs_code and bool(self.fields) and not any(one.type is FieldType.PHOTO for one in self.fields)

    @property
    def wants_photos(self) -> bool:
        """Tell whether it takes files."""
        return any(one.type is FieldType.PHOTO for one in self.fields)


class Deeds:
    """All that a customer may do about a matter now; read once for a page."""

    def __init__(self, matter: Matter) -> None:
        self.matter = matter
        self.track = matter.track
        self._blueprint = matter.track.blueprint
        self._facts = facts_of(matter.process, matter.track.visit, now=matter.now)
        ways = self._ways()
        self.open: list[Deed] = [*ways, *self._more(takes_photos=any(one.wants_photos for one in ways))]

    def get(self, key: str) -> Deed | None:
        """Return one of them by its key."""
        return next((one for one in self.open if one.key == key), None)

    @property
    def theirs(self) -> list[Deed]:
        """Return what they are waited for with: what goes on from here, not what ends it."""
        if not self.matter.is_waiting_for_them:
            return []
        own = [one for one in self.open if one.way and not one.is_final and not one.refused]
        return [*own, *(one for one in self.open if one.key == TELL)]

    @property
    def others(self) -> list[Deed]:
        """Return all the rest: what ends it after what does not, what is not possible at the end."""
        rest = [one for one in self.open if one not in self.theirs]
        return sorted([*rest, *self._past()], key=lambda one: (bool(one.refused), one.is_final))

    # --- Ways ---------------------------------------------------------------------------------------------------------

    def _ways(self) -> list[Deed]:
        found = moving.openings(self._blueprint, self.track.course, self._facts, actor=Actor.CUSTOMER)
        return [self._way(one) for one in found]

    def _way(self, opening: Opening) -> Deed:
        way, stage = opening.transition, self.track.visit.stage
        fields = [self._wanted(one) for one in customers.own_fields(self._blueprint, stage, way)]
        against = [one for one in opening.refusals if not _is_for_the_form(one, fields)]
        refused = words.refusal(against[0]) if against else ""
        if not refused and not customers.can_fill(fields):
            refused = _("Please write to us for this.")
        is_final = customers.is_final(self._blueprint, way)
        return Deed(
            key=way.key,
            words=told(way.names),
            sign=_sign(fields, is_final=is_final),
            fields=tuple(fields),
            way=way,
            needs_code=customers.needs_code(self._blueprint, way),
            is_final=is_final,
            refused=refused,
            until=self._until(way) if is_final else "",
            offered=self._offered(fields),
        )

    def _wanted(self, field: Field) -> Field:
        """Return a field as this form needs it: photos that are there need not come again."""
        has_some = field.type is FieldType.PHOTO and bool(self._facts.fields.get(field.key))
        return replace(field, is_required=field.is_required and not has_some)

    def _offered(self, fields: Sequence[Field]) -> Mapping[str, Sequence[str]] | None:
        row = Return.objects.filter(process=self.matter.process).prefetch_related("lines").first()
        if row is None or _REMEDY not in {one.key for one in fields}:
            return None
        has_variant = all(line.variant for line in row.lines.all())
        return {_REMEDY: [one.value for one in outcomes_of(row) if one != Outcome.EXCHANGE or has_variant]}

    def _until(self, way: Transition) -> str:
        """Return until when a way stays open along the usual path."""
        last: datetime | None = None
        for leg in self.track.legs:
            if leg.is_done:
                continue
            if leg.stage.key not in way.sources:
                return _possible_until(last, self.matter)
            last = self.matter.expected.get(leg.stage.key)
        return ""

    def _past(self) -> list[Deed]:
        """Return what ends a matter and was possible in an earlier stage only."""
        if self.matter.is_over:
            return []
        here = {one.words for one in self.open}
        found: dict[str, Deed] = {}
        for way in self._blueprint.transitions:
            name = told(way.names)
            is_theirs = way.actor is Actor.CUSTOMER and customers.is_final(self._blueprint, way)
            left_at = self._left(way)
            if is_theirs and name not in here and left_at:
                day = words.day(left_at, now=self.matter.now)
                refused = _("This was possible until %(day)s. Please write to us about it.") % {"day": day}
                found.setdefault(name, Deed(way.key, name, "lock-simple", refused=refused))
        return list(found.values())

    def _left(self, way: Transition) -> datetime | None:
        left = [visit.left_at for visit in self.track.visits if visit.stage in way.sources and visit.left_at]
        return max(left, default=None)

    # --- What else we need --------------------------------------------------------------------------------------------

    def _more(self, *, takes_photos: bool) -> list[Deed]:
        if self.matter.is_over:
            return []
        openings = moving.openings(self._blueprint, self.track.course, self._facts, actor=Actor.AGENT)
        awaited = tuple(customers.awaited_fields(self._blueprint, openings))
        photos = customers.photo_field(self._blueprint)
        found = []
        if awaited and customers.can_fill(awaited):
            found.append(Deed(TELL, _("Tell us what is missing"), "note-pencil", awaited, needs_code=True))
        if photos and not takes_photos:
            found.append(Deed(PHOTOS, _("Send photos"), "image", (replace(photos, is_required=True),)))
        return found


def _is_for_the_form(one: Refusal, fields: Sequence[Field]) -> bool:
    """Tell whether what stands against a way is settled by filling in its form, by a code, or by a colleague's word."""
    if one.code is RefusalCode.FIELD:
        return one.detail in {field.key for field in fields}
    return one.code is RefusalCode.APPROVAL or (one.code is RefusalCode.GUARD and one.detail == _LEVEL)


def _possible_until(last: datetime | None, matter: Matter) -> str:
    if last is None:
        return ""
    return _("Possible until about %(day)s.") % {"day": words.day(last, now=matter.now)}


def _sign(fields: Sequence[Field], *, is_final: bool) -> str:
    types = {field.type for field in fields}
    if FieldType.PHOTO in types:
        return "image"
    if FieldType.CHOICE in types:
        return "check-circle"
    return "prohibit" if is_final else "arrow-right"
