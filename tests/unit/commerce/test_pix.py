"""The copy-and-paste code of a Pix payment."""

from balcao.commerce.rules import pix
from balcao.commerce.rules.pix import code_of

# The example of a static code in the central bank's manual (Manual de Padrões para Iniciação do Pix, 1.6.3).
EXAMPLE = (
    "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-42665544000052040000530398654041.005802BR"
    "5913FULANO DE TAL6008BRASILIA62070503***6304"
)


def test_a_code_is_built_as_the_manual_says() -> None:
    code = code_of(
        key="123e4567-e12b-12d1-a456-426655440000", name="Fulano de Tal", city="Brasília", amount=100, reference="***"
    )

    assert code.startswith(EXAMPLE)
    assert len(code) == len(EXAMPLE) + 4


def test_the_checksum_is_the_one_of_the_manual() -> None:
    example = (
        "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR5913Fulano de Tal"
        "6008BRASILIA62070503***6304"
    )
    assert pix._checksum(example) == 0x1D3D


def test_the_amount_and_the_reference_are_in_it_and_names_are_cut() -> None:
    code = code_of(key="k", name="Cerâmica " * 9, city="São José do Rio Preto", amount=123_456, reference="CM-20431")

    assert "54071234.56" in code
    assert "0507CM20431" in code
    assert "5925CERAMICA CERAMICA CERAMIC" in code
    assert "6015SAO JOSE DO RIO" in code
