"""The kinds of values that requests hold: bounded, so that no engine chokes on them."""

import re
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, StringConstraints

_LARGEST_ID = 2**63 - 1
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]", re.ASCII)

no_controls = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"
_no_nul = r"^[^\u0000]*$"

Id = Annotated[int, Field(ge=1, le=_LARGEST_ID)]  # in a path or query
StrictId = Annotated[int, Field(strict=True, ge=1, le=_LARGEST_ID)]  # in a body
Number = Annotated[int, Field(ge=1, le=_LARGEST_ID, description="The ticket's number, as people see it.")]
StrictNumber = Annotated[int, Field(strict=True, ge=1, le=_LARGEST_ID, description="A ticket's number.")]
Word = Annotated[str, StringConstraints(max_length=60, pattern=no_controls)]
Line = Annotated[str, StringConstraints(max_length=300, pattern=no_controls)]
Text = Annotated[str, StringConstraints(max_length=100_000, pattern=_no_nul)]
Language = Annotated[str, StringConstraints(max_length=10, pattern=r"^([A-Za-z]{2,3}(-[A-Za-z]{2,4})?)?$")]


def _written(value: Any) -> Any:
    if not isinstance(value, str) or not _DAY.match(value):
        raise ValueError("A moment is written as text: 2026-11-22T09:30:00Z.")
    return value


def _within_reach(moment: Any) -> Any:
    if not 1970 <= moment.year < 3000:  # noqa: PLR2004 - what both engines and every time zone hold
        raise ValueError("A moment lies between 1970 and 2999.")
    return moment


Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_within_reach)]


class Input(Schema):
    """A body: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid")
