"""What a department's answer by mail is understood to say."""

import pytest

from balcao.processes.rules.mailing import read_reply
from balcao.processes.types import Choice, Field, FieldType

GRADE = Field(
    "grade",
    {"en": "Grade", "pt-BR": "Classificação", "tr": "Derece"},
    FieldType.CHOICE,
    choices=(Choice("a", {"en": "Sealed", "pt-BR": "Lacrado"}), Choice("b", {"en": "Opened", "tr": "Açılmış"})),
)
WHOLE = Field("whole", {"en": "Complete", "tr": "Tam mı"}, FieldType.YES_NO)
AMOUNT = Field("amount", {"en": "Amount", "pt-BR": "Valor"}, FieldType.MONEY)
WAYS = ["inspect", "doubt"]


def test_a_number_on_the_first_line_takes_that_way() -> None:
    reply = read_reply("1\nTudo certo.", ways=WAYS, fields=[GRADE])
    assert (reply.way, reply.remark) == ("inspect", "Tudo certo.")


def test_a_number_below_other_words_is_a_remark() -> None:
    reply = read_reply("Chegou hoje.\n1", ways=WAYS, fields=[])
    assert (reply.way, reply.remark) == ("", "Chegou hoje.\n1")


def test_a_number_that_is_no_way_is_a_remark() -> None:
    assert read_reply("7", ways=WAYS, fields=[]).way == ""


@pytest.mark.parametrize(
    "line,expected",
    [
        ("Grade: a", {"grade": "a"}),
        ("classificacao: LACRADO", {"grade": "a"}),
        ("Derece (Lacrado, Açılmış): açılmış", {"grade": "b"}),
        ("- Complete: yes", {"whole": True}),
        ("TAM MI: hayır", {"whole": False}),
        ("Valor: R$ 1.234,56", {"amount": 123_456}),
        ("Amount: 1,234.5", {"amount": 123_450}),
        ("Amount: 80", {"amount": 8_000}),
    ],
)
def test_lines_with_names_fill_facts_in(line: str, expected: dict[str, object]) -> None:
    reply = read_reply(f"1\n{line}", ways=WAYS, fields=[GRADE, WHOLE, AMOUNT])
    assert (reply.fields, reply.remark) == (expected, "")


def test_a_value_that_cannot_be_read_is_told() -> None:
    reply = read_reply("Grade: lovely", ways=WAYS, fields=[GRADE])
    assert (reply.fields, reply.unclear) == ({}, ("grade",))


def test_a_name_that_nobody_asked_for_stays_a_remark() -> None:
    assert read_reply("Endereço: Rua A", ways=WAYS, fields=[GRADE]).remark == "Endereço: Rua A"
