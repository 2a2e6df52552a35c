"""What people type into the search field."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.tickets.rules.searching import Search, parse_search
from balcao.tickets.types import COMPLAINT_BODIES, Kind, Source


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", Search()),
        ("prato quebrado", Search(words=("prato", "quebrado"))),
        ("48213", Search(number=48213, words=("48213",))),
        ("#48213", Search(number=48213, words=("48213",))),
        ("pedido 48213", Search(words=("pedido", "48213"))),
        ('"money back" now', Search(words=("now",), phrases=("money back",))),
        ('"left open', Search(phrases=("left open",))),
        ("from:ana@example.com", Search(senders=("ana@example.com",))),
        ("de:ana kimden:elif", Search(senders=("ana", "elif"))),
        ('tag:"para hoje"', Search(tags=("para hoje",))),
        ("etiqueta:avaria etiket:iade", Search(tags=("avaria", "iade"))),
        ("is:open", Search(states=("open",))),
        ("is:Aberto", Search(states=("open",))),
        ("durum:kapalı", Search(states=("closed",))),
        ("is:rubbish", Search(problems=("is:rubbish",))),
        ("after:2026-03-01 before:2026-04-01", Search(after=date(2026, 3, 1), before=date(2026, 4, 1))),
        ("after:soon", Search(problems=("after:soon",))),
        ("team:Türkiye", Search(team="Türkiye")),
        ("assignee:me", Search(assignee="me")),
        ("kind:quick tipo:AÇÃO tür:iletilen", Search(kinds=(Kind.QUICK, Kind.ACTION, Kind.FORWARDED))),
        ("in:form kanal:telefon", Search(channels=("form",), sources=((Source.PHONE,),))),
        (
            'canal:"Reclame Aqui" in:consumidor.gov.br',
            Search(sources=((Source.RECLAME_AQUI,), (Source.CONSUMIDOR_GOV,))),
        ),
        ('kanal:"tüketici hakem heyeti"', Search(sources=((Source.HAKEM_HEYETI,),))),
        ("canal:órgão", Search(sources=(tuple(sorted(COMPLAINT_BODIES)),))),
        ("kind:slow", Search(problems=("kind:slow",))),
        ('topic:parcel konu:"kargo takibi"', Search(topic="parcel")),
        ("due:<2h", Search(due_within=timedelta(hours=2))),
        ("prazo:30min due:<3d", Search(due_within=timedelta(minutes=30))),
        ("süre:2sa", Search(due_within=timedelta(hours=2))),
        ("due:today", Search(due_today=True)),
        ("prazo:Hoje", Search(due_today=True)),
        ("süre:bugün", Search(due_today=True)),
        ("due:soon", Search(problems=("due:soon",))),
        ("due:2y", Search(problems=("due:2y",))),
        ("is:breached is:em-risco durum:duraklatıldı", Search(states=("breached", "at-risk", "paused"))),
        ("http://example.com", Search(words=("http //example.com",))),
    ],
)
def test_parse_search(text: str, expected: Search) -> None:
    assert parse_search(text) == expected


@given(st.text(max_size=400))
def test_nothing_that_is_typed_fails(text: str) -> None:
    parse_search(text)


@given(st.lists(st.from_regex(r"[a-zçğıöşü]{1,8}", fullmatch=True), min_size=1, max_size=6))
def test_plain_words_are_all_asked_for(words: list[str]) -> None:
    assert parse_search(" ".join(words)).words == tuple(words)
