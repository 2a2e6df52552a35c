"""The fit as the page draws it: a bar of the worst path against the promise, and advice that can be taken."""

from dataclasses import dataclass
from itertools import accumulate

from django.utils.translation import gettext as _

from balcao.processes.rules.editing import can_take, whole_hours
from balcao.processes.types import Advice, Blueprint, Fit, Share, Suggestion, Unit
from balcao.web.console.designing.words import span_words, stage_name


@dataclass(frozen=True, slots=True)
class Piece:
    """One stay in a stage on the worst path."""

    stage: str
    name: str
    words: str
    own: str  # the stage's own limit
    at: float  # where it begins, in parts of a hundred of the bar
    percent: float
    tone: int


@dataclass(frozen=True, slots=True)
class Place:
    """One stage of the worst path, with all stays in it."""

    stage: str
    name: str
    words: str
    seconds: int
    times: int
    tone: int


@dataclass(frozen=True, slots=True)
class Tip:
    """One piece of advice."""

    words: str
    value: str  # what the button sends; "": it cannot be followed by a press
    is_rework: bool


@dataclass(frozen=True, slots=True)
class FitPicture:
    """How the worst path compares with a promise."""

    fits: bool
    limit: str
    worst: str  # "": never due
    spare: str
    limit_percent: float
    spare_percent: float
    pieces: list[Piece]
    places: list[Place]
    tips: list[Tip]
    fit: Fit
    standing: list[str]  # names of stages in which the promise stands


def picture(fit: Fit, blueprint: Blueprint, unit: Unit) -> FitPicture:
    """Return the bar of a fit; all lengths in parts of whatever is longer."""
    worst = fit.worst_seconds or 0
    whole = max(fit.limit_seconds, worst, 1)
    shares = [share for share in fit.path if share.seconds]
    tones: dict[str, int] = {}
    for share in shares:
        tones.setdefault(share.stage, len(tones) % 6 + 1)
    ends = accumulate(share.seconds for share in shares)
    pieces = [
        Piece(
            share.stage,
            stage_name(blueprint, share.stage),
            span_words(share.seconds, unit),
            span_words(share.limit_seconds, share.unit),
            round(100 * (end - share.seconds) / whole, 2),
            round(100 * share.seconds / whole, 2),
            tones[share.stage],
        )
        for share, end in zip(shares, ends, strict=True)
    ]
    names = dict.fromkeys(stage_name(blueprint, share.stage) for share in fit.path if not share.seconds)
    return FitPicture(
        fit.fits,
        span_words(fit.limit_seconds, unit),
        span_words(worst, unit) if fit.worst_seconds is not None else "",
        span_words(abs(fit.spare_seconds or 0), unit),
        round(100 * fit.limit_seconds / whole, 2),
        round(100 * max(fit.spare_seconds or 0, 0) / whole, 2),
        pieces,
        _places(pieces, shares, unit),
        _tips(fit, blueprint, unit),
        fit,
        list(names),
    )


def _tips(fit: Fit, blueprint: Blueprint, unit: Unit) -> list[Tip]:
    """Return each piece of advice once; a loop that allows one round only has none to lose."""
    found = dict.fromkeys(_tip(one, blueprint, unit) for one in fit.suggestions)
    return [tip for tip in found if tip.value or not tip.is_rework]


def _places(pieces: list[Piece], shares: list[Share], unit: Unit) -> list[Place]:
    """Return each stage of the path once, with all its stays."""
    found: dict[str, Place] = {}
    for piece, share in zip(pieces, shares, strict=True):
        before = found.get(piece.stage)
        seconds = share.seconds + (before.seconds if before else 0)
        times = before.times + 1 if before else 1
        found[piece.stage] = Place(piece.stage, piece.name, span_words(seconds, unit), seconds, times, piece.tone)
    return list(found.values())


def _tip(suggestion: Suggestion, blueprint: Blueprint, unit: Unit) -> Tip:
    seconds = whole_hours(suggestion.seconds) if suggestion.advice is Advice.RAISE_TOTAL else suggestion.seconds
    given = {"stage": stage_name(blueprint, suggestion.stage), "span": span_words(seconds, unit)}
    words = {
        Advice.SHORTEN: _("Give “%(stage)s” %(span)s less"),
        Advice.RAISE_TOTAL: _("Promise the customer %(span)s"),
        Advice.PAUSE_TOTAL: _("Let the promise stand during “%(stage)s”: spares %(span)s"),
        Advice.COUNT_ALIKE: _("Count “%(stage)s” in the same time as the promise: spares %(span)s"),
        Advice.LESS_REWORK: _("Allow one round less through “%(stage)s”: spares %(span)s"),
    }[suggestion.advice]
    value = f"{suggestion.advice}:{suggestion.stage}" if can_take(blueprint, suggestion) else ""
    return Tip(words % given, value, suggestion.advice is Advice.LESS_REWORK)
