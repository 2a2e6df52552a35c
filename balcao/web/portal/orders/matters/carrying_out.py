"""What a customer decided on their page is done: once, however often it is sent, or refused in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from balcao.pipeline import requests
from balcao.pipeline.requests import Answer
from balcao.ports.channel import File
from balcao.processes.actions.moving import ProcessRefused, fill, forward, note_facts
from balcao.processes.actions.sent_photos import adopt_photos
from balcao.processes.models import Forward, Visit
from balcao.processes.queries.courses import level_of
from balcao.processes.types import Field, FieldType, ForwardState, Refusal, RefusalCode
from balcao.returns.actions.choosing import choose_outcome
from balcao.returns.actions.sending import mark_in_transit
from balcao.returns.actions.troubles import CannotReturn
from balcao.returns.models import Return
from balcao.returns.types import Outcome
from balcao.tickets.models import Message
from balcao.web.portal.orders.matters import words
from balcao.web.portal.orders.matters.caller import Caller
from balcao.web.portal.orders.matters.deeds import Deed
from balcao.web.portal.orders.matters.story import told
from balcao.web.portal.orders.matters.talk import talk_of

_REMEDY, _TRACKING = "remedy", "tracking"


class NotDone(Exception):
    """What was asked for cannot be done; the message says why, `wrong` by the keys of fields."""

    def __init__(self, why: str, wrong: Mapping[str, str] | None = None) -> None:
        super().__init__(why)
        self.wrong = wrong or {}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filled-in form: from which stay it was sent, with which key, and what stands in it."""

    deed: Deed
    visit: int
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    pictures: tuple[File, ...] = ()
    reason: str = ""


def was_done(key: str) -> bool:
    """Tell whether a form with this key was carried out already."""
    return Forward.objects.filter(key=key, state__in=[ForwardState.GONE, ForwardState.ASKED]).exists()


def carry_out(caller: Caller, wanted: Wanted) -> None:
    """Do what a customer decided; raise `NotDone`. Photos are kept in any case."""
    photos = _keep_photos(caller, wanted)
    try:
        if wanted.deed.way is None:
            if wanted.deed.needs_code:
                note_facts(process=caller.process, facts=_level(caller), now=caller.now)
            _fill(caller, {**wanted.values, **photos})
        else:
            _take(caller, wanted, photos)
    except ProcessRefused as refused:
        if photos:
            _fill(caller, photos)
        raise NotDone(*_why(refused.refusals)) from refused
    except CannotReturn as cannot:
        raise NotDone(_("This is not possible right now. Please write to us.")) from cannot


def say(caller: Caller, text: str, files: tuple[File, ...], key: str) -> Message | None:
    """Put what a customer says on the ticket; None where it is kept and will be there soon."""
    talk = talk_of(caller.process)
    if talk is None:
        raise NotDone(_("Please answer the mail that you have from us."))
    answer = Answer(talk, text, translation.get_language() or "", caller.is_proven, files)
    return requests.answer(answer=answer, key=key, now=caller.now)


def _keep_photos(caller: Caller, wanted: Wanted) -> dict[str, Any]:
    """Put the photos on the ticket as a message of the customer's; return their field with all of its files."""
    place = next((one for one in wanted.deed.fields if one.type is FieldType.PHOTO), None)
    if place is None or not wanted.pictures:
        return {}
    message = say(caller, _caption(place, len(wanted.pictures)), wanted.pictures, wanted.key)
    if message is None:
        raise NotDone(_("We have your photos. It takes a moment until they stand here."))
    return {place.key: adopt_photos(process=caller.process, field=place.key, message=message, now=caller.now)}


def _caption(place: Field, count: int) -> str:
    photos = ngettext("%(num)s photo", "%(num)s photos", count) % {"num": count}
    return f"{told(place.names)}: {photos}"


def _fill(caller: Caller, values: Mapping[str, Any]) -> None:
    fill(process=caller.process, fields=values, mover=caller.mover, now=caller.now)


@transaction.atomic
def _take(caller: Caller, wanted: Wanted, photos: Mapping[str, Any]) -> None:
    """Take a way; what a return has to know of it is told to the return in the same transaction."""
    process, now = caller.process, caller.now
    visit = Visit.objects.filter(pk=wanted.visit, process=process).first()
    if visit is None:
        raise ProcessRefused(Refusal(RefusalCode.STALE))
    row = Return.objects.filter(process=process).select_related("process").first()
    if row and wanted.values.get(_REMEDY) in set(Outcome):
        _choose(row, Outcome(wanted.values[_REMEDY]), caller)
    gone = forward(
        visit=visit,
        transition=wanted.deed.key,
        mover=caller.mover,
        key=wanted.key,
        now=now,
        fields={**wanted.values, **photos},
        reason=wanted.reason,
        facts=_level(caller) if wanted.deed.needs_code else None,
    )
    if gone.key != wanted.key:  # it was taken from this stay by another form: what that one said stands
        raise ProcessRefused(Refusal(RefusalCode.STALE))
    if row and wanted.values.get(_TRACKING):
        mark_in_transit(row=row, posted_at=now, agent=None, now=now, tracking=str(wanted.values[_TRACKING]))


def _level(caller: Caller) -> dict[str, int]:
    """Return how sure we are of them: what they decide is decided as surely, whenever it is carried out."""
    return {"level": max(int(caller.level), level_of(caller.process, now=caller.now))}


def _choose(row: Return, outcome: Outcome, caller: Caller) -> None:
    variants = {line.line: line.variant for line in row.lines.all()}
    identity = caller.process.ticket.identity
    choose_outcome(row=row, outcome=outcome, agent=None, identity=identity, now=caller.now, variants=variants)


def _why(refusals: tuple[Refusal, ...]) -> tuple[str, dict[str, str]]:
    wrong = {one.detail: _("Please check this.") for one in refusals if one.code is RefusalCode.FIELD}
    others = [one for one in refusals if one.code is not RefusalCode.FIELD]
    why = words.refusal(others[0]) if others else _("Something is missing. Please check what you filled in.")
    return why, wrong if not others else {}
