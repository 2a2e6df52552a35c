"""What the shipped blueprints owe the reader: words that agree with their limits, and a page that agrees with them."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from balcao.deadlines.rules.calendars import parse_calendar
from balcao.deadlines.types import PauseReason
from balcao.processes.rules.defaults import DEFAULTS, default_blueprint
from balcao.processes.rules.fitting import fit_total
from balcao.processes.types import BUSINESS_DAY, LANGUAGES, Blueprint, Hours, Stage, Unit

DOCS = Path(__file__).resolve().parents[3] / "docs" / "processes-defaults.md"
OFFICE = parse_calendar({"tz": "UTC", "weekly": {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}})
STANDS = {"en": r"wait|stand", "pt-BR": r"pausad", "tr": r"dur(?:ur|acak|du)"}
ALL_STAGES = [(default_blueprint(key), stage) for key in DEFAULTS for stage in default_blueprint(key).stages]


def named(pair: object) -> str:
    return pair.key if isinstance(pair, (Blueprint, Stage)) else ""


@pytest.mark.parametrize("blueprint, stage", ALL_STAGES, ids=named)
def test_the_customer_is_told_when_the_promise_stands(blueprint: Blueprint, stage: Stage) -> None:
    if stage.stops_total and stage.customer_texts:
        assert [one for one in LANGUAGES if not re.search(STANDS[one], stage.customer_texts[one])] == []


@pytest.mark.parametrize("blueprint, stage", ALL_STAGES, ids=named)
def test_the_days_in_a_text_are_those_of_the_limit(blueprint: Blueprint, stage: Stage) -> None:
    days = {one: re.findall(r"(\d+) (?:days|dias|gün)", stage.customer_texts.get(one, "")) for one in LANGUAGES}
    assert days["en"] == days["pt-BR"] == days["tr"]
    if stage.stops_total and stage.unit is Unit.CALENDAR:
        assert {int(one) for one in days["en"]} <= {stage.limit_seconds // 86400}


@pytest.mark.parametrize("blueprint, stage", ALL_STAGES, ids=named)
def test_no_language_is_another(blueprint: Blueprint, stage: Stage) -> None:
    for texts in (stage.customer_texts, stage.names):
        assert len(set(texts.values())) == len(texts)


@pytest.mark.parametrize("key", DEFAULTS)
def test_who_waits_for_the_customer_reminds_or_gives_a_week(key: str) -> None:
    for stage in default_blueprint(key).stages:
        late = [one for one in stage.reminders if one.after_seconds >= stage.limit_seconds]
        assert late == []
        assert stage.pauses is not PauseReason.CUSTOMER or stage.limit_seconds <= 10 * 86400


def written(seconds: int, *, is_calendar: bool) -> str:
    day = 86400 if is_calendar else BUSINESS_DAY
    days, hours = divmod(seconds, day)
    parts = [f"{days} d"] + ([f"{hours // 3600} h"] if hours else []) + (["cal"] if is_calendar else [])
    return " ".join(parts)


def test_the_page_says_what_the_editor_says() -> None:
    rows = re.findall(
        r"^\| ([a-z][a-z ]+?) \| (\d+ d[^|]*?) \| (\d+ d[^|]*?) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE
    )
    weighed = []
    for key in DEFAULTS:
        blueprint = default_blueprint(key)
        worst = fit_total(blueprint, hours=Hours(OFFICE), since=datetime(2026, 11, 20, tzinfo=UTC)).worst_seconds or 0
        is_calendar = blueprint.total_unit is Unit.CALENDAR
        weighed.append(
            (written(blueprint.total_seconds, is_calendar=is_calendar), written(worst, is_calendar=is_calendar))
        )
    assert [(promise, worst) for _, promise, worst in rows] == weighed
