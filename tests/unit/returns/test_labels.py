"""The label on paper: read back as a warehouse reads it."""

from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp

from balcao.returns.rules.labels import Label, LabelLine, LabelWords, pdf
from balcao.returns.rules.numbers import read, written

NUMBER = written(1_000_012)
WORDS = LabelWords(
    language="tr",
    title="İade etiketi",
    sender="Gönderen",
    receiver="Alıcı",
    order="Sipariş 1001",
    use_by="Lütfen en geç 27 Mart'ta gönderin.",
    cut="Buradan kesin",
    inside="Kutuya koyun",
    steps=("Ürünleri sağlam bir kutuya koyun.", "Bu yarıyı kutunun içine koyun."),
    more="Diğer ürünler sonraki sayfada.",
)
LABEL = Label(
    number=NUMBER,
    words=WORDS,
    sender=("Elif Öztürk", "Çırağan Cd. 12", "34349 İstanbul", "TR"),
    receiver=("Casa Juá", "Rua do Bom Jesus, 88 – São José", "50030-170 Recife PE", "BR"),
    lines=(LabelLine(2, "Seramik kupa, çağla yeşili", "KUP-01", "Fikrim değişti"),),
)


def text(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    return [document[n].get_textpage().get_text_range() for n in range(len(document))]


def codes(content: bytes) -> dict[str, str]:
    picture = pypdfium2.PdfDocument(content)[0].render(scale=2, grayscale=True).to_pil()
    return {str(code.format): code.text for code in zxingcpp.read_barcodes(picture)}


def test_a_scanner_reads_bar_code_and_qr_code() -> None:
    found = codes(pdf(LABEL))

    assert found == {"QR Code": NUMBER, "Code 128": NUMBER}
    assert read(found["Code 128"]) == 1_000_012


def test_people_read_who_sends_what_where_and_how() -> None:
    (page,) = text(pdf(LABEL))

    for words in (*WORDS.steps, *LABEL.sender, *LABEL.receiver, WORDS.title, WORDS.order, WORDS.use_by, "2 ×"):
        assert words in page
    assert "Seramik kupa, çağla yeşili · KUP-01 · Fikrim değişti" in page


def test_the_same_label_has_the_same_bytes() -> None:
    assert pdf(LABEL) == pdf(LABEL)
    assert pdf(LABEL) != pdf(replace(LABEL, number=written(1_000_013)))


def test_more_lines_go_on_further_pages() -> None:
    lines = tuple(LabelLine(1, f"Kupa {n}", f"K-{n:03}") for n in range(90))

    pages = text(pdf(replace(LABEL, lines=lines)))

    assert len(pages) == 3
    assert WORDS.more in pages[0]
    assert all(f"K-{n:03}" in "".join(pages) for n in range(90))


@pytest.mark.parametrize("name", ["Данил Иванов", "x" * 400, "a\nb\tc", "山田 太郎 🎁"])
def test_no_name_is_too_strange_to_print(name: str) -> None:
    content = pdf(replace(LABEL, sender=(name,), lines=(LabelLine(1, name),)))

    assert set(codes(content).values()) == {NUMBER}
