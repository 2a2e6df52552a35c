"""Recognising an attribution ("On Monday, 3 November, Ana wrote:"), in one line or several."""

import re

from balcao.plugins.channels.mail.reply import phrases
from balcao.plugins.channels.mail.reply.lines import CJK, DECORATION, alternatives, bare, fold

_MONTH = "|".join(sorted({stem for row in phrases.MONTHS.values() for stem in row.split("|")}, key=len, reverse=True))
_DAY = "|".join(sorted({stem for row in phrases.WEEKDAYS.values() for stem in row.split("|")}, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"
_MONTH_DAY = (
    rf"\d{{1,2}}(?:st|nd|rd|th|er|º|°|\.|-)?[ \-/]{{0,2}}(?:d[ei]l? |of |de )?(?:{_MONTH})(?:kuuta|k)?(?!\w)\.?"
    rf"|(?<!\w)(?:{_MONTH})\.? \d{{1,2}}(?!\d)(?:st|nd|rd|th)?|\d{{1,2}}[月월] ?\d{{1,2}}[日일]"
)
_NUMERIC_FULL = (
    r"\d{1,2}[./-] ?\d{1,2}[./-] ?(?:19|20)?\d\d(?!\d)|(?:19|20)\d\d[./-] ?\d{1,2}[./-] ?\d{1,2}"
    r"|\d{4}[年년] ?\d{1,2}[月월] ?\d{1,2}[日일]"
)
_FULL = re.compile(
    rf"(?<!\d)(?:{_NUMERIC_FULL}|(?:{_MONTH_DAY})(?:,? (?:d[ei]l? |of )?| ?[-/] ?){_YEAR}"
    rf"|{_YEAR}[ \-](?:{_MONTH})[ \-]\d{{1,2}}|{_YEAR},? (?:{_MONTH_DAY}))"
)
_DATE = re.compile(rf"(?<!\d)(?:{_NUMERIC_FULL}|{_MONTH_DAY}|(?<!\d)\d{{1,2}}[./]\d{{1,2}}(?![\d.]))")
_TIME = re.compile(
    r"(?<![\d:.])\d{1,2}(?:[:.]|h ?)\d{2}(?:[:.]\d{2})?(?!\d)|\d{1,2} ?[ap]\.?m\b|[上下]午 ?\d|오[전후] ?\d"
)
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:&]+@[^\s<>()\[\]\"',;:&]+\.[^\s<>()\[\]\"',;:&]{2,}")
_ENCLOSED = re.compile(r"(?:[<(\[]|&lt;|mailto:)\s*(?:mailto:)?[^\s<>()\[\]&]+@[^\s<>()\[\]&]+")
_VERB = re.compile(alternatives(phrases.every(phrases.WROTE)))
_LAST_WORDS = tuple({form for verb in phrases.every(phrases.WROTE) for form in (verb, fold(verb))})
_DIGIT_OR_AT = re.compile(r"[\d@]")
_OPENER = alternatives(phrases.every(phrases.OPENERS))
_START = re.compile(
    rf"\W{{0,3}}(?:{_OPENER}\W{{0,3}})?(?:(?:{_DAY})(?!\w)\W{{0,3}})?(?:{_DATE.pattern}|{_TIME.pattern})"
)
_OPENED = re.compile(rf"\W{{0,3}}(?:{_OPENER}|(?:{_DAY})(?!\w))\W")
_LONG_OPENER = re.compile(
    rf"\W{{0,3}}{alternatives([phrase for phrase in phrases.every(phrases.OPENERS) if ' ' in phrase])}\W"
)
_QUOTING = re.compile(rf"\W{{0,3}}{alternatives(list(phrases.QUOTING))}\W.*@")
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*(?:\([^\W\d_]+\))?")
_KNOWN_SMALL = {fold(word) for word in phrases.SMALL}
_KNOWN = _KNOWN_SMALL | {fold(part) for row in phrases.WROTE.values() for phrase in row for part in phrase.split()}
_MONTH_OR_DAY = re.compile(rf"(?:{_MONTH}|{_DAY})(?:kuuta|feira)?\Z")
_LONGEST = 420
_ANY_STRAY = 99
_FEW_STRAY = 2
_MOST_STRAY = 5  # lower-case words in a name that an address follows


def may_end_attribution(text: str) -> bool:
    """Tell cheaply whether a line could be the last one of "On Monday Ana wrote:"."""
    text = bare(text.rstrip("\u200e\u200f \t"))
    if not text:
        return False
    return text[-1] in ":：" or text[-24:].lower().endswith(_LAST_WORDS)


def is_attribution(text: str, *, quote_follows: bool) -> bool:
    """Tell whether a text, one or more lines joined, is an attribution; sterner where no marked quote follows."""
    text = bare(text)
    if not text or len(text) > _LONGEST or not (quote_follows or _DIGIT_OR_AT.search(text)):
        return False
    folded = fold(text)
    if not (_begins_well(text) or _OPENED.match(folded)):
        return False
    stray = _stray_words_allowed(text, folded, quote_follows=quote_follows)
    return stray is not None and _is_named(text, stray=stray)


def _stray_words_allowed(text: str, folded: str, *, quote_follows: bool) -> int | None:
    """Return how many words besides a name an attribution may hold, by what else speaks for it; None: it is none."""
    verb, address, colon = _VERB.search(folded), _ADDRESS.search(folded), text.rstrip()[-1] in ":："
    if not verb and not (address and colon):
        return None
    date, time, enclosed = _DATE.search(folded), _TIME.search(folded), _ENCLOSED.search(text)
    if address and (date or time) and (verb or (date and time and (enclosed or _START.match(folded)))):
        return _MOST_STRAY if enclosed or not verb else 0
    if verb and _FULL.search(folded):
        return _FEW_STRAY if quote_follows else 0
    if address and colon and _QUOTING.match(folded):
        return _ANY_STRAY
    if quote_follows:
        return _loosely_allowed(verb=bool(verb), address=bool(address), when=bool(date or time))
    return 0 if verb and address and colon and (enclosed or folded.startswith(address[0])) else None


def _loosely_allowed(*, verb: bool, address: bool, when: bool) -> int | None:
    """Judge what stands right above a marked quote: less is enough there."""
    if address and (verb or when):
        return _ANY_STRAY
    return 0 if verb else None


def _begins_well(text: str) -> bool:
    first = text.lstrip("\"'“”„«[(")[:1]
    return (
        first.isupper()
        or first.isdigit()
        or first in {"<", "@"}
        or bool(CJK.match(first))
        or "@" in text.split(" ", 1)[0]
    )


def _is_named(text: str, *, stray: int) -> bool:
    """Tell whether the words besides date and verb read as a name, not as a sentence."""
    words = _TOKEN.findall(_ADDRESS.sub(" ", text))
    lower = [word for word in words if word[0].islower()]
    strays = [word for word in lower if not _is_small(fold(word))]
    return len(strays) <= stray


def _is_small(word: str) -> bool:
    return word in _KNOWN or len(word) == 1 or bool(_MONTH_OR_DAY.match(word)) or word.partition("'")[0].isdigit()


def begins_with_date(text: str) -> bool:
    """Tell whether a text begins like "On Monday, 3 November"."""
    return bool(_START.match(fold(bare(text))))


def begins_with_full_date(text: str) -> bool:
    """Tell whether a text begins with a date and names the year."""
    return begins_with_date(text) and bool(_FULL.search(fold(text)))


def ends_sentence(text: str) -> bool:
    """Tell whether a line ends a sentence; a month or "kl." before the stop is only shortened."""
    if not text.endswith((".", "!", "?", "…")):
        return False
    last = text.rstrip(".").split()[-1:] or [""]
    return not (text.endswith(".") and _is_small(fold(last[0])))


def needs_line_above(text: str, above: str) -> bool:
    """Tell whether an attribution's first line lacks what stands in the line above it (a name, an opened bracket)."""
    above, text = above.rstrip(), bare(text)
    if not above.strip(DECORATION) or above[-1] in ":;" or ends_sentence(above):
        return False
    if above[-1] in '<("' or text.partition(">")[0].count("<") < text.partition(">")[2].count(">") + (">" in text):
        return True
    if text.startswith(("<", "(", "[")) or (above.endswith(",") and "@" in above):
        return True
    starts = begins_with_date(above) or bool(_LONG_OPENER.match(fold(above)))
    if _completes(text, above):
        return True
    if begins_with_date(text) and not starts:
        return not _ADDRESS.search(text) and not _TOKEN.search(_without_known(text))
    return starts


def _completes(text: str, above: str) -> bool:
    """Tell whether the line above holds the date or the address that an attribution lacks."""
    folded, both = fold(text), fold(f"{above} {text}")
    lacks = not (_FULL.search(folded) and _ADDRESS.search(folded))
    gains = (_FULL.search(both) and not _FULL.search(folded)) or (_ADDRESS.search(both) and not _ADDRESS.search(folded))
    return lacks and bool(gains) and is_attribution(f"{above} {text}", quote_follows=False)


def _without_known(text: str) -> str:
    return " ".join(word for word in _TOKEN.findall(text) if not _is_small(fold(word)))


def is_address_or_moment(text: str) -> bool:
    """Tell whether a text names an address or a point in time."""
    folded = fold(text)
    return bool(_ADDRESS.search(folded) or (_DATE.search(folded) and _TIME.search(folded)))
