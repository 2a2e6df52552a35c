"""Taking payment card numbers and their security codes out of text before it is stored (PCI DSS 3.3, 3.4)."""

import re
from collections.abc import Collection, Iterable, Iterator
from html import unescape
from typing import NamedTuple

from balcao.kit.cards import MARKS, SPACES, Card, find_cards, suspicious

_HIDDEN = "•"
_AMEX = 15  # digits; these cards have a security code of four
_NEAR = 160  # characters before and after a card in which a security code is looked for

_CODE_NAMES = "|".join(
    (
        r"cvv2?|cvc2?|cvn|csc|cid",
        r"card verification(?: (?:code|value|number))?|(?:security|verification) (?:code|number)",
        r"c[oó]d(?:igo|\.)?(?: d[eo])? (?:seg(?:uran[cç]a|uridad|\.)?|verifica[cç](?:[aã]o|i[oó]n))",
        r"n[uú]mero de seguran[cç]a",
        r"g[uü]venlik (?:kod|numaras[iı])\w*|do[gğ]rulama kod\w*",
        r"(?:three|3|four|4)[ -]digits?",
        r"(?:tr[eê]s|3|quatro|4) (?:[uú]ltimos )?(?:d[ií]gitos|n[uú]meros)",
        r"(?:tres|cuatro|3|4) (?:[uú]ltimos )?(?:n[uú]mer|cifr)os?",
        r"(?:[uü][cç]|3|d[oö]rt|4) (?:haneli|rakam)\w*",
        r"on the back|no verso|(?:de |por )?(?:tr[aá]s|atr[aá]s)|al (?:dorso|reverso)|arka(?:s[iı]nda\w*| y[uü]z\w*)",
    )
)
_NAME = rf"(?<!\w)(?:{_CODE_NAMES})(?!\w)"
_NAMED = re.compile(rf"{_NAME}[^\d•]{{0,30}}?(?<![\d•])(\d{{3,4}})(?![\d•/])", re.IGNORECASE)
_NAMED_AFTER = re.compile(
    rf"(?<![\d•/.,-])(\d{{3,4}})(?=[^\w•\n]{{1,4}}(?:(?:is|é|es|as|como|olarak)\s[^\d•\n]{{0,12}})?{_NAME})",
    re.IGNORECASE,
)
_EXPIRY = rf"(?:[^\W\d]|[{SPACES}{MARKS}:,;|/\n]){{1,24}}?(?:0?[1-9]|1[0-2]) ?[{SPACES}/.|\-]? ?(?:20)?[2-9]\d"
_APART = rf"[{SPACES}{MARKS}\n,;|/]{{1,3}}"
_NO_AMOUNT = rf"(?![\d•]|[{SPACES}{MARKS},]\d|\s?(?:TL|TRY|lira|R\$|reais|real|EUR|euros?|US|[$€₺%x]))"
_UNNAMED = {size: re.compile(rf"(?:{_EXPIRY})?{_APART}(\d{{{size}}}){_NO_AMOUNT}", re.IGNORECASE) for size in (3, 4)}

# A quoted value ends before the next tag at the latest, so that hostile markup is read in linear time.
_TAG = r"""<!--(?:.*?-->|.*\Z)|<[a-zA-Z/!?](?:(?:[^<>"']|"[^"<]*"|'[^'<]*')*>|[^<>]*(?:>|\Z))"""
_ENTITY = r"&(?:#\w{2,7}|[a-zA-Z]\w{1,24});?"
_TAGS = re.compile(_TAG, re.DOTALL)
_MARKUP = re.compile(rf"(?:{_TAG}|\s|&nbsp;|&#160;|&#[xX][aA]0;)+|{_ENTITY}", re.DOTALL)
_BREAKING = re.compile(
    r"</?(?:br|p|div|li|tr|table|h[1-6]|blockquote|pre|hr|ul|ol|dl|dt|dd|section|article)\b", re.IGNORECASE
)
_PARTING = re.compile(r"</?t[dh]\b|\s|&", re.IGNORECASE)


class _Edit(NamedTuple):
    """One replacement: the characters from `start` to `end` become `text`."""

    start: int
    end: int
    text: str


def holds_card(text: str, *, keep: Collection[str] = ()) -> bool:
    """Tell whether the text holds a card number; a single search where it has no long number."""
    return suspicious(text) and next(find_cards(text, keep=keep), None) is not None


def redact_cards(text: str, *, keep: Collection[str] = ()) -> str:
    """Replace each card number by its first six and last four digits, and hide the security code near it.

    `keep` names order, invoice and tracking numbers that are known not to be cards.
    """
    if not suspicious(text):
        return text
    return _apply(text, _edits(text, keep))


def redact_html(html: str, *, keep: Collection[str] = ()) -> str:
    """Redact the cards of HTML, also those in attributes and those written with tags or entities."""
    if not suspicious(html) and not suspicious(_read_quickly(html)):
        return html
    seen = _Seen(html)
    shown = _apply(html, [part for edit in _edits(seen.text, keep) for part in seen.in_source(edit)])
    return _TAGS.sub(lambda tag: redact_cards(tag[0], keep=keep), shown)


def _read_quickly(html: str) -> str:
    text = _TAGS.sub("", html)
    return " ".join((unescape(text) if "&" in text else text).split())


class _Seen:
    """The text of HTML as a reader sees it, with the place of each character in the source."""

    def __init__(self, html: str) -> None:
        """Read the HTML."""
        self._html = html
        self._places: list[tuple[int, int]] = []
        characters: list[str] = []
        position = 0
        for markup in _MARKUP.finditer(html):
            characters.append(html[position : markup.start()])
            self._places += [(place, place + 1) for place in range(position, markup.start())]
            characters.append(_read(markup[0]))
            self._places += [markup.span()] * len(characters[-1])
            position = markup.end()
        self._places += [(place, place + 1) for place in range(position, len(html))]
        self.text = "".join([*characters, html[position:]])

    def in_source(self, edit: "_Edit") -> Iterator["_Edit"]:
        """Express a replacement in the seen text as replacements in the source that leave its tags alone."""
        start, end = self._places[edit.start][0], self._places[edit.end - 1][1]
        if "<" not in self._html[start:end]:
            yield _Edit(start, end, edit.text)
            return
        digits = (
            place
            for place, character in zip(range(edit.start, edit.end), self.text[edit.start : edit.end], strict=True)
            if character.isdecimal()
        )
        for place, shown in zip(digits, edit.text, strict=True):
            if shown == _HIDDEN:
                yield _Edit(*self._places[place], shown)


def _read(markup: str) -> str:
    """Return what a reader sees of tags and spaces in a row, or of one entity."""
    if markup.startswith("&") and (character := unescape(markup)).strip():
        return character
    if _BREAKING.search(markup):
        return "\n"
    return " " if _PARTING.search(re.sub(r"<(?!/?t[dh]\b)[^<>]*>", "", markup, flags=re.IGNORECASE)) else ""


def _apply(text: str, edits: Iterable[_Edit]) -> str:
    parts, position = [], 0
    for edit in edits:
        parts += [text[position : edit.start], edit.text]
        position = edit.end
    return "".join([*parts, text[position:]])


def _edits(text: str, keep: Collection[str]) -> list[_Edit]:
    """Return what takes the cards and their security codes out of a text, in order and without overlap."""
    cards = list(find_cards(text, keep=keep))
    edits = {_Edit(card.start, card.end, _masked(card.digits)) for card in cards}
    return sorted(edits | set(_codes(text, cards)))


def _masked(digits: str) -> str:
    return f"{digits[:6]}{_HIDDEN * (len(digits) - 10)}{digits[-4:]}"


def _codes(text: str, cards: list[Card]) -> Iterator[_Edit]:
    """Find the security codes near the cards, by name or by place, where the cards' own digits are out of sight."""
    hidden = _apply(text, [_Edit(card.start, card.end, _HIDDEN * (card.end - card.start)) for card in cards])
    for card in cards:
        for pattern in (_NAMED, _NAMED_AFTER):
            yield from (
                _hiding(code) for code in pattern.finditer(hidden, max(card.start - _NEAR, 0), card.end + _NEAR)
            )
        if code := _UNNAMED[4 if len(card.digits) == _AMEX else 3].match(hidden, card.end):
            yield _hiding(code)


def _hiding(code: re.Match[str]) -> _Edit:
    return _Edit(*code.span(1), _HIDDEN * len(code[1]))
