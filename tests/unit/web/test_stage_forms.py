"""Fields of processes as they are typed and shown."""

from typing import Any

import pytest
from django.http import QueryDict
from django.utils.translation import override

from balcao.processes.types import Choice, Field, FieldType
from balcao.web.desk.processes.forms import read_fields, shown_value
from balcao.web.desk.processes.words import text

GRADES = (Choice("a", {"en": "A"}), Choice("b", {"en": "B"}))


def field(kind: FieldType) -> Field:
    return Field("one", {"en": "One"}, kind, choices=GRADES if kind is FieldType.CHOICE else ())


@pytest.mark.parametrize(
    "kind, typed, value",
    [
        (FieldType.TEXT, " RMA-1 ", "RMA-1"),
        (FieldType.CHOICE, "a", "a"),
        (FieldType.NUMBER, "3", 3),
        (FieldType.NUMBER, "2,5", 2.5),
        (FieldType.MONEY, "1.299,90", 129_990),
        (FieldType.DATE, "2026-11-27", "2026-11-27"),
        (FieldType.YES_NO, "yes", True),
        (FieldType.YES_NO, "no", False),
        (FieldType.AGENT, "17", 17),
        (FieldType.TEXT, "", None),
    ],
)
def test_what_is_typed_is_read_by_its_type(kind: FieldType, typed: str, value: Any) -> None:
    values, wrong = read_fields([field(kind)], QueryDict(f"f-one={typed}"), "BRL")
    assert (values, wrong) == ({"one": value}, set())


@pytest.mark.parametrize(
    "kind, typed",
    [
        (FieldType.NUMBER, "many"),
        (FieldType.NUMBER, "nan"),
        (FieldType.NUMBER, "1e99"),
        (FieldType.MONEY, "much"),
        (FieldType.YES_NO, "perhaps"),
        (FieldType.AGENT, "Bia"),
    ],
)
def test_what_cannot_be_read_is_said(kind: FieldType, typed: str) -> None:
    assert read_fields([field(kind)], QueryDict(f"f-one={typed}"), "BRL") == ({}, {"one"})


def test_what_a_form_does_not_name_stays_as_it_is() -> None:
    assert read_fields([field(FieldType.TEXT)], QueryDict("other=1"), "BRL") == ({}, set())


@pytest.mark.parametrize(
    "kind, known, shown",
    [
        (FieldType.MONEY, 129_990, "1299.90"),
        (FieldType.YES_NO, False, "no"),
        (FieldType.NUMBER, 0, "0"),
        (FieldType.TEXT, None, ""),
        (FieldType.PHOTO, [1, 2], ""),
    ],
)
def test_a_known_value_stands_in_its_field(kind: FieldType, known: Any, shown: str) -> None:
    assert shown_value(field(kind), known, "BRL") == shown


def test_words_come_in_the_readers_language_or_in_english() -> None:
    names = {"en": "Inspection", "pt-BR": "Conferência"}
    with override("pt-br"):
        assert text(names) == "Conferência"
    with override("tr"):
        assert text(names) == "Inspection"
