"""The kinds of values that requests hold: bounded, so that no engine chokes on them."""

import re
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, StringConstraints

_LARGEST_ID = 2**63 - 1
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]", re.ASCII)

_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # what would break a line, a header or a column


def one_line(text: str) -> str:
    """Return a text as it is; refuse one with line breaks or control characters."""
    if _BREAKS.search(text):
        raise ValueError("A single line holds no line breaks and no control characters.")
    return text


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("A text holds no NUL character.")
    return text


Id = Annotated[int, Field(ge=1, le=_LARGEST_ID)]  # in a path or query
StrictId = Annotated[int, Field(strict=True, ge=1, le=_LARGEST_ID)]  # in a body
Number = Annotated[int, Field(ge=1, le=_LARGEST_ID, description="The ticket's number, as people see it.")]
StrictNumber = Annotated[int, Field(strict=True, ge=1, le=_LARGEST_ID, description="A ticket's number.")]
Word = Annotated[str, StringConstraints(max_length=60), AfterValidator(one_line)]
Line = Annotated[str, StringConstraints(max_length=300), AfterValidator(one_line)]
Text = Annotated[str, StringConstraints(max_length=100_000), AfterValidator(_without_nul)]
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
