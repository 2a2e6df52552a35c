"""The demo's orders fit its mails: every number that anybody names is there, with the address they write from."""

import re
from email import message_from_bytes, policy
from pathlib import Path

import balcao.demo
from balcao.commerce.rules.importing.fields import OF_ORDERS, OF_PRODUCTS
from balcao.commerce.rules.importing.mapping import FileMapping, Home, completed
from balcao.commerce.rules.importing.orders import Told, order_key, order_of
from balcao.commerce.rules.importing.products import product_key, product_of
from balcao.kit.tables import Row, rows_in

DEMO = Path(balcao.demo.__file__).parent
CASA = Home(currency="BRL", region="BR", time_zone="America/Sao_Paulo")
NUMBER = re.compile(r"CM-\d{5}")


def grouped(rows: list[Row], key: object, mapping: FileMapping) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(key(row, mapping), []).append(row)  # type: ignore[operator] # one of the two keys
    return found


def orders() -> dict[str, Told]:
    found = {}
    for name in ("orders.csv", "matters.csv"):
        rows = list(rows_in(DEMO / "orders" / name))
        mapping = completed(FileMapping(), rows, home=CASA, fields=OF_ORDERS)
        found |= {number: order_of(some, mapping) for number, some in grouped(rows, order_key, mapping).items()}
    return found


def test_every_order_can_be_read() -> None:
    assert {number: told.faults for number, told in orders().items() if told.faults} == {}


def test_every_number_that_is_spoken_of_is_an_order() -> None:
    texts = [
        path.read_text() for path in [*(DEMO / "forms").glob("*.json"), DEMO / "timeline.toml", DEMO / "matters.toml"]
    ]
    texts += [path.read_bytes().decode(errors="replace") for path in (DEMO / "mails").glob("*.eml")]

    assert {number for text in texts for number in NUMBER.findall(text)} - set(orders()) == set()


def test_whoever_writes_of_an_order_is_its_customer() -> None:
    known = {number: told.order.account.email for number, told in orders().items() if told.order}
    strangers = set()
    for path in (DEMO / "mails").glob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        sender = mail["From"].addresses[0].addr_spec if mail["From"] else ""
        named = NUMBER.findall(str(mail["Subject"]))
        strangers |= {(sender, number) for number in named if known[number] != sender}

    assert strangers == {("fernanda.lobato@vargasarquitetura.example", "CM-20391")}, "from her office"


def test_what_was_ordered_stands_in_the_catalogue() -> None:
    rows = list(rows_in(DEMO / "orders" / "products.csv"))
    mapping = completed(FileMapping(), rows, home=CASA, fields=OF_PRODUCTS)
    told = [product_of(some, mapping) for some in grouped(rows, product_key, mapping).values()]
    sold = {(one.product.ref, variant.ref) for one in told if one.product for variant in one.product.variants}

    lines = [line for one in orders().values() if one.order for line in one.order.lines]
    assert {(line.product_ref, line.variant_ref) for line in lines} - sold == set()
    assert [one.faults for one in told if one.faults] == []
