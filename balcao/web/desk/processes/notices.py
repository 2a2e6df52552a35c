"""Why the bell rings about a stage."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.web.desk.processes.words import stage_or_key, way_or_key


def notice_words(facts: Mapping[str, Any]) -> str:
    """Return a notice about a stage as a line."""
    values = {"number": facts.get("number", ""), "who": facts.get("who", ""), "stage": "", "way": ""}
    if "version" in facts:
        blueprint = blueprint_by_id(facts["version"])
        values["stage"] = stage_or_key(blueprint, facts.get("stage", ""))
        values["way"] = way_or_key(blueprint, facts.get("way", ""))
    return {
        "arrived": _("%(number)s has come to your department: %(stage)s"),
        "given": _("%(stage)s of %(number)s is yours now"),
        "task": _("Your department has a task in %(number)s"),
        "asked": _("%(who)s asks you to agree: %(way)s, %(number)s"),
        "declined": _("%(who)s did not agree: %(way)s, %(number)s"),
    }.get(facts.get("why", ""), _("A stage of %(number)s needs you")) % values
