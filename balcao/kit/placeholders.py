"""The mini-language of texts that agents write once: `{customer.first_name}`, and `{{` for a brace.

It only ever replaces a known name by a value; it is no template engine and cannot become one.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from balcao.kit.i18n import N_

PLACEHOLDERS: Mapping[str, str] = {
    "customer.name": N_("The customer's full name"),
    "customer.first_name": N_("The customer's first name"),
    "customer.email": N_("The customer's e-mail address"),
    "ticket.number": N_("The number of the ticket"),
    "ticket.subject": N_("The subject of the ticket"),
    "agent.name": N_("The name of the agent who answers"),
    "agent.first_name": N_("The first name of the agent who answers"),
    "shop.name": N_("The name of the shop"),
}
# Facts of the order that a ticket is about: only where somebody sees which one that is.
ORDER_PLACEHOLDERS: Mapping[str, str] = {
    "order.number": N_("The number of the order"),
    "order.state": N_("How far the order has come"),
    "order.placed_date": N_("The day on which the order was placed"),
    "order.promised_date": N_("The day for which the order is promised"),
    "order.carrier": N_("The carrier of the order"),
    "order.piece_count": N_("How many pieces the order holds"),
    "order.tracking_code": N_("The tracking code of the order"),
    "order.tracking_url": N_("The address where the order can be followed"),
    "order.page_url": N_("The customer's own page of the order"),
    "order.last_scan": N_("What the carrier last saw of the order"),
    "order.total": N_("What the order costs"),
    "order.payment": N_("The link or code with which the order can be paid"),
}
ALL_PLACEHOLDERS: Mapping[str, str] = {**PLACEHOLDERS, **ORDER_PLACEHOLDERS}

_NAMED = re.compile(r"\{\s*([a-z_]+\.[a-z_]+)\s*\}")
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Text:
    """Characters that stand for themselves."""

    text: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A name to be replaced, and where it stands in the template."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a template and where: an unknown name, or a single brace (which `name` then is)."""

    name: str
    position: int


class BadTemplate(ValueError):
    """A template holds unknown placeholders or single braces; `problems` tells which and where."""

    def __init__(self, problems: list[Problem]) -> None:
        """Say what is wrong in one line."""
        self.problems = problems
        super().__init__("; ".join(f"'{problem.name}' at position {problem.position}" for problem in problems))


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled text, and the placeholders that had no value."""

    text: str
    empty: list[str]


def parse(template: str, *, known: Collection[str] = PLACEHOLDERS.keys()) -> list[Text | Placeholder]:
    """Return the pieces of a template; raise `BadTemplate` with every unknown placeholder and single brace."""
    pieces, problems = _read(template, known)
    if problems:
        raise BadTemplate(problems)
    return pieces


def problems_in(template: str, *, known: Collection[str] = PLACEHOLDERS.keys()) -> list[Problem]:
    """Return what is wrong in a template, in order."""
    return _read(template, known)[1]


def fill(
    template: str,
    values: Mapping[str, str | None],
    *,
    known: Collection[str] = PLACEHOLDERS.keys(),
    keeps_empty: bool = False,
) -> Filled:
    """Return a template with its placeholders replaced; raise `BadTemplate` as `parse` does.

    A placeholder without a value leaves nothing behind, or with `keeps_empty` stays as it is, and is named in `empty`.
    Values are never read as templates.
    """
    pieces = parse(template, known=known)
    names = [piece.name for piece in pieces if isinstance(piece, Placeholder)]
    text = "".join(
        piece.text
        if isinstance(piece, Text)
        else values.get(piece.name) or (f"{{{piece.name}}}" if keeps_empty else "")
        for piece in pieces
    )
    return Filled(text, [name for name in dict.fromkeys(names) if not values.get(name)])


def left_in(text: str, *, known: Collection[str] = ALL_PLACEHOLDERS.keys()) -> list[str]:
    """Return the known placeholders that still stand in a text that is about to be sent, each once, in order."""
    return [name for name in dict.fromkeys(_NAMED.findall(text)) if name in known]


def escape(text: str) -> str:
    """Return a text so that it stands for itself in a template."""
    return text.replace("{", "{{").replace("}", "}}")


def _read(template: str, known: Collection[str]) -> tuple[list[Text | Placeholder], list[Problem]]:
    pieces: list[Text | Placeholder] = []
    problems: list[Problem] = []
    position = 0
    for token in _TOKEN.finditer(template):
        pieces.append(Text(template[position : token.start()]))
        position = token.end()
        name = token[1].strip() if token[1] is not None else None
        if token[0] in {"{{", "}}"}:
            pieces.append(Text(token[0][0]))
        elif name in known and name is not None:
            pieces.append(Placeholder(name, token.start()))
        else:
            problems.append(Problem(token[0] if name is None else name, token.start()))
    pieces.append(Text(template[position:]))
    return [piece for piece in pieces if piece != Text("")], problems
