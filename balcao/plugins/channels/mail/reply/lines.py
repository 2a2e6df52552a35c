"""A mail's words as lines: what the plain and the HTML side hand to the cutter."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

_QUOTE_MARKS = re.compile(r"[ \t]{0,3}((?:>[ \t]?)+)")
_OPEN_ADDRESS = re.compile(r"<[^<>\s]*@[^<>\s]*\s*\Z")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
_SPACES = re.compile(r"[\s\u00a0]+")


class Role(Enum):
    """What the mail's own markup says a line is."""

    WORDS = ""
    SIGNATURE = "signature"
    ATTRIBUTION = "attribution"  # "Ana wrote:", marked as such
    DIVIDER = "divider"  # the original mail begins here, says the program that wrote it
    HINT = "hint"  # the original mail may begin here


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text, how deeply it is quoted, and its role."""

    text: str
    depth: int = 0
    role: Role = Role.WORDS

    @property
    def blank(self) -> bool:
        """Tell whether nothing is to be seen."""
        text = self.text
        return not text or text.isspace() or (not text.isascii() and not _INVISIBLE.sub("", text).strip())


def read_lines(text: str) -> list[Line]:
    """Cut plain text into lines and take their quote marks off."""
    lines: list[Line] = []
    for raw in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if ">" in raw[:4] and (match := _QUOTE_MARKS.match(raw)) and not _closes_address(lines, raw):
            lines.append(Line(raw[match.end() :], match[1].count(">")))
        else:
            lines.append(Line(raw))
    return lines


def _closes_address(lines: list[Line], raw: str) -> bool:
    """Tell a wrapped "<ana@example.com" that ends here from a quote mark."""
    if not lines or lines[-1].depth or not raw.rstrip().endswith((":", "：")):
        return False
    return raw.startswith(">") and bool(_OPEN_ADDRESS.search(lines[-1].text))


def write_lines(lines: list[Line]) -> str:
    """Write lines as text: quote marks again in front, no blank lines at the ends, never three in a row."""
    out: list[str] = []
    for line in lines:
        if not line.text and (line.role is Role.DIVIDER or line.role is Role.HINT):
            continue
        text = line.text.rstrip()
        out.append(">" * line.depth + " " + text if line.depth else text)
    text = "\n".join(out).strip("\n")
    return re.sub(r"\n{4,}", "\n\n\n", text) if "\n\n\n\n" in text else text


# Accents and dots go, so that what is typed without them is found too; ı and İ become i.
_ACCENTED = {
    "a": "àáâãäåāăą", "c": "çćč", "d": "ďđ", "e": "èéêëēėęě", "g": "ğģ", "i": "ìíîïīįı", "l": "łľ", "n": "ñńň",
    "o": "òóôõöøōő", "r": "ŕř", "s": "śšşș", "t": "ťţț", "u": "ùúûüūůűų", "y": "ýÿ", "z": "źżž", "'": "’‘ʼ´`",
}  # fmt: skip
_PLAIN_LETTERS = str.maketrans({letter: plain for plain, letters in _ACCENTED.items() for letter in letters})


def fold(text: str) -> str:
    """Return text for comparing: lower case, no accents, no invisible characters, single spaces."""
    if not text.isascii():
        text = _INVISIBLE.sub("", text).replace("İ", "i").replace("\u0307", "")
        return _SPACES.sub(" ", text.lower().translate(_PLAIN_LETTERS)).strip()
    return _SPACES.sub(" ", text.lower()).strip()


DECORATION = " \t\u00a0*_-–—•·|#~>=+"


def bare(text: str) -> str:
    """Take list marks, emphasis and rules off both ends of a line."""
    return text.strip(DECORATION) if text[:1] in DECORATION or text[-1:] in DECORATION else text


CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def alternatives(table: Iterable[str], *, whole: bool = True) -> str:
    """Return a pattern for any of these phrases, folded; `whole` for whole words only."""
    folded = sorted({fold(phrase) for phrase in table if phrase}, key=lambda phrase: (-len(phrase), phrase))
    latin = "|".join(re.escape(phrase) for phrase in folded if not CJK.search(phrase))
    other = "|".join(re.escape(phrase) for phrase in folded if CJK.search(phrase))
    bounded = rf"(?<!\w)(?:{latin})(?!\w)" if whole else rf"(?:{latin})"
    return f"(?:{bounded}|{other})" if other else bounded
