"""Recognising single marks: a header block's labels, a separator, a program's footer, a signature's start."""

import re
from functools import lru_cache
from itertools import islice

from balcao.plugins.channels.mail.reply import phrases
from balcao.plugins.channels.mail.reply.lines import Line, alternatives, bare, fold


def _labels() -> dict[str, str]:
    kinds: dict[str, str] = {fold(label): "other" for label in phrases.OTHER_LABELS}
    tables = (("to", phrases.TO), ("subject", phrases.SUBJECT), ("date", phrases.SENT), ("from", phrases.FROM))
    for kind, table in tables:
        kinds.update({fold(label): kind for label in phrases.every(table)})
    return kinds


_LABELS = _labels()
_LABEL_WORDS = alternatives(list(_LABELS), whole=False)
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


_RULED = r"[\s>*_]*[-–—_=*#~+]{1,}[\s*]*"
_ORIGINAL_WORDS = alternatives(phrases.every(phrases.ORIGINAL), whole=False)
_FORWARDED_WORDS = alternatives(phrases.every(phrases.FORWARDED), whole=False)
_ORIGINAL = re.compile(rf"(?:{_RULED}{_ORIGINAL_WORDS}\W*|{_ORIGINAL_WORDS} ?[-–—_=]{{2,}}\W*)\Z")
_ORIGINAL_ALONE = re.compile(rf"\W*{_ORIGINAL_WORDS}\W*\Z")
_FORWARDED = re.compile(
    rf"(?:{_RULED}{_FORWARDED_WORDS}\W.{{0,80}}|\W*{_FORWARDED_WORDS}(?: \w+)? ?[:：-]\W*"
    rf"|{_RULED}{_FORWARDED_WORDS}\W*)\Z"
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
    """Name what a line parts off: "original", "forwarded", "above" (our own mark), "alone" (if a header follows)."""
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
    "name": r"[\w .&'-]{2,24}",
    "site": r"[\w./-]{0,40}",
    "rest": r".{0,80}",
}
_FOOTER_HINTS = (
    "sent ", "enviad", "gonder", "gönder", "outlook", "gesendet", "envoy", "inviat", "verzonden", "verstuurd",
    "gestuurd", "wysł", "wysl", "отправ", "skicka", "lähetetty", "lahetetty", "odesl", "odosl", "trimis", "发自",
    "傳送", "发送", "發送", "送信", "보", "전송", "virus", "virüs", "vírus", "secured", "excuse", "pardon",
    "forgive", "yolland", "via ", "yahoo", "küldve", "kuldve", "digitad", "courrier", "надісл", "відправ",
    "στάλθηκε", "sendt", "scanned", "checked", "verificado", "escaneado", "e-posta",
)  # fmt: skip


def may_hold_footer(lowered: str) -> bool:
    """Tell quickly whether a text in lower case can hold a footer at all."""
    return any(hint in lowered for hint in _FOOTER_HINTS)


@lru_cache(maxsize=1)
def _footer() -> re.Pattern[str]:
    rows = [pattern for row in phrases.FOOTERS.values() for pattern in row]
    filled = []
    for number, row in enumerate(rows):
        pattern = row.replace("{brand}", f"(?P<brand{number}>[^,;:!?]{{2,40}})")
        for name, part in _FOOTER_PARTS.items():
            pattern = pattern.replace(f"{{{name}}}", part)
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


_ANSWERS_INSIDE = re.compile(alternatives(list(phrases.ANSWERS_INSIDE)))


def says_answers_inside(text: str) -> bool:
    """Tell whether the writer says that the answers stand within the quoted mail."""
    return bool(_ANSWERS_INSIDE.search(fold(text[:2000])))


_FORWARD_PREFIX = re.compile(
    rf"\W*(?:{'|'.join(re.escape(fold(prefix)) for prefix in phrases.FORWARD_SUBJECTS)}) ?(?:\[\d+\])? ?[:：]"
)


def is_forward_subject(subject: str) -> bool:
    """Tell whether a subject's first prefix says that the mail is forwarded."""
    return bool(_FORWARD_PREFIX.match(fold(subject[:40])))
