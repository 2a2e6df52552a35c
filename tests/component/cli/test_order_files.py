"""`balcao orders import` and `export`, run as an operator does."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from balcao.testing.servers import Operator

FILE = """\
Pedido;Data;E-mail;SKU;Produto;Qtd;Preço;Frete;Observação interna
3001;02/11/2026;ana@example.com;CAN-AZ;Caneca;2;R$ 49,90;14,90;x
3001;;;CAN-VM;Caneca;1;59,90;;
3002;03/11/2026;bruno@example.com;MOR;Moringa;uma;189,00;0;
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, set_up: Path) -> Path:
    """Give the data folder of an installation that has a shop, with its orders and mails."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(set_up, folder)
    assert Operator(folder).run("demo").returncode == 0
    return folder


@pytest.fixture
def desk(demo: Path, tmp_path: Path) -> Operator:
    """Give the operator of a copy of it."""
    for name in ("balcao.sqlite3", "secret-key"):
        shutil.copy(demo / name, tmp_path)
    return Operator(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pedidos.csv"
    path.write_text(FILE, encoding="cp1252")
    return path


def results(desk: Operator, *words: str, ends: int = 0) -> list[dict[str, Any]]:
    done = desk.run("orders", *words, "--json")
    assert done.returncode == ends, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_file_is_checked_then_brought_in_and_comes_out_again(desk: Operator, file: Path, tmp_path: Path) -> None:
    mapping, fault, counts = results(desk, "import", "--check", str(file), ends=1)
    assert mapping["mapping"]["columns"]["number"] == "Pedido"
    assert mapping["mapping"]["decimal"] == ","
    assert mapping["unused"] == ["Observação interna"]
    assert (fault["row"], fault["column"], fault["of"], fault["value"]) == (4, "Qtd", "3002", "uma")
    assert (counts["new"], counts["faulty"]) == (1, 1)

    *_, counts = results(desk, "import", str(file), ends=1)
    assert (counts["new"], counts["faulty"]) == (1, 1)
    file.write_text(FILE.replace(";uma;", ";1;"), encoding="utf-8")
    *_, counts = results(desk, "import", str(file))
    assert (counts["new"], counts["unchanged"], counts["faulty"]) == (1, 1, 0)

    book = tmp_path / "book.csv"
    [written] = results(desk, "export", str(book))
    with book.open(encoding="utf-8-sig", newline="") as stream:
        numbers = {row["number"] for row in csv.DictReader(stream)}
    assert written["orders"] == len(numbers)
    assert {"3001", "3002", "CM-20436"} <= numbers
    assert book.stat().st_mode & 0o077 == 0
    *_, counts = results(desk, "import", str(book))
    assert (counts["new"], counts["changed"], counts["unchanged"]) == (0, 0, len(numbers))


def test_products_go_out_and_in(desk: Operator, tmp_path: Path) -> None:
    book = tmp_path / "products.xlsx"
    [written] = results(desk, "export", "--products", str(book))
    [counts] = results(desk, "import", "--products", str(book))
    assert counts["unchanged"] == written["products"] > 10


def test_a_mapping_names_what_is_not_seen(desk: Operator, tmp_path: Path) -> None:
    file, mapping = tmp_path / "a.csv", tmp_path / "mapping.json"
    file.write_text("A,B,C,D\n9,2026-11-02,Moringa,1.50\n")
    mapping.write_text(json.dumps({"columns": {"number": "A", "placed_at": "B", "name": "C", "unit_price": "D"}}))

    refused = desk.run("orders", "import", str(file))
    assert refused.returncode == 2
    assert "number" in refused.stderr
    *_, counts = results(desk, "import", "--mapping", str(mapping), str(file))
    assert counts["new"] == 1


@pytest.mark.parametrize(
    "words, said",
    [
        (["import", "nowhere.csv"], "There is no file"),
        (["import", "{file}", "--shop", "nowhere"], "casa-moringa"),
        (["import", "{file}", "--mapping", "nowhere.json"], "cannot be read"),
        (["import", "{file}", "--mapping", "{file}"], "cannot be read"),
        (["export", "book.pdf"], "must end in"),
        (["export", "/nowhere/book.csv"], "cannot be written"),
    ],
)
def test_mistakes_in_use_are_told(desk: Operator, file: Path, words: list[str], said: str) -> None:
    refused = desk.run("orders", *(word.format(file=file) for word in words))
    assert refused.returncode == 2
    assert said in refused.stderr


def test_without_a_shop_there_is_nothing_to_bring_orders_into(operator: Operator, file: Path) -> None:
    refused = operator.run("orders", "import", str(file))
    assert refused.returncode == 2
    assert "no shop yet" in refused.stderr
