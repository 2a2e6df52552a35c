"""Connecting shop systems, trying them, their state; the order book's files; the policy."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse

from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order
from balcao.commerce.models import Backend, ImportedFile, Order, Product
from balcao.commerce.queries import link_of, policy_of
from balcao.commerce.types import Level, Policy, RefundTo
from balcao.jobs import backend as jobs
from balcao.jobs.models import Job
from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM
from balcao.ports import registry
from balcao.ports.commerce import ActionKind, CommerceError, OrderStage
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.backends import PaperBackend, PaperConfig
from balcao.testing.orders import an_order

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "sesame-and-more"
ALL_LEVELS = {kind: Policy().level(kind) for kind in ActionKind}
CSV = """Nº do pedido;Data do pedido;Situação;Cliente;E-mail;SKU;Produto;Quantidade;Preço unitário;Cor
1001;02/11/2026;Na esteira;Ana Souza;ana@example.com;CAN-AZ;Caneca Moringa;2;49,90;azul
1001;02/11/2026;Na esteira;Ana Souza;ana@example.com;CAN-VM;Caneca Moringa;1;59,90;vermelha
1002;03/11/2026;Enviado;Elif Kaya;elif@example.com;CAN-AZ;Caneca Moringa;1;49,90;azul
1003;03/11/2026;Enviado;Bruno Lima;bruno@example.com;CAN-AZ;Caneca Moringa;um;49,90;azul
"""


@pytest.fixture
def system() -> PaperBackend:
    adapter = PaperBackend()
    registry.register_commerce(adapter)
    return adapter


@pytest.fixture
def backend(moringa: Shop, system: PaperBackend) -> Backend:
    config = PaperConfig(address="https://paper.example", password=SECRET)
    return create_backend(shop=moringa, kind="paper", name="Paper", config=config, actor=SYSTEM, now=NOW)


@pytest.fixture
def book(moringa: Shop) -> Backend:
    return create_backend(shop=moringa, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=NOW)


@pytest.fixture
def visitor(helena: Agent, enter: Callable[[Agent | None], Client]) -> Client:
    return enter(helena)


@pytest.fixture(autouse=True)
def media(tmp_path: Path) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


def work() -> None:
    while jobs.run_due(worker="w"):
        pass


def read(answer: object) -> str:
    return b"".join(answer).decode() if getattr(answer, "streaming", False) else answer.content.decode()  # type: ignore[attr-defined,call-overload]


# --- Connecting -------------------------------------------------------------------------------------------------------


def test_a_shop_system_is_connected_and_tried_by_a_worker(visitor: Client, moringa: Shop, system: PaperBackend) -> None:
    form = {"shop": moringa.pk, "name": "Our shop", "config-address": "https://a.example", "config-password": SECRET}
    answer = visitor.post(reverse("console:shop_system_new", args=["paper", "new"]), form)
    backend = Backend.objects.get()
    assert (backend.name, backend.settings) == ("Our shop", {"address": "https://a.example"})
    assert link_of(backend).config.password == SECRET
    job = Job.objects.get()
    assert (job.task, job.args) == ("balcao.web.console.jobs.try_shop_system", [backend.pk])
    assert answer.headers["Location"] == f"/console/shop-systems/{backend.pk}/?trial={job.pk}"
    state = reverse("console:shop_system_outcome", args=[backend.pk, job.pk])
    assert "Trying" in visitor.get(state).content.decode()
    system.fails_reading = CommerceError("Log in again.", permanent=True, code="auth")
    work()
    assert "Log in again." in visitor.get(state).content.decode()


def test_what_is_needed_is_asked_for(visitor: Client, moringa: Shop, system: PaperBackend) -> None:
    answer = visitor.post(reverse("console:shop_system_new", args=["paper", "new"]), {"shop": moringa.pk, "name": ""})
    assert answer.status_code == 422
    assert b'id="id_name-error"' in answer.content
    assert not Backend.objects.exists()


def test_what_was_not_tried_against_a_live_shop_says_so(
    visitor: Client, system: PaperBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "Not yet tried against a live shop"
    pages = [reverse("console:shop_system_choose"), reverse("console:shop_system_new", args=["paper", "new"])]
    before = [read(visitor.get(page)).count(words) for page in pages]
    monkeypatch.setattr(PaperBackend, "is_tried", False)
    assert [read(visitor.get(page)).count(words) for page in pages] == [before[0] + 1, before[1] + 1]


def test_secrets_are_kept_and_never_shown(visitor: Client, backend: Backend) -> None:
    address = reverse("console:shop_system", args=[backend.pk])
    shown = read(visitor.get(address))
    assert SECRET not in shown
    assert f"{settings.PUBLIC_URL}/hooks/shop/{backend.public_key}/" in shown
    Backend.objects.update(cursor={"seen": 3})
    visitor.post(address, {"name": "Paper", "is_active": "on", "config-address": "https://paper.example"})
    backend.refresh_from_db()
    assert (link_of(backend).config.password, backend.cursor) == (SECRET, {"seen": 3})
    visitor.post(address, {"name": "Paper", "config-address": "https://other.example", "config-password": "new"})
    backend.refresh_from_db()
    assert (link_of(backend).config.password, backend.is_active) == ("new", False)
    assert backend.cursor == {}  # it may be another shop


def test_the_state_of_each_is_told(visitor: Client, backend: Backend, book: Backend) -> None:
    keep_order(backend=backend, order=an_order(), now=NOW)
    Backend.objects.filter(pk=backend.pk).update(failing_since=NOW, last_error="Check the key.\n401 <b>no</b>")
    listed = read(visitor.get(reverse("console:shop_systems")))
    assert "Failing since" in listed
    assert "Always up to date" in listed
    shown = read(visitor.get(reverse("console:shop_system", args=[backend.pk])))
    assert "Check the key." in shown
    assert "401 &lt;b&gt;no&lt;/b&gt;" in shown


def test_everything_is_fetched_anew_on_wish(visitor: Client, backend: Backend, book: Backend) -> None:
    Backend.objects.update(cursor={"seen": 3}, next_try_at=NOW)
    visitor.post(reverse("console:shop_system_anew", args=[backend.pk]))
    backend.refresh_from_db()
    assert (backend.cursor, backend.next_try_at) == ({}, None)
    assert Entry.objects.filter(name="backend.refetched", actor_kind="agent").count() == 1
    assert visitor.post(reverse("console:shop_system_anew", args=[book.pk])).status_code == 404


def test_a_shop_has_one_order_book(visitor: Client, moringa: Shop, book: Backend) -> None:
    answer = visitor.post(reverse("console:shop_system_new", args=["book", "new"]), {"shop": moringa.pk, "name": "B"})
    assert answer.status_code == 422
    assert "has an order book already" in read(answer)


# --- Files ------------------------------------------------------------------------------------------------------------


def brought(visitor: Client, book: Backend, text: str = CSV, name: str = "pedidos.csv", what: str = "orders") -> str:
    given = SimpleUploadedFile(name, text.encode())
    answer = visitor.post(reverse("console:shop_system_files", args=[book.pk]), {"file": given, "what": what})
    assert answer.status_code == 302, read(answer)
    return answer.headers["Location"]


def columns(page: str) -> dict[str, str]:
    """Return the form as the page shows it: what is chosen, by name."""
    from html.parser import HTMLParser

    class Chosen(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.name, self.found = "", dict[str, str]()

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            facts = dict(attrs)
            if tag == "select":
                self.name = facts.get("name") or ""
                self.found[self.name] = ""
            elif tag == "option" and "selected" in facts:
                self.found[self.name] = facts.get("value") or ""
            elif tag == "input" and facts.get("type") == "text":
                self.found[facts.get("name") or ""] = facts.get("value") or ""

    parser = Chosen()
    parser.feed(page)
    return parser.found


def test_a_file_is_mapped_looked_at_and_brought_in(visitor: Client, book: Backend) -> None:
    address = brought(visitor, book)
    page = read(visitor.get(address))
    chosen = columns(page)
    assert [chosen[f"column-{place}"] for place in range(10)] == [
        "number",
        "placed_at",
        "stage",
        "customer_name",
        "email",
        "sku",
        "name",
        "quantity",
        "unit_price",
        "property",
    ]
    assert "Na esteira" in page  # a word of theirs for a stage, to be said
    looked = read(visitor.post(address, {**chosen, "stage-0": "preparing", "look": "1"}))
    assert "R$159.70" in looked
    assert "Elif Kaya" in looked
    assert "um" in looked  # the fault of the fourth row
    assert not Order.objects.exists()
    for _ in range(2):  # safe to send twice
        visitor.post(address, {**chosen, "stage-0": "preparing", "bring": "1"})
    assert Job.objects.count() == 1
    assert "Reading the file" in read(visitor.get(address))
    work()
    assert {row.number: row.stage for row in Order.objects.all()} == {"1001": "preparing", "1002": "shipped"}
    row = ImportedFile.objects.get()
    assert (row.state, row.total, row.counts["new"], row.counts["faulty"]) == ("done", 3, 2, 1)
    done = read(visitor.get(address))
    assert "1 fault" in done
    told = read(visitor.get(reverse("console:shop_system_faults", args=[book.pk, row.pk])))
    assert "5,Quantidade,1003,um," in told


def test_a_stage_that_nobody_explained_leaves_its_orders_out(visitor: Client, book: Backend) -> None:
    address = brought(visitor, book)
    visitor.post(address, {**columns(read(visitor.get(address))), "bring": "1"})
    work()
    assert list(Order.objects.values_list("number", flat=True)) == ["1002"]


def test_two_columns_for_one_thing_are_refused_beside_the_second(visitor: Client, book: Backend) -> None:
    address = brought(visitor, book)
    chosen = columns(read(visitor.get(address))) | {"column-9": "sku"}
    answer = visitor.post(address, {**chosen, "bring": "1"})
    assert answer.status_code == 422
    assert b'id="id_column-9-error"' in answer.content
    assert not Job.objects.exists()


def test_what_is_missing_is_named(visitor: Client, book: Backend) -> None:
    address = brought(visitor, book, "Was;Wann\nx;2026-01-01\n")
    assert "Say which column is: Order number." in read(visitor.get(address))
    chosen = columns(read(visitor.get(address)))
    answer = visitor.post(address, {**chosen, "column-0": "number", "bring": "1"})
    assert answer.status_code == 422
    assert "Say which column is:" in read(answer)


@pytest.mark.parametrize(
    "name, text, words",
    [("pedidos.pdf", "x", "is no CSV, XLSX or JSON file"), ("leer.csv", "", "The submitted file is empty")],
)
def test_what_is_no_table_is_refused_at_once(visitor: Client, book: Backend, name: str, text: str, words: str) -> None:
    given = SimpleUploadedFile(name, text.encode())
    answer = visitor.post(reverse("console:shop_system_files", args=[book.pk]), {"file": given, "what": "orders"})
    assert answer.status_code == 422
    assert words in read(answer)
    assert not ImportedFile.objects.exists()


def test_what_cannot_be_read_says_so(visitor: Client, book: Backend) -> None:
    assert "cannot be read" in read(visitor.get(brought(visitor, book, "no workbook", "pedidos.xlsx")))
    assert "The file has no rows." in read(visitor.get(brought(visitor, book, "Pedido;Data\n")))


def test_what_is_written_out_gives_the_same_when_it_is_read(visitor: Client, book: Backend, moringa: Shop) -> None:
    keep_order(backend=book, order=an_order(), now=NOW)
    before = Order.objects.get().document
    for ending in (".csv", ".json"):
        address = reverse("console:shop_system_export", args=[book.pk])
        answer = visitor.get(address, {"what": "orders", "as": ending})
        assert 'filename="moringa-orders-' in answer.headers["Content-Disposition"]
        told = read(answer)
        Order.objects.all().delete()
        where = brought(visitor, book, told, f"x{ending}")
        assert "read exactly as it was written" in read(visitor.get(where))
        visitor.post(where, {"bring": "1"})
        work()
        assert Order.objects.get().document == before
    assert visitor.get(address, {"what": "orders", "as": ".exe"}).status_code == 404


def test_products_come_in_by_a_file_too(visitor: Client, book: Backend) -> None:
    text = "Produto;SKU;Preço;Estoque;Cor\nCaneca;CAN-AZ;49,90;3;azul\nCaneca;CAN-VM;59,90;0;vermelha\n"
    address = brought(visitor, book, text, what="products")
    page = read(visitor.get(address))
    assert "Caneca" in page
    visitor.post(address, {**columns(page), "bring": "1"})
    work()
    assert Product.objects.get().document["variants"][0]["price"] == 4_990


def test_only_a_book_takes_files(visitor: Client, backend: Backend) -> None:
    assert visitor.get(reverse("console:shop_system_files", args=[backend.pk])).status_code == 404


# --- Policy -----------------------------------------------------------------------------------------------------------


def filled(page: str, **changes: object) -> dict[str, object]:
    """Return the policy's form as it is shown, with changes."""
    from html.parser import HTMLParser

    class Given(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.name, self.found = "", dict[str, list[str]]()

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            facts = dict(attrs)
            name, value = facts.get("name") or "", facts.get("value") or ""
            if tag == "select":
                self.name = name
            elif tag == "option" and "selected" in facts:
                self.found[self.name] = [value]
            elif tag == "input" and facts.get("type") in ("checkbox", "radio"):
                if "checked" in facts:
                    self.found.setdefault(name, []).append(value or "on")
            elif tag == "input" and name and name != "csrfmiddlewaretoken":
                self.found[name] = [value]

    parser = Given()
    parser.feed(page)
    return {**parser.found, **changes}


def test_a_policy_is_shown_in_plain_words_and_kept(visitor: Client, book: Backend) -> None:
    address = reverse("console:shop_system_policy", args=[book.pk])
    page = read(visitor.get(address))
    form = filled(
        page,
        **{
            "cancel_stages": ["pending"],
            "cancel_reasons": "no longer needed\n\nordered by mistake ",
            "most_changes": "1",
            "refund_to": "gift_card",
            "limit-agent": "60.50",
            "limit-supervisor": "",
            "level-refund": "1",
            "credit_cap": "20",
        },
    )
    assert visitor.post(address, form).status_code == 302
    assert visitor.post(address, form).status_code == 302  # again: nothing changes
    kept = policy_of(Backend.objects.get())
    assert kept == replace(
        Policy(),
        cancel_stages=frozenset({OrderStage.PENDING}),
        cancel_reasons=("no longer needed", "ordered by mistake"),
        most_changes=1,
        refund_to=RefundTo.GIFT_CARD,
        limits={"agent": 6_050},
        levels={**{kind: Policy().level(kind) for kind in ActionKind}, ActionKind.REFUND: Level.PLAUSIBLE},
        credit_cap=2_000,
    )
    assert Entry.objects.filter(name="backend.policy.changed").count() == 1


def test_a_policy_as_it_is_shown_changes_nothing(visitor: Client, book: Backend) -> None:
    address = reverse("console:shop_system_policy", args=[book.pk])
    visitor.post(address, filled(read(visitor.get(address))))
    before = policy_of(Backend.objects.get())
    visitor.post(address, filled(read(visitor.get(address))))
    assert policy_of(Backend.objects.get()) == before


def test_amounts_that_are_none_are_refused_beside_their_field(visitor: Client, book: Backend) -> None:
    address = reverse("console:shop_system_policy", args=[book.pk])
    form = filled(read(visitor.get(address)), **{"limit-agent": "a lot", "credit_cap": "-1", "most_changes": "1.5"})
    answer = visitor.post(address, form)
    assert answer.status_code == 422
    for name in ("limit-agent", "credit_cap", "most_changes"):
        assert f'id="id_{name}-error"'.encode() in answer.content


@pytest.mark.parametrize("language, typed", [("pt-br", "1.060,50"), ("tr", "1060,50"), ("en", "1060.50")])
def test_amounts_are_written_as_the_reader_writes_them(
    helena: Agent, enter: Callable[[Agent | None], Client], book: Backend, language: str, typed: str
) -> None:
    Agent.objects.filter(pk=helena.pk).update(language=language)
    helena.refresh_from_db()
    visitor, address = enter(helena), reverse("console:shop_system_policy", args=[book.pk])
    answer = visitor.post(address, filled(read(visitor.get(address)), **{"limit-agent": typed}))
    assert answer.status_code == 302, read(answer)
    assert policy_of(Backend.objects.get()) == replace(policy_of(book), limits={"agent": 106_050}, levels=ALL_LEVELS)
    again = filled(read(visitor.get(address)))
    visitor.post(address, again)  # what is shown is what is kept
    assert policy_of(Backend.objects.get()).limits == {"agent": 106_050}
