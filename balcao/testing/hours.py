"""Calendars for tests."""

from collections.abc import Mapping
from typing import Any


def office_hours(
    *, zone: str = "America/Sao_Paulo", overrides: Mapping[str, list[str]] | None = None
) -> dict[str, Any]:
    """Return office hours as they are written down: 9 to 18 from Monday to Friday."""
    days = {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    return {"tz": zone, "weekly": {**days, "sat": [], "sun": []}, "overrides": dict(overrides or {})}


def round_the_clock(*, zone: str = "UTC") -> dict[str, Any]:
    """Return a calendar that never closes."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return {"tz": zone, "weekly": {day: ["00:00-24:00"] for day in days}, "overrides": {}}
