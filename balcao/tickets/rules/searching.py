"""The search language: words, "phrases" and `field:value` filters, in three languages."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from balcao.kit.searchtext import fold
from balcao.tickets.types import COMPLAINT_BODIES, Kind, Source

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
    "kind": "kind", "tipo": "kind", "tür": "kind", "tur": "kind",
    "topic": "topic", "assunto": "topic", "konu": "topic",
    "due": "due", "prazo": "due", "süre": "due", "sure": "due",
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
    "breached": "breached", "estourado": "breached", "aşıldı": "breached", "asildi": "breached",
    "paused": "paused", "pausado": "paused", "duraklatıldı": "paused", "duraklatildi": "paused",
    "at-risk": "at-risk", "em-risco": "at-risk", "riskli": "at-risk",
}  # fmt: skip

_KINDS = {
    "quick": Kind.QUICK, "rapido": Kind.QUICK, "hizli": Kind.QUICK,
    "action": Kind.ACTION, "acao": Kind.ACTION, "islem": Kind.ACTION,
    "forwarded": Kind.FORWARDED, "encaminhado": Kind.FORWARDED, "iletilen": Kind.FORWARDED,
}  # fmt: skip

_BODIES = tuple(sorted(COMPLAINT_BODIES))
# Where a contact came from that was written down; other words after `in:` are kinds of channels.
_SOURCES: dict[str, tuple[Source, ...]] = {
    "phone": (Source.PHONE,), "telefone": (Source.PHONE,), "telefon": (Source.PHONE,),
    "in-person": (Source.IN_PERSON,), "pessoalmente": (Source.IN_PERSON,), "yuzyuze": (Source.IN_PERSON,),
    "letter": (Source.LETTER,), "carta": (Source.LETTER,), "mektup": (Source.LETTER,),
    "marketplace": (Source.MARKETPLACE,), "pazaryeri": (Source.MARKETPLACE,),
    "consumidor.gov.br": (Source.CONSUMIDOR_GOV,), "consumidor.gov": (Source.CONSUMIDOR_GOV,),
    "reclameaqui": (Source.RECLAME_AQUI,), "reclame aqui": (Source.RECLAME_AQUI,),
    "procon": (Source.PROCON,),
    "sikayetvar": (Source.SIKAYETVAR,),
    "hakem": (Source.HAKEM_HEYETI,), "tuketici hakem heyeti": (Source.HAKEM_HEYETI,),
    "authority": _BODIES, "regulator": _BODIES, "orgao": _BODIES, "kurum": _BODIES,
}  # fmt: skip

_TODAY = {"today", "hoje", "bugun"}
_UNITS = {
    "m": 60, "min": 60, "dk": 60,
    "h": 3600, "s": 3600, "sa": 3600,
    "d": 86400, "g": 86400,
}  # fmt: skip
_WITHIN = re.compile(r"<?=?(\d{1,4})([a-z]{1,3})", re.ASCII)

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
    sources: tuple[tuple[Source, ...], ...] = ()  # of each group any
    assignee: str = ""
    team: str = ""
    after: date | None = None  # on or after
    before: date | None = None  # before that day
    kinds: tuple[Kind, ...] = ()  # any of them
    topic: str = ""
    due_within: timedelta | None = None  # from now; what is late is due, too
    due_today: bool = False  # until the end of the day
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
    return _with_promises(found, _plain(found, days, problems))


def _plain(found: dict[str, list[str]], days: dict[str, date], problems: list[str]) -> Search:
    return Search(
        words=tuple(found.get("words", ())),
        phrases=tuple(found.get("phrases", ())),
        senders=tuple(found.get("from", ())),
        tags=tuple(found.get("tag", ())),
        states=tuple(found.get("is", ())),
        channels=tuple(name for name in found.get("channel", ()) if fold(name) not in _SOURCES),
        sources=tuple(_SOURCES[fold(name)] for name in found.get("channel", ()) if fold(name) in _SOURCES),
        assignee=next(iter(found.get("assignee", ())), ""),
        team=next(iter(found.get("team", ())), ""),
        after=days.get("after"),
        before=days.get("before"),
        kinds=tuple(_KINDS[fold(kind)] for kind in found.get("kind", ())),
        topic=next(iter(found.get("topic", ())), ""),
        problems=tuple(problems),
    )


def _with_promises(found: dict[str, list[str]], search: Search) -> Search:
    for value in found.get("due", ()):
        if fold(value) in _TODAY:
            search = replace(search, due_today=True)
        elif within := _within(value):
            search = replace(search, due_within=min(within, search.due_within or within))
    return search


def _within(value: str) -> timedelta | None:
    """Read a length of time: <2h, 30min, <3d."""
    match = _WITHIN.fullmatch(fold(value))
    if match is None or match[2] not in _UNITS:
        return None
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def _is_known(name: str, value: str) -> bool:
    """Tell whether a field can have this value."""
    if name == "kind":
        return fold(value) in _KINDS
    if name == "due":
        return fold(value) in _TODAY or _within(value) is not None
    return name != "is" or value.lower() in _STATES


def _read(piece: re.Match[str], found: dict[str, list[str]], days: dict[str, date], problems: list[str]) -> None:
    name = _FIELDS.get((piece["field"] or "").lower())
    is_phrase = piece["phrase"] is not None
    value = (piece["phrase"] if is_phrase else piece["word"]).strip()
    if name in ("before", "after"):
        _read_day(name, value, days, problems, piece[0])
    elif name and not _is_known(name, value):
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
