"""Reading and writing the steps of a macro."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from balcao.automation.types import BadStep, Deed, Step
from balcao.kit.searchtext import fold

_NAMES = frozenset(f.name for f in fields(Step))


def steps_from(stored: Sequence[Mapping[str, Any]]) -> list[Step]:
    """Read stored steps; raises `BadStep` with the number of the step that cannot be read."""
    steps = []
    for number, facts in enumerate(stored, 1):
        unknown = set(facts) - _NAMES
        if unknown or facts.get("do") not in set(Deed):
            raise BadStep(f"Step {number}: {', '.join(sorted(unknown)) or facts.get('do')} is not known.")
        values: dict[str, Any] = {n: tuple(v) if n in ("add", "remove") else v for n, v in facts.items() if n != "do"}
        steps.append(Step(do=Deed(facts["do"]), **values))
    return steps


def steps_to(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return steps as they are stored: without what is empty."""
    return [
        {name: value for name, value in asdict(step).items() if value not in ("", (), None, False)} for step in steps
    ]


def free_key(name: str, taken: Collection[str]) -> str:
    """Make a key of a macro's name that no other has: "Peça a foto" becomes peca-a-foto."""
    base = "-".join(re.findall(r"[a-z0-9]+", fold(name)))[:50].strip("-") or "macro"
    return next(key for key in (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3))) if key not in taken)


def text_for(texts: Mapping[str, str], *, languages: Sequence[str]) -> tuple[str, str]:
    """Return the first of these languages that has a text, with its text; else any that has one."""
    chosen = next((language for language in languages if texts.get(language)), "")
    chosen = chosen or next((language for language, text in texts.items() if text), "")
    return chosen, texts.get(chosen, "")
