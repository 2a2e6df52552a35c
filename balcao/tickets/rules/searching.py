"""The search language: words, "phrases" and `field:value` filters, in three languages."""

import re
from dataclasses import dataclass
from datetime import date

# What people type before the colon, in the languages of the desk, and the field that it means.
_FIELDS = {
    "from": "from", "de": "from", "kimden": "from",
    "tag": "tag", "etiqueta": "tag", "etiket": "tag",
    "is": "is", "está": "is", "esta": "is", "durum": "is",
    "assignee": "assignee", "dono": "assignee", "sorumlu": "assignee",
    "before": "before", "antes": "before", "önce": "before",
    "after": "after", "depois": "after", "sonra": "after",
    "team": "team", "equipe": "team", "ekip": "team",
    "in": "channel", "canal": "channel", "kanal": "channel",
}  # fmt: skip

_STATES = {
    "new": "new", "novo": "new", "yeni": "new",
    "open": "open", "aberto": "open", "açık": "open", "acik": "open",
    "waiting": "waiting", "aguardando": "waiting", "bekleyen": "waiting",
    "solved": "solved", "resolvido": "solved", "çözüldü": "solved", "cozuldu": "solved",
    "closed": "closed", "fechado": "closed", "kapalı": "closed", "kapali": "closed",
    "active": "active", "ativo": "active", "etkin": "active",
    "spam": "spam",
    "trash": "trash", "lixeira": "trash", "çöp": "trash", "cop": "trash",
    "snoozed": "snoozed", "adiado": "snoozed", "ertelenmiş": "snoozed", "ertelenmis": "snoozed",
    "unassigned": "unassigned", "semdono": "unassigned", "sahipsiz": "unassigned",
    "mine": "mine", "meu": "mine", "benim": "mine",
}  # fmt: skip

_PIECE = re.compile(r'(?:(?P<field>[^\W\d_]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_NUMBER = re.compile(r"#?(\d{1,15})$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Search:
    """What a typed search asks for. Everything in it must hold; `problems` are parts not understood."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    number: int | None = None  # the whole search is one ticket number
    senders: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()  # any of them
    states: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    assignee: str = ""
    team: str = ""
    after: date | None = None  # on or after
    before: date | None = None  # before that day
    problems: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether it asks for nothing."""
        return self == Search(problems=self.problems)


def parse_search(text: str) -> Search:
    """Read a typed search. Never fails: what is not understood is named in `problems` and left out."""
    text = text.strip()[:300]
    number = _NUMBER.match(text)
    if number:
        return Search(number=int(number[1]), words=(number[1],))
    found: dict[str, list[str]] = {}
    days: dict[str, date] = {}
    problems: list[str] = []
    for piece in _PIECE.finditer(text):
        _read(piece, found, days, problems)
    return Search(
        words=tuple(found.get("words", ())),
        phrases=tuple(found.get("phrases", ())),
        senders=tuple(found.get("from", ())),
        tags=tuple(found.get("tag", ())),
        states=tuple(found.get("is", ())),
        channels=tuple(found.get("channel", ())),
        assignee=next(iter(found.get("assignee", ())), ""),
        team=next(iter(found.get("team", ())), ""),
        after=days.get("after"),
        before=days.get("before"),
        problems=tuple(problems),
    )


def _read(piece: re.Match[str], found: dict[str, list[str]], days: dict[str, date], problems: list[str]) -> None:
    name = _FIELDS.get((piece["field"] or "").lower())
    is_phrase = piece["phrase"] is not None
    value = (piece["phrase"] if is_phrase else piece["word"]).strip()
    if name in ("before", "after"):
        _read_day(name, value, days, problems, piece[0])
    elif name == "is" and value.lower() not in _STATES:
        problems.append(piece[0])
    elif name:
        found.setdefault(name, []).append(_STATES[value.lower()] if name == "is" else value)
    elif value:
        words = f"{piece['field']} {value}" if piece["field"] else value  # an unknown field is just words
        found.setdefault("phrases" if is_phrase else "words", []).append(words)


def _read_day(name: str, value: str, days: dict[str, date], problems: list[str], piece: str) -> None:
    try:
        days[name] = date.fromisoformat(value)
    except ValueError:
        problems.append(piece)
