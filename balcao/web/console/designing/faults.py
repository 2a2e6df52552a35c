"""What is wrong with a blueprint, in words, and where in the editor it is mended."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from balcao.processes.types import Blueprint, Fault, FaultCode, Unit
from balcao.web.components.formats import language_name
from balcao.web.console.designing.words import field_name, said, span_words, stage_name

_PANELS = {"stages": "stage", "transitions": "way", "fields": "field"}


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One fault as the page says it."""

    place: str
    words: str
    panel: str  # the part of the editor's address behind "?"
    key: str  # of the stage, way or field


def lines(faults: tuple[Fault, ...], blueprint: Blueprint | None) -> list[FaultLine]:
    """Return all faults in words; the same words at the same place once."""
    found = [_line(fault, blueprint) for fault in faults]
    return list(dict.fromkeys(found))


def _line(fault: Fault, blueprint: Blueprint | None) -> FaultLine:
    part, _dot, rest = fault.where.partition(".")
    key = rest.partition(".")[0]
    panel = _PANELS.get(part, "")
    address = urlencode({panel: key}) if panel and key else ""
    return FaultLine(_place(part, key, fault.where, blueprint), fault_words(fault, blueprint), address, key)


def _place(part: str, key: str, where: str, blueprint: Blueprint | None) -> str:
    if blueprint is None:
        return where
    if part == "stages" and key:
        return stage_name(blueprint, key)
    if part == "transitions" and key:
        return next((said(way.names, key) for way in blueprint.transitions if way.key == key), key)
    if part == "fields" and key:
        return field_name(blueprint, key)
    return key if part == "bounds" and key else _("The process")


def fault_words(fault: Fault, blueprint: Blueprint | None) -> str:
    """Return one fault in words."""
    detail = _detail(fault, blueprint)
    words = {
        FaultCode.NOT_AN_OBJECT: _("A group of values is expected here."),
        FaultCode.MISSING: _("This is missing."),
        FaultCode.WRONG_TYPE: _("A value of another sort is expected here: %(detail)s."),
        FaultCode.UNKNOWN_KEY: _("Nobody knows this name."),
        FaultCode.UNKNOWN_WORD: _("“%(detail)s” is none of the words that may stand here."),
        FaultCode.DUPLICATE: _("“%(detail)s” is there twice."),
        FaultCode.NEGATIVE: _("%(detail)s is less than nothing."),
        FaultCode.BAD_KEY: _("“%(detail)s” cannot be a key: small letters, digits, _ and -, a letter first."),
        FaultCode.NO_START: _("No stage is the beginning."),
        FaultCode.SEVERAL_STARTS: _("More than one stage is the beginning."),
        FaultCode.NO_END: _("There is no end."),
        FaultCode.UNREACHABLE: _("No way leads here."),
        FaultCode.DEAD_END: _("No way leads from here to an end."),
        FaultCode.LOOP: _("This goes round in circles for ever: %(detail)s. Mark the way back as one."),
        FaultCode.UNBOUNDED: _("A way back must say how often it may be gone."),
        FaultCode.LEAVES_END: _("It leaves an end without being a way back."),
        FaultCode.TOO_MANY_LOOPS: _("There are more ways back than can be weighed. Allow fewer rounds."),
        FaultCode.NO_TEXT: _("The words are missing in %(detail)s."),
        FaultCode.STILL_ASKS: _(
            "The customer has done their part and goes on reading that they should: give it words."
        ),
        FaultCode.UNKNOWN_STAGE: _("There is no stage “%(detail)s”."),
        FaultCode.UNKNOWN_FIELD: _("There is no fact “%(detail)s”."),
        FaultCode.UNKNOWN_GUARD: _("There is no condition “%(detail)s”."),
        FaultCode.UNKNOWN_ARGUMENT: _("Something is not chosen yet: %(detail)s."),
        FaultCode.UNKNOWN_DEPARTMENT: _("There is no department for “%(detail)s”."),
        FaultCode.UNKNOWN_CALENDAR: _("There is no calendar “%(detail)s”."),
        FaultCode.UNKNOWN_ACTION: _("There is no order action or automatic step “%(detail)s”."),
        FaultCode.UNKNOWN_TEMPLATE: _("There is no text “%(detail)s”."),
        FaultCode.UNKNOWN_BLUEPRINT: _("There is no process “%(detail)s”."),
        FaultCode.UNKNOWN_PARENT: _("“%(detail)s”, above it, is not there."),
        FaultCode.NO_CHOICES: _("The list has nothing to choose from."),
        FaultCode.MONEY_TWICE: _("What acts on an order may be done once only."),
        FaultCode.NO_TOTAL: _("Nothing is promised to the customer yet."),
        FaultCode.NO_LIMIT: _("It may last for ever: give it a limit."),
        FaultCode.TASK_TOO_LONG: _("The task has more time than its stage."),
        FaultCode.NEVER_DUE: _("Its calendar is never open, so it would never be due."),
        FaultCode.DOES_NOT_FIT: _("The limits do not fit into the promise: at worst it takes %(detail)s more."),
        FaultCode.BREAKS_LAW: _("The limits do not fit into what the law grants: at worst it takes %(detail)s more."),
    }[fault.code]
    return words % {"detail": detail}


def _detail(fault: Fault, blueprint: Blueprint | None) -> str:
    match fault.code:
        case FaultCode.NO_TEXT:
            return language_name(fault.detail, language=get_language() or "en")
        case FaultCode.LOOP if blueprint:
            return ", ".join(stage_name(blueprint, key) for key in fault.detail.split(", "))
        case FaultCode.DOES_NOT_FIT | FaultCode.BREAKS_LAW:
            return span_words(int(fault.detail), _unit_of(fault, blueprint))
    return fault.detail


def _unit_of(fault: Fault, blueprint: Blueprint | None) -> Unit:
    if blueprint is None:
        return Unit.BUSINESS
    bound = fault.where.removeprefix("bounds.")
    return next((one.unit for one in blueprint.bounds if one.key == bound), blueprint.total_unit)
