"""Files into the order book: repeatable, killable, and never undoing what was done here."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime

import pytest

from balcao.commerce import queries
from balcao.commerce.actions import importing, ledger
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.importing import (
    Imported,
    Watch,
    book_of,
    found_out,
    home_of,
    import_orders,
    import_products,
)
from balcao.commerce.actions.ledger import Asker
from balcao.commerce.models import Account, AccountKey, Backend, Order, OrderKey, Product, Variant
from balcao.commerce.rules.importing.faults import Fault
from balcao.commerce.rules.importing.mapping import FileMapping
from balcao.commerce.rules.importing.rows import rows_of_order
from balcao.commerce.types import Level
from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM
from balcao.kit.tables import Row
from balcao.pipeline import orders as pipeline
from balcao.ports.commerce import Cancel, ChangeAddress, KeyKind, OrderStage, Refund
from balcao.shops.models import Shop
from balcao.testing.factories import make_shop
from balcao.testing.orders import HOME

FILE = """\
Pedido;Data;Status;Cliente;E-mail;Celular;CPF;CEP;Cidade;SKU;Produto;Qtd;Preço;Frete;Pagamento;Rastreio
2001;02/11/2026;Pago;Ana Souza;ana@example.com;41998765432;52998224725;80010-030;Curitiba;CAN-AZ;Caneca;2;49,9;14,9;Pix;
2001;;;;;;;;;CAN-VM;Caneca;1;59,90;;;
2002;05/11/2026;Enviado;Bruno Lima;bruno@example.com;;;31010-000;BH;MOR;Moringa;1;1.189,00;0;Visa 9212;QP123456789BR
2003;06/11/2026;Aguardando pagamento;Ana Souza;ana@example.com;;;80010-030;Curitiba;MOR;Moringa;1;189,00;0;Boleto;
"""


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop(currency="BRL", region="BR", time_zone="America/Sao_Paulo")


@pytest.fixture
def book(shop: Shop, now: datetime) -> Backend:
    return book_of(shop=shop, actor=SYSTEM, now=now)


def rows(text: str) -> Iterator[Row]:
    for number, cells in enumerate(csv.DictReader(io.StringIO(text), delimiter=";"), start=2):
        yield Row(number, cells)


def bring(text: str, book: Backend, now: datetime, *, faults: list[Fault] | None = None) -> Imported:
    found = found_out(rows=rows(text), given=FileMapping(), home=home_of(book.shop))
    watch = Watch(on_fault=lambda _number, fault: faults.append(fault) if faults is not None else None)
    return import_orders(backend=book, found=found, source="a.csv", actor=SYSTEM, now=now, watch=watch)


def order(book: Backend, number: str) -> Order:
    return Order.objects.select_related("account__backend__shop", "backend__shop").get(backend=book, number=number)


def everything() -> list[object]:
    """Return all rows of the book, whole."""
    tables = (Account, AccountKey, Order, OrderKey, Product, Variant)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def perform(book: Backend, number: str, action: ledger.Action, now: datetime) -> None:
    """Have an action done as an agent would."""
    row = order(book, number)
    ledger.ask(
        action=action, account=row.account, order=row, asker=Asker(level=Level.VERIFIED), key=f"{number}", now=now
    )
    pipeline.run_due(worker="w", now=now, clock=lambda: now)


def test_a_file_fills_the_book(book: Backend, now: datetime) -> None:
    done = bring(FILE, book, now)

    assert (done.written.new, done.faulty) == (3, 0)
    first = queries.order_value(order(book, "2001"))
    assert (first.total, len(first.lines), first.stage) == (17_460, 2, OrderStage.PENDING)
    assert order(book, "2001").account == order(book, "2003").account
    found = [
        queries.find(kind=kind, value=value, shop_ids=[book.shop_id], region="BR")
        for kind, value in (
            (KeyKind.EMAIL, "ANA@example.com"),
            (KeyKind.PHONE, "+5541998765432"),
            (KeyKind.TAX_ID, "52998224725"),
            (KeyKind.PERSON, "ana souza 80010030"),
        )
    ]
    assert [[row.number for row in some] for some in found] == [["2003", "2001"]] * 4
    tracked = queries.find(kind=KeyKind.TRACKING, value="qp123456789br", shop_ids=[book.shop_id], region="BR")
    assert [row.number for row in tracked] == ["2002"]
    assert "529" not in str(first.account)


def test_the_same_file_again_changes_nothing(book: Backend, now: datetime) -> None:
    bring(FILE, book, now)
    before = everything()

    again = bring(FILE, book, now.replace(hour=23))

    assert (again.written.new, again.written.changed, again.written.unchanged) == (0, 0, 3)
    assert everything() == before


def test_the_order_of_the_rows_makes_no_difference(book: Backend, now: datetime) -> None:
    bring(FILE, book, now)
    before = everything()
    heading, *lines = FILE.splitlines()
    mixed = "\n".join([heading, lines[4 - 1], lines[0], lines[2], lines[1]])

    assert bring(mixed, book, now).written.unchanged == 3
    assert everything() == before


def test_a_changed_row_changes_its_order_only(book: Backend, now: datetime) -> None:
    bring(FILE, book, now)
    before = {row.number: row.document for row in Order.objects.all()}

    done = bring(FILE.replace("1.189,00", "1.089,00"), book, now)

    assert (done.written.changed, done.written.unchanged) == (1, 2)
    after = {row.number: row.document for row in Order.objects.all()}
    assert order(book, "2002").total == 108_900
    assert {number for number, document in after.items() if document != before[number]} == {"2002"}


def test_a_faulty_order_is_left_out_whole_and_the_others_come_in(book: Backend, now: datetime) -> None:
    faults: list[Fault] = []
    done = bring(FILE.replace("Caneca;1;59,90", "Caneca;uma;59,90"), book, now, faults=faults)

    assert (done.written.new, done.faulty, done.faults) == (2, 1, 1)
    assert [(fault.row, fault.column, fault.value) for fault in faults] == [(3, "Qtd", "uma")]
    assert sorted(Order.objects.values_list("number", flat=True)) == ["2002", "2003"]


def test_what_was_done_here_is_never_undone_by_a_file(book: Backend, now: datetime) -> None:
    bring(FILE, book, now)
    perform(book, "2001", Refund("late", amount=1_000), now)
    moved = FILE.replace("02/11/2026;Pago", "02/11/2026;Enviado").replace("Caneca;2;49,90", "Caneca;1;39,90")

    done = bring(moved, book, now)

    after = queries.order_value(order(book, "2001"))
    assert (done.written.changed, done.written.kept) == (1, 1)
    assert sum(payment.amount for payment in after.payments if payment.is_refund) == 1_000
    assert (after.stage, after.lines[0].quantity, after.lines[0].unit_price) == (OrderStage.SHIPPED, 2, 4_990)
    assert bring(moved, book, now).written.unchanged == 3


def test_a_cancelled_order_stays_cancelled(book: Backend, now: datetime) -> None:
    bring(FILE, book, now)
    perform(book, "2001", Cancel("changed mind"), now)

    bring(FILE.replace("02/11/2026;Pago", "02/11/2026;Enviado"), book, now)

    assert order(book, "2001").stage == OrderStage.CANCELLED


def test_a_boleto_that_was_paid_meanwhile_is_taken_as_paid(book: Backend, now: datetime) -> None:
    bring(FILE, book, now)
    perform(book, "2003", ChangeAddress(HOME), now)

    bring(FILE.replace("Aguardando pagamento", "Pago"), book, now)

    after = queries.order_value(order(book, "2003"))
    assert after.payments[0].state == "captured"
    assert after.address == HOME


def test_whoever_stops_it_leaves_whole_orders_and_the_next_run_does_the_rest(
    book: Backend, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    found = found_out(rows=rows(FILE), given=FileMapping(), home=home_of(book.shop))
    steps = iter(range(9))

    def dies() -> None:
        if next(steps) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_orders(backend=book, found=found, source="a", actor=SYSTEM, now=now, watch=Watch(on_step=dies))
    assert sorted(Order.objects.values_list("number", flat=True)) == ["2001", "2002"]

    done = bring(FILE, book, now)

    assert (done.written.new, done.written.unchanged) == (1, 2)


def test_the_journal_tells_of_the_import_not_of_each_order(book: Backend, now: datetime) -> None:
    bring(FILE, book, now)

    started, finished = Entry.objects.filter(name__startswith="backend.import.").order_by("id")
    assert (started.name, finished.name) == ("backend.import.started", "backend.import.finished")
    assert (finished.facts["new"], finished.facts["faulty"], finished.facts["file"]) == (3, 0, "a.csv")


def test_ten_thousand_orders_come_in_with_few_statements_each(
    book: Backend, now: datetime, django_assert_max_num_queries: object
) -> None:
    heading = "number;placed_at;email;sku;quantity;unit_price\n"
    text = heading + "".join(
        f"{n};2026-11-{n % 28 + 1:02};c{n % 3000}@example.com;S{n % 50};{n % 3 + 1};{n % 900 + 1}.90\n"
        for n in range(10_000)
    )
    with django_assert_max_num_queries(600):  # type: ignore[operator] # 25 batches of some 20
        done = bring(text, book, now)

    assert done.written.new == Order.objects.count() == 10_000
    assert Account.objects.count() == 3_000


def test_what_is_written_out_fills_an_empty_book_alike(book: Backend, now: datetime) -> None:
    bring(FILE, book, now)
    perform(book, "2001", Refund("late", amount=1_000), now)
    told = list(queries.every_order(book))
    empty = book_of(shop=make_shop("Outra"), actor=SYSTEM, now=now)
    written = [
        Row(number, cells) for number, cells in enumerate((c for one in told for c in rows_of_order(one)), start=2)
    ]

    found = found_out(rows=written, given=FileMapping(), home=home_of(empty.shop))
    import_orders(backend=empty, found=found, source="b", actor=SYSTEM, now=now, watch=Watch())

    assert list(queries.every_order(empty)) == told


def test_products_come_in_and_orders_find_their_variants(book: Backend, now: datetime) -> None:
    catalogue = "Produto;SKU;Cor;Preço;Estoque\nCaneca;CAN-AZ;azul;49,90;12\nCaneca;CAN-VM;vermelha;59,90;3\n"

    def bring_products(text: str) -> Imported:
        found = found_out(rows=rows(text), given=FileMapping(), home=home_of(book.shop), products=True)
        return import_products(backend=book, found=found, source="p", actor=SYSTEM, now=now, watch=Watch())

    assert bring_products(catalogue).written.new == 1
    assert bring_products(catalogue).written.unchanged == 1
    bring(FILE, book, now)
    lines = queries.order_value(order(book, "2001")).lines
    assert [(line.product_ref, line.variant_ref) for line in lines] == [("caneca", "CAN-AZ"), ("caneca", "CAN-VM")]

    assert bring_products(catalogue.replace("Caneca;CAN-VM;vermelha;59,90;3\n", "")).written.changed == 1
    assert list(Variant.objects.values_list("sku", flat=True)) == ["CAN-AZ"]


def test_the_newest_order_says_who_a_customer_is(book: Backend, now: datetime) -> None:
    text = FILE.replace("Aguardando pagamento;Ana Souza", "Aguardando pagamento;Ana Souza Lima")
    bring(text, book, now)

    assert queries.account_value(order(book, "2001").account).name == "Ana Souza Lima"
    known = AccountKey.objects.filter(account=order(book, "2001").account, kind=KeyKind.PERSON)
    assert list(known.values_list("key", flat=True)) == ["anasouzalima80010030"]


def test_an_action_leaves_a_customer_findable_by_their_tax_id(book: Backend, now: datetime) -> None:
    bring(FILE, book, now)
    perform(book, "2001", Refund("late", amount=1_000), now)

    found = queries.find(kind=KeyKind.TAX_ID, value="52998224725", shop_ids=[book.shop_id], region="BR")
    assert [row.number for row in found] == ["2003", "2001"]


def test_a_shop_has_one_book(book: Backend, now: datetime) -> None:
    assert book_of(shop=book.shop, actor=SYSTEM, now=now) == book
    assert book.kind == Book.kind
