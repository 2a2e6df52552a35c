"""The corpus of the performance table: 1,000 raw mails and any number of tickets, the same ones on every run.

The figures of other help desks quoted in `targets.py` were measured on exactly these mails and tickets.
"""

import base64
import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.header import Header
from itertools import accumulate
from pathlib import Path
from typing import Any

SEED = 20261121
RARE, COMMON = "zyxquartzo", "rastreio"  # words in about 5 of 100,000 tickets and in 43 % of them
NEWEST = datetime(2026, 11, 1, tzinfo=UTC)
EMAIL, PASSWORD = "agent0@shop.example", "bench-password"  # of the agent who looks
FIRST_NUMBER = 1000  # the first ticket has the next one
LONG_TICKET = 20  # messages of the last ticket
OUTBOX = Path(tempfile.gettempdir()) / "balcao-bench-outbox"  # where answers go

_SHOP_WORDS = [
    "pedido",
    "entrega",
    "prazo",
    "atraso",
    "troca",
    "devolucao",
    "reembolso",
    "pagamento",
    "boleto",
    "cartao",
    "frete",
    "rastreio",
    "endereco",
    "cliente",
    "produto",
    "tamanho",
    "cor",
    "defeito",
    "nota",
    "fiscal",
    "loja",
    "compra",
    "cancelar",
    "estorno",
    "vale",
    "cupom",
    "siparis",
    "kargo",
    "iade",
    "odeme",
    "adres",
    "musteri",
    "urun",
    "beden",
    "renk",
    "fatura",
    "magaza",
    "indirim",
]
_SYLLABLES = "ba ce di fo gu la me ni po ru sa te vi xo za bra cle dri flo gru".split()  # noqa: SIM905 - reads better


def _vocabulary() -> list[str]:
    chance = random.Random(SEED)
    made = {"".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(2, 4))) for _ in range(4000)}
    return _SHOP_WORDS + sorted(made)


_VOCABULARY = _vocabulary()
_WEIGHTS = list(accumulate(1.0 / (place + 5) for place in range(len(_VOCABULARY))))


def words(chance: random.Random, count: int) -> list[str]:
    """Return words, the frequent ones as frequent as in real language."""
    return chance.choices(_VOCABULARY, cum_weights=_WEIGHTS, k=count)


def text(chance: random.Random, count: int) -> str:
    """Return a text of so many words, twelve a line."""
    chosen = words(chance, count)
    return "\n".join(" ".join(chosen[start : start + 12]) for start in range(0, len(chosen), 12))


def tickets(count: int = 100_000) -> Iterator[dict[str, Any]]:
    """Yield tickets, oldest first: two messages each, 30 % of them open."""
    chance = random.Random(SEED + 1)
    for number in range(1, count + 1):
        body = text(chance, 60)
        if number % 20_000 == 7:
            body += " " + RARE
        status = chance.choices((0, 1, 2, 3), (10, 20, 20, 50))[0]
        yield {
            "id": number,
            "subject": " ".join(words(chance, 6)),
            "body": body,
            "reply": text(chance, 40),
            "email": f"cust{chance.randint(1, 30000)}@example.com",
            "status": status,
            "queue": chance.randint(0, 3),
            "priority": chance.randint(1, 5),
            "created": NEWEST - timedelta(seconds=120 * (count - number)),
            "agent": chance.randint(0, 4),
        }


def mails(count: int = 1000) -> Iterator[bytes]:
    """Yield raw mails: 20 % are answers to an earlier one, 10 % carry 30 kB, 30 % have an HTML part as well."""
    chance = random.Random(SEED + 2)
    first_mails: list[int] = []
    for number in range(count):
        answered = chance.choice(first_mails) if first_mails and number % 5 == 4 else None
        subject = " ".join(words(chance, 6))
        yield _mail(number, answered, subject, text(chance, 80))
        if answered is None:
            first_mails.append(number)


def _mail(number: int, answered: int | None, subject: str, said: str) -> bytes:
    if answered is not None:
        subject = "Re: " + subject
    if number % 7 == 0:
        subject += " çã"
    writer = number if answered is None else answered
    at = f"{10 + number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}"
    head = [
        ("Return-Path", f"<cust{number}@example.com>"),
        (
            "Received",
            (
                f"from mx.example.com (mx.example.com [192.0.2.{number % 250}]) by mail.shop.example "
                f"with ESMTPS id A{number}; Sat, 21 Nov 2026 10:00:00 +0000"
            ),
        ),
        ("From", f"Cliente {number} <cust{writer}@example.com>"),
        ("To", "Atendimento <support@shop.example>"),
        ("Subject", subject if subject.isascii() else Header(subject, "utf-8").encode()),
        ("Date", f"Sat, 21 Nov 2026 {at} -0300"),
        ("Message-ID", f"<m{number}.{SEED}@mail.example.com>"),
        ("MIME-Version", "1.0"),
    ]
    if answered is not None:
        thread = f"<m{answered}.{SEED}@mail.example.com>"
        head += [("In-Reply-To", thread), ("References", thread)]
    body = said + f"\n\nObrigado, não demorem.\nCliente {number}\n"
    lines = "".join(f"{name}: {value}\n" for name, value in head)
    return (lines + _content(number, body)).encode("utf-8")


def _content(number: int, body: str) -> str:
    plain = (
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(body.encode()).decode()
    )
    kind = number % 10
    if kind == 1:
        edge = f"=_mix{number}"
        photo = base64.encodebytes(random.Random(number).randbytes(30_000)).decode()
        name = f"foto{number}.jpg"
        return (
            f'Content-Type: multipart/mixed; boundary="{edge}"\n\n--{edge}\n{plain}\n--{edge}\n'
            f'Content-Type: image/jpeg; name="{name}"\nContent-Disposition: attachment; filename="{name}"\n'
            f"Content-Transfer-Encoding: base64\n\n{photo}\n--{edge}--\n"
        )
    if kind in (2, 5, 8):
        edge = f"=_alt{number}"
        html = (
            "Content-Type: text/html; charset=us-ascii\nContent-Transfer-Encoding: 7bit\n\n<html><body><p>"
            + body.encode("ascii", "xmlcharrefreplace").decode().replace("\n", "<br>\n")
            + "</p></body></html>\n"
        )
        head = f'Content-Type: multipart/alternative; boundary="{edge}"\n\n'
        return f"{head}--{edge}\n{plain}\n--{edge}\n{html}\n--{edge}--\n"
    return plain
