"""Recognising single marks: an attribution, a header block, a separator, a program's footer, a signature's start."""

import re
from functools import lru_cache
from itertools import islice

from balcao.plugins.channels.mail.reply import phrases
from balcao.plugins.channels.mail.reply.lines import Line, fold

_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_DECORATION = " \t\u00a0*_-–—•·|#~>=+"


def _alternatives(table: list[str], *, whole: bool = True) -> str:
    folded = sorted({fold(phrase) for phrase in table if phrase}, key=lambda phrase: (-len(phrase), phrase))
    latin = "|".join(re.escape(phrase) for phrase in folded if not _CJK.search(phrase))
    other = "|".join(re.escape(phrase) for phrase in folded if _CJK.search(phrase))
    bounded = rf"(?<!\w)(?:{latin})(?!\w)" if whole else rf"(?:{latin})"
    return f"(?:{bounded}|{other})" if other else bounded


_MONTH = "|".join(sorted({stem for row in phrases.MONTHS.values() for stem in row.split("|")}, key=len, reverse=True))
_DAY = "|".join(sorted({stem for row in phrases.WEEKDAYS.values() for stem in row.split("|")}, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"
_MONTH_DAY = (
    rf"\d{{1,2}}(?:st|nd|rd|th|er|º|°|\.|-)?[ \-/]{{0,2}}(?:d[ei]l? |of |de )?(?:{_MONTH})(?:kuuta|k)?(?!\w)\.?"
    rf"|(?<!\w)(?:{_MONTH})\.? \d{{1,2}}(?!\d)(?:st|nd|rd|th)?|\d{{1,2}}[月월] ?\d{{1,2}}[日일]"
)
_NUMERIC_FULL = r"\d{1,2}[./-] ?\d{1,2}[./-] ?(?:19|20)?\d\d(?!\d)|(?:19|20)\d\d[./-] ?\d{1,2}[./-] ?\d{1,2}|\d{4}[年년] ?\d{1,2}[月월] ?\d{1,2}[日일]"
_FULL = re.compile(
    rf"(?<!\d)(?:{_NUMERIC_FULL}|(?:{_MONTH_DAY})(?:,? (?:d[ei]l? |of )?| ?[-/] ?){_YEAR}|{_YEAR}[ \-](?:{_MONTH})[ \-]\d{{1,2}}|{_YEAR},? (?:{_MONTH_DAY}))"
)
_DATE = re.compile(rf"(?<!\d)(?:{_NUMERIC_FULL}|{_MONTH_DAY}|(?<!\d)\d{{1,2}}[./]\d{{1,2}}(?![\d.]))")
_TIME = re.compile(
    r"(?<![\d:.])\d{1,2}(?:[:.]|h ?)\d{2}(?:[:.]\d{2})?(?!\d)|\d{1,2} ?[ap]\.?m\b|[上下]午 ?\d|오[전후] ?\d"
)
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:&]+@[^\s<>()\[\]\"',;:&]+\.[^\s<>()\[\]\"',;:&]{2,}")
_ENCLOSED = re.compile(r"(?:[<(\[]|&lt;|mailto:)\s*(?:mailto:)?[^\s<>()\[\]&]+@[^\s<>()\[\]&]+")
_VERB = re.compile(_alternatives(phrases.every(phrases.WROTE)))
_LAST_WORDS = tuple({form for verb in phrases.every(phrases.WROTE) for form in (verb, fold(verb))})
_DIGIT_OR_AT = re.compile(r"[\d@]")
_OPENER = _alternatives(phrases.every(phrases.OPENERS))
_START = re.compile(
    rf"\W{{0,3}}(?:{_OPENER}\W{{0,3}})?(?:(?:{_DAY})(?!\w)\W{{0,3}})?(?:{_DATE.pattern}|{_TIME.pattern})"
)
_OPENED = re.compile(rf"\W{{0,3}}(?:{_OPENER}|(?:{_DAY})(?!\w))\W")
_LONG_OPENER = re.compile(
    rf"\W{{0,3}}{_alternatives([phrase for phrase in phrases.every(phrases.OPENERS) if ' ' in phrase])}\W"
)
_QUOTING = re.compile(rf"\W{{0,3}}{_alternatives(list(phrases.QUOTING))}\W.*@")
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*(?:\([^\W\d_]+\))?")
_KNOWN_SMALL = {fold(word) for word in phrases.SMALL}
_KNOWN = _KNOWN_SMALL | {fold(part) for row in phrases.WROTE.values() for phrase in row for part in phrase.split()}
_MONTH_OR_DAY = re.compile(rf"(?:{_MONTH}|{_DAY})(?:kuuta|feira)?\Z")
_LONGEST = 420
_FEW_STRAY = 2
_MOST_STRAY = 5  # lower-case words in a name that an address follows


def bare(text: str) -> str:
    """Take list marks, emphasis and rules off both ends of a line."""
    return text.strip(_DECORATION) if text[:1] in _DECORATION or text[-1:] in _DECORATION else text


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
    verb, address = _VERB.search(folded), _ADDRESS.search(folded)
    date, time = _DATE.search(folded), _TIME.search(folded)
    colon = text.rstrip()[-1] in ":："
    if not (verb or (address and colon)) or not (_begins_well(text) or _OPENED.match(folded)):
        return False
    if address and _QUOTING.match(folded) and colon:
        return True
    if verb and address and (date or time):
        return _is_named(text, stray=_MOST_STRAY if _ENCLOSED.search(text) else 0)
    if verb and _FULL.search(folded):
        return _is_named(text, stray=_FEW_STRAY if quote_follows else 0)
    if address and colon and date and time and (_START.match(folded) or _ENCLOSED.search(text)):
        return _is_named(text, stray=_MOST_STRAY)
    return quote_follows and _is_loose_attribution(
        text, verb=bool(verb), address=bool(address), when=bool(date or time), colon=colon
    )


def _is_loose_attribution(text: str, *, verb: bool, address: bool, when: bool, colon: bool) -> bool:
    if address and (verb or (colon and when)):
        return True
    return verb and (colon or when) and _is_named(text, stray=0)


def _begins_well(text: str) -> bool:
    first = text.lstrip("\"'“”„«[(")[:1]
    return (
        first.isupper()
        or first.isdigit()
        or first in {"<", "@"}
        or bool(_CJK.match(first))
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
    if not above.strip(_DECORATION) or above[-1] in ":;" or ends_sentence(above):
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


def _labels() -> dict[str, str]:
    kinds: dict[str, str] = {fold(label): "other" for label in phrases.OTHER_LABELS}
    tables = (("to", phrases.TO), ("subject", phrases.SUBJECT), ("date", phrases.SENT), ("from", phrases.FROM))
    for kind, table in tables:
        kinds.update({fold(label): kind for label in phrases.every(table)})
    return kinds


_LABELS = _labels()
_LABEL_WORDS = _alternatives(list(_LABELS), whole=False)
_LABEL_WITHIN = re.compile(rf"(?:^|[\s>)\]])({_LABEL_WORDS}) ?[:：](?=\s)")
_LONGEST_LABEL = 30


def label_kind(text: str) -> str:
    """Return which label of a quoted mail's header a line begins with: from, date, to, subject, other; or nothing."""
    at = text.find(":")
    at = at if at >= 0 else text.find("：")
    if not 0 < at < _LONGEST_LABEL:
        at = text.find("：", 0, _LONGEST_LABEL)
    return _LABELS.get(fold(bare(text[:at])), "") if at > 0 else ""


def label_kinds_within(text: str) -> set[str]:
    """Return the kinds of all labels in a line that holds a whole header block."""
    return {_LABELS[match[1]] for match in _LABEL_WITHIN.finditer(fold(text.replace("*", "")[:2000]))}


def is_address_or_moment(text: str) -> bool:
    """Tell whether a text names an address or a point in time."""
    folded = fold(text)
    return bool(_ADDRESS.search(folded) or (_DATE.search(folded) and _TIME.search(folded)))


_RULED = r"[\s>*_]*[-–—_=*#~+]{1,}[\s*]*"
_ORIGINAL_WORDS = _alternatives(phrases.every(phrases.ORIGINAL), whole=False)
_FORWARDED_WORDS = _alternatives(phrases.every(phrases.FORWARDED), whole=False)
_ORIGINAL = re.compile(rf"(?:{_RULED}{_ORIGINAL_WORDS}\W*|{_ORIGINAL_WORDS} ?[-–—_=]{{2,}}\W*)\Z")
_ORIGINAL_ALONE = re.compile(rf"\W*{_ORIGINAL_WORDS}\W*\Z")
_FORWARDED = re.compile(
    rf"(?:{_RULED}{_FORWARDED_WORDS}\W.{{0,80}}|\W*{_FORWARDED_WORDS}(?: \w+)? ?[:：-]\W*|{_RULED}{_FORWARDED_WORDS}\W*)\Z"
)
_ABOVE = re.compile(rf"[\W_]*(?:{'|'.join(phrases.ABOVE_PATTERNS)})[\W_]*\Z")
_SEPARATOR_LENGTH = 140


_RULE_MARKS = "-–—_=*~+#>"
_LINE_WORDS = ("above", "acima", "satır", "satir", "çizgi", "encima", "dessus", "dieser")
_LONGEST_ALONE = 40


def may_separate(text: str) -> bool:
    """Tell quickly whether a line is worth a closer look as a separator."""
    text = text.strip()
    if not text or len(text) > _SEPARATOR_LENGTH:
        return False
    if text[0] in _RULE_MARKS or text[-1] in "-–—_=*~#:：":
        return True
    lowered = text.lower()
    return any(word in lowered for word in _LINE_WORDS)


def may_announce_header(text: str) -> bool:
    """Tell quickly whether a line without any drawing could say that an original mail follows."""
    return len(text) <= _LONGEST_ALONE


def separator(text: str) -> str:
    """Name what a line parts: "original", "forwarded", "above" (our own mark), "alone" (needs a header after it); or nothing."""
    if len(text) > _SEPARATOR_LENGTH:
        return ""
    folded = fold(text)
    if _FORWARDED.match(folded):
        return "forwarded"
    if _ORIGINAL.match(folded):
        return "original"
    if _ABOVE.match(folded):
        return "above"
    return "alone" if _ORIGINAL_ALONE.match(folded) else ""


SIGNATURE_MARKS = "-–—_=*~"
_RULE = re.compile(r"\s*[-–—_=*~]{2,}[\s\-–—_=*~]*\Z")


def is_rule(text: str) -> bool:
    """Tell whether a line is a drawn line."""
    return bool(text) and bool(_RULE.match(text))


_URL = re.compile(r"[<(\[]?(?:https?://|www\.)[^\s<>)\]]+[>)\]]?", re.IGNORECASE)
_DEVICE_WORDS = "|".join(sorted(phrases.DEVICES, key=len, reverse=True))
_FOOTER_PARTS = {
    "device": rf"[^,;:!?]{{0,40}}?(?<![a-z0-9])(?:{_DEVICE_WORDS})(?:'?[a-z]{{1,8}})?(?![a-z0-9])[^,;:!?]{{0,40}}",
    "brand": r"(?P<brand>[^,;:!?]{2,40})",
    "name": r"[\w .&'-]{2,24}",
    "site": r"[\w./-]{0,40}",
    "rest": r".{0,80}",
}
_FOOTER_HINTS = (
    "sent ", "enviad", "gonder", "gönder", "outlook", "gesendet", "envoy", "inviat", "verzonden", "verstuurd", "gestuurd", "wysł", "wysl", "отправ", "skicka", "lähetetty", "lahetetty", "odesl", "odosl", "trimis", "发自", "傳送",
    "发送", "發送", "送信", "보", "전송", "virus", "virüs", "vírus", "secured", "excuse", "pardon", "forgive", "yolland", "via ", "yahoo", "küldve", "kuldve", "digitad", "courrier", "надісл", "відправ", "στάλθηκε", "sendt", "scanned",
    "checked", "verificado", "escaneado", "e-posta",
)  # fmt: skip


def may_hold_footer(lowered: str) -> bool:
    """Tell quickly whether a text in lower case can hold a footer at all."""
    return any(hint in lowered for hint in _FOOTER_HINTS)


@lru_cache(maxsize=1)
def _footer() -> re.Pattern[str]:
    rows = [pattern for row in phrases.FOOTERS.values() for pattern in row]
    filled = []
    for number, row in enumerate(rows):
        pattern = row.replace("{brand}", "{brand}".replace("brand", f"brand{number}"))
        for name, part in _FOOTER_PARTS.items():
            pattern = pattern.replace("{" + name + "}", part).replace(
                "{brand%d}" % number, f"(?P<brand{number}>[^,;:!?]{{2,40}})"
            )  # noqa: UP031 - braces within
        filled.append(pattern)
    return re.compile(rf"(?:{'|'.join(filled)})\Z")


_LONGEST_FOOTER = 130


def is_footer(text: str) -> bool:
    """Tell whether a line is what a program puts under a mail ("Sent from my iPhone")."""
    text = bare(text)
    if not text or len(text) > 3 * _LONGEST_FOOTER:
        return False
    folded = fold(_URL.sub(" ", text)).strip(" .!()[]<>\"'")
    if not folded or len(folded) > _LONGEST_FOOTER or not may_hold_footer(folded):
        return False
    match = _footer().match(folded)
    if match is None:
        return False
    branded = [name for name in match.groupdict().values() if name]
    return not branded or _is_branded(text, branded[0])


def _is_branded(text: str, folded_name: str) -> bool:
    """Tell whether an unknown device's name is written like a name."""
    count = len(folded_name.split())
    return any(word[:1].isupper() or word[:1].isdigit() for word in text.rstrip(" .!").split()[-count:])


_CONTACT = re.compile(
    r"(?:https?://|www\.|@\w|\+\d[\d ()./-]{6,}|\(?\d{2,4}\)?[ .-]\d{3,5}[ .-]?\d{3,4}|mailing list|skype)",
    re.IGNORECASE,
)
_DELIMITERS = frozenset({"--", "—", "––", "- -"})
_MOST_SIGNATURE_LINES = 40
_MOST_BARE_LINES = 12
_LONGEST_SIGNATURE_LINE = 100


def may_begin_signature(text: str) -> bool:
    """Tell quickly whether a line could be a signature's delimiter."""
    text = text.strip()
    return text[:1] in SIGNATURE_MARKS and bool(text) and (text in _DELIMITERS or is_rule(text))


def begins_signature(lines: list[Line], index: int, end: int) -> bool:
    """Tell whether a signature's delimiter stands at `index`, with the signature below it up to `end`."""
    text = lines[index].text.replace("\u00a0", " ")
    if text in {"-- ", "--  "}:
        return _at_most(lines, index + 1, end, _MOST_SIGNATURE_LINES)
    stripped = text.strip()
    if stripped[:1] not in SIGNATURE_MARKS:
        return False
    if stripped in _DELIMITERS:
        return _at_most(lines, index + 1, end, _MOST_BARE_LINES) and _short(
            lines, index + 1, end, longest=2 * _LONGEST_SIGNATURE_LINE
        )
    if not is_rule(stripped) or (index and not lines[index - 1].blank):
        return False
    below = " ".join(line.text for line in lines[index + 1 : end][:60])
    few = bool(below.strip()) and _at_most(lines, index + 1, end, _MOST_BARE_LINES)
    return (
        few
        and bool(_CONTACT.search(below))
        and _short(lines, index + 1, end, longest=70)
        and "?" not in _URL.sub("", below)
    )


def _at_most(lines: list[Line], start: int, end: int, most: int) -> bool:
    """Tell whether at most so many of the lines say something."""
    return next(islice((line for line in lines[start:end] if not line.blank), most, None), None) is None


def _short(lines: list[Line], start: int, end: int, *, longest: int) -> bool:
    return all(len(_URL.sub("", line.text).strip()) <= longest for line in lines[start:end])


_ANSWERS_INSIDE = re.compile(_alternatives(list(phrases.ANSWERS_INSIDE)))


def says_answers_inside(text: str) -> bool:
    """Tell whether the writer says that the answers stand within the quoted mail."""
    return bool(_ANSWERS_INSIDE.search(fold(text[:2000])))


_FORWARD_PREFIX = re.compile(
    rf"\W*(?:{'|'.join(re.escape(fold(prefix)) for prefix in phrases.FORWARD_SUBJECTS)}) ?(?:\[\d+\])? ?[:：]"
)


def is_forward_subject(subject: str) -> bool:
    """Tell whether a subject's first prefix says that the mail is forwarded."""
    return bool(_FORWARD_PREFIX.match(fold(subject[:40])))
