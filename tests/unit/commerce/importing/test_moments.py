"""Dates as files write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from balcao.commerce.rules.importing.faults import BadCell
from balcao.commerce.rules.importing.moments import date_order, moment

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


@pytest.mark.parametrize(
    "text, hour, minute",
    [
        ("2026-11-02", 3, 0),
        ("2026-11-02 14:30", 17, 30),
        ("2026-11-02T14:30:00-03:00", 17, 30),
        ("2026-11-02 14:30:00 -0300", 17, 30),
        ("2026-11-02T17:30:00Z", 17, 30),
        ("2026-11-02 17:30:00 UTC", 17, 30),
        ("02/11/2026", 3, 0),
        ("2/11/26 14:30", 17, 30),
        ("02/11/2026 às 14:30", 17, 30),
        ("02/11/2026 14h30", 17, 30),
        ("02.11.2026 14:30:05", 17, 30),
        ("02-11-2026 02:30 PM", 17, 30),
        ("2026/11/02", 3, 0),
    ],
)
def test_a_date_is_understood_and_is_of_the_shops_zone(text: str, hour: int, minute: int) -> None:
    found = moment(text, order="dmy", zone=SAO_PAULO)

    assert found.replace(second=0) == datetime(2026, 11, 2, hour, minute, tzinfo=UTC)


def test_the_files_order_counts_only_where_it_has_to() -> None:
    assert moment("03/04/2026", order="mdy", zone=ZoneInfo("UTC")).month == 3
    assert moment("03/04/2026", order="dmy", zone=ZoneInfo("UTC")).month == 4
    assert moment("31/04/2026".replace("04", "05"), order="mdy", zone=ZoneInfo("UTC")).month == 5
    assert moment("03.04.2026", order="mdy", zone=ZoneInfo("UTC")).month == 4


@pytest.mark.parametrize(
    "text, problem",
    [
        ("ontem", "no date"),
        ("31/02/2026", "no date"),
        ("2026-13-40", "no date"),
        ("22/11/1826", "year"),
        ("03/04/2026", "two ways"),
    ],
)
def test_what_is_no_date_is_told(text: str, problem: str) -> None:
    with pytest.raises(BadCell, match=problem):
        moment(text, order="", zone=SAO_PAULO)


@pytest.mark.parametrize(
    "texts, region, order",
    [
        (["03/04/2026", "31/03/2026"], "US", "dmy"),
        (["03/04/2026", "03/31/2026"], "BR", "mdy"),
        (["31/03/2026", "03/31/2026"], "BR", ""),
        (["03/04/2026"], "US", "mdy"),
        (["03/04/2026"], "TR", "dmy"),
        (["31.03.2026", "2026-03-31"], "US", "mdy"),
    ],
)
def test_a_file_tells_its_order_by_dates_that_can_be_read_in_one_way(texts: list[str], region: str, order: str) -> None:
    assert date_order(texts, region=region) == order
