"""Tables in files, whatever wrote them."""

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from balcao.kit.spool import Spool
from balcao.kit.tables import BadTable, Figure, Row, rows_in, write_table


def cells(path: Path) -> list[dict[str, str]]:
    return [dict(row.cells) for row in rows_in(path)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_a_csv_is_read_whatever_its_encoding_and_delimiter(tmp_path: Path, encoding: str, mark: str) -> None:
    path = tmp_path / "pedidos.csv"
    path.write_text(f'Pedido{mark}Preço\r\n1{mark}"12{mark}90"\r\n\r\n2{mark}3\r\n', encoding=encoding, newline="")

    assert list(rows_in(path)) == [
        Row(2, {"Pedido": "1", "Preço": f"12{mark}90"}),
        Row(4, {"Pedido": "2", "Preço": "3"}),
    ]


def test_a_turkish_file_of_old_is_read_as_told(tmp_path: Path) -> None:
    path = tmp_path / "siparis.csv"
    path.write_text("Sipariş;İl\n1;Iğdır\n", encoding="cp1254")

    assert [dict(row.cells) for row in rows_in(path, legacy="cp1254")] == [{"Sipariş": "1", "İl": "Iğdır"}]


def test_headings_that_repeat_or_have_no_name_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Nome,Nome,,SKU\nAna,Caneca,x,A\nBruno\nElif,Kupa,,B,rest\n")

    assert cells(path) == [
        {"Nome": "Ana", "Nome (2)": "Caneca", "(3)": "x", "SKU": "A"},
        {"Nome": "Bruno", "Nome (2)": "", "(3)": "", "SKU": ""},
        {"Nome": "Elif", "Nome (2)": "Kupa", "(3)": "", "SKU": "B", "": "rest"},
    ]


def test_a_workbook_gives_numbers_and_dates_as_what_they_are(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Pedido", "Preço", "Data", "Hora", "Pago"])
    sheet.append([1001.0, 12.9, date(2026, 11, 2), datetime(2026, 11, 2, 14, 30), True])  # noqa: DTZ001 - spreadsheets know no zones
    sheet.append(["=1+1", 1e15, None, None, None])
    book.save(tmp_path / "a.xlsx")

    first, _ = rows_in(tmp_path / "a.xlsx")

    assert dict(first.cells) == {
        "Pedido": "1001", "Preço": "12.9", "Data": "2026-11-02T00:00:00", "Hora": "2026-11-02T14:30:00", "Pago": "true"
    }  # fmt: skip
    assert isinstance(first.cells["Preço"], Figure)


ORDER = '{"id": 1, "customer": {"email": "a@b.example"}, "items": [{"sku": "A", "price": 12.90}, {"sku": "B"}]}'


@pytest.mark.parametrize("text", [f"[{ORDER}]", f'{{"orders": [{ORDER}], "total": 1}}', f"{ORDER}\n"])
def test_json_is_laid_flat_a_row_a_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)

    first, second = cells(path)

    assert first == {"id": "1", "customer.email": "a@b.example", "items.sku": "A", "items.price": "12.90"}
    assert second == {"id": "1", "customer.email": "a@b.example", "items.sku": "B"}
    assert isinstance(first["items.price"], Figure)


def test_a_long_json_is_read_piece_by_piece(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("[" + ",\n".join(f'{{"id": {n}, "tags": ["a", "b"], "paid": false}}' for n in range(20_000)) + "]")

    found = cells(path)

    assert len(found) == 20_000
    assert found[-1] == {"id": "19999", "tags": "a, b", "paid": "false"}


@pytest.mark.parametrize(
    "name, content",
    [
        ("a.pdf", b""),
        ("a.xlsx", b"no workbook"),
        ("a.json", b'[{"id": 1}, {"id": '),
        ("a.json", b"[1, 2]"),
        ("a.csv", b'a,b\n"' + b"x" * 10 + b"\0" + b'",1\n'),
    ],
)
def test_what_is_no_table_is_told(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    if name == "a.csv":  # a zero byte is no reason to refuse: newer Pythons read it
        assert len(list(rows_in(path))) == 1
        return
    with pytest.raises(BadTable):
        list(rows_in(path))


RISKY = ["=1+1", "+A1", "-A1", "@SUM(A1)", "\tx", "'=x", "''=x", "'x", "+55 41 99876-5432", "-12"]


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.json"])
def test_what_is_written_comes_back_and_a_spreadsheet_runs_none_of_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    rows = [{"text": text, "price": Figure("12.90")} for text in RISKY]
    write_table(path, ["text", "price"], rows)

    assert [(row["text"], float(row["price"])) for row in cells(path)] == [(text, 12.9) for text in RISKY]
    if name == "a.csv":
        assert "\n=" not in path.read_text()
        assert "\n@" not in path.read_text()
    if name == "a.xlsx":
        sheet = openpyxl.load_workbook(path).active
        assert [cell.data_type for cell in sheet["A"]] == ["s"] * (len(RISKY) + 1)


def test_rows_are_gathered_wherever_they_stand() -> None:
    with Spool() as spool:
        for number, key in enumerate(["b", "a", "", "b", ""], start=2):
            spool.add(key, Row(number, {"key": key, "price": Figure(number)}))
        assert spool.close_in() == 4
        groups = list(spool.groups())

    assert [[row.number for row in group] for group in groups] == [[2, 5], [3], [4], [6]]
    assert isinstance(groups[0][0].cells["price"], Figure)
    assert not isinstance(groups[0][0].cells["key"], Figure)
