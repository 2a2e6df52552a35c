"""What the composer asks before sending, the addresses it reads, the mentions it cuts out."""

import pytest

from balcao.ports.channel import IdentityKind, Party
from balcao.web.desk.guards import Doubt, doubts
from balcao.web.desk.recipients import BadAddress, typed, written
from balcao.web.desk.timeline import mention_parts


@pytest.mark.parametrize(
    "text", ["See the attached label.", "Segue em anexo.", "Seguem os anexos", "Etiket ekte.", "Ekli dosyaya bakınız"]
)
def test_a_text_that_names_a_file_wants_one(text: str) -> None:
    assert doubts(text, has_files=False) == [Doubt.NO_FILE]
    assert doubts(text, has_files=True) == []


@pytest.mark.parametrize("text", ["We sent it.", "Anexar? Não.", "> see attached\nThanks!", "ekmek"])
def test_other_texts_want_none(text: str) -> None:
    assert doubts(text, has_files=False) == []


@pytest.mark.parametrize("text", ["Hello {customer.first_name}", "Hello {{name}}", "Hello [[name]]"])
def test_an_empty_placeholder_is_asked_about(text: str) -> None:
    assert doubts(text, has_files=False) == [Doubt.EMPTY_PLACEHOLDER]


def test_typed_addresses() -> None:
    found = typed('Ana Souza <Ana@Example.com>; "Lima, João" <joao@example.com>, bia@example.com')

    assert [party.value for party in found] == ["ana@example.com", "joao@example.com", "bia@example.com"]
    assert found[1].name == "Lima, João"


@pytest.mark.parametrize("text", ["ana at example", "ana@", "Ana <ana@>, bia@example.com"])
def test_what_is_no_address_is_named(text: str) -> None:
    with pytest.raises(BadAddress):
        typed(text)


def test_nothing_typed_is_nobody() -> None:
    assert typed(" , ") == ()


def test_addresses_are_read_as_they_were_written() -> None:
    parties = (Party(IdentityKind.EMAIL, "ana@example.com", "Ana"), Party(IdentityKind.EMAIL, "bia@example.com", ""))

    assert typed(written(parties)) == parties


def test_mentions_are_cut_out() -> None:
    parts = mention_parts("Ask @Ana Souza or @Ana now", ["Ana Souza"])

    assert parts == [("Ask ", False), ("@Ana Souza", True), (" or ", False), ("@Ana", True), (" now", False)]
