"""Dates, times and sizes as people of each language write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from balcao.web.components import formats

RECIFE = ZoneInfo("America/Recife")
NOW = datetime(2026, 3, 18, 13, 47, tzinfo=UTC)  # a Wednesday, 10:47 in Recife


def when(moment: datetime, language: str = "pt-br") -> str:
    return formats.when(moment, now=NOW, zone=RECIFE, language=language, yesterday="ontem")


@pytest.mark.parametrize(
    "moment,expected",
    [
        (NOW - timedelta(hours=1), "09:47"),
        (NOW - timedelta(hours=11), "ontem"),  # 23:47 of the day before in Recife, the same day in UTC
        (NOW - timedelta(days=2), "seg."),
        (NOW - timedelta(days=20), "26 de fev."),
        (NOW - timedelta(days=400), "11/02/2025"),
    ],
)
def test_the_shortest_words_for_a_moment(moment: datetime, expected: str) -> None:
    assert when(moment) in {expected, expected.replace(" de ", " ")}


@pytest.mark.parametrize(
    "language,expected",
    [("en", "Monday, 16 March"), ("pt-br", "segunda-feira, 16 de março"), ("tr", "16 Mart Pazartesi")],
)
def test_a_day_of_the_timeline(language: str, expected: str) -> None:
    moment = datetime(2026, 3, 16, 12, tzinfo=UTC)

    assert formats.day(moment, now=NOW, zone=RECIFE, language=language, today="", yesterday="") == expected


def test_today_and_yesterday_are_the_readers_own() -> None:
    late = datetime(2026, 3, 18, 2, 30, tzinfo=UTC)  # 23:30 of the 17th in Recife

    assert formats.day(late, now=NOW, zone=RECIFE, language="en", today="T", yesterday="Y") == "Y"


@pytest.mark.parametrize("language,expected", [("en", "1.2 MB"), ("pt-br", "1,2 MB"), ("tr", "1,2 MB")])
def test_sizes(language: str, expected: str) -> None:
    assert formats.size(1_234_567, language=language) == expected
    assert formats.size(10, language=language) == "1 kB"


def test_an_unknown_language_is_shown_in_english() -> None:
    assert formats.number(1234.5, language="xx-yy") == "1,234.5"
    assert formats.language_name("xx", language="en") == "xx"


def test_how_long_ago() -> None:
    assert formats.ago(NOW - timedelta(minutes=3), now=NOW, language="tr") == "3 dakika önce"
    assert formats.span(timedelta(minutes=48), language="en") == "48 min"
