"""A customer's own page of an order: who sees how much of it, and what they can do."""

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from balcao.channels.models import Envelope
from balcao.commerce import queries
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend, set_policy
from balcao.commerce.actions.copying import keep_account, keep_order, keep_product
from balcao.commerce.actions.verifying import Place
from balcao.commerce.models import Backend, Challenge, Evidence, LedgerEntry, Order
from balcao.commerce.types import LedgerState, Level, Policy
from balcao.jobs import backend as jobs
from balcao.jobs.models import Job
from balcao.jobs.types import JobState
from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM
from balcao.pipeline import inbound, orders
from balcao.pipeline.verification import NOT_SENT, ask_for_code
from balcao.ports.commerce import ActionKind, OrderStage, Scan, Shipment, ShipmentState
from balcao.shops.models import Shop
from balcao.testing.factories import make_shop
from balcao.testing.orders import ANA, a_product, an_order
from balcao.tickets.models import Message

HOME = "/o/moringa/"
PAGE = "/o/moringa/orders/1001/"
PARCEL = Shipment("p1", ShipmentState.IN_TRANSIT, "Correios", "QB1BR", "https://rastro.example/QB1BR", scans=())


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop(languages=["en"])


@pytest.fixture
def book(shop: Shop) -> Backend:
    backend = create_backend(
        shop=shop, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=timezone.now(), policy=Policy()
    )
    keep_product(backend=backend, product=a_product(), now=timezone.now())
    return backend


def kept(book: Backend, **facts: Any) -> Order:
    return keep_order(backend=book, order=an_order(**facts), now=timezone.now())


@pytest.fixture
def order(book: Backend) -> Order:
    return kept(book)


@pytest.fixture
def refusing_port() -> int:
    """Return a port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def ana(client: Client) -> Client:
    return client


def find(client: Client, number: str = "1001", email: str = "ana@example.com") -> Any:
    return client.post(HOME, {"number": number, "email": email})


def mailed() -> str:
    """Let the worker send, and return the words of the newest mail."""
    while jobs.run_due(worker="test"):
        pass
    return str(mail.outbox[-1].body)


def code_of(words: str) -> str:
    found = re.search(r"\b(\d{3} \d{3})\b", words)
    assert found
    return found[1]


def verified(client: Client) -> Client:
    find(client)
    client.post(f"{PAGE}code/")
    client.post(f"{PAGE}verify/", {"code": code_of(mailed())})
    return client


def words_of(client: Client, address: str = PAGE) -> str:
    return client.get(address).content.decode().replace("\N{NO-BREAK SPACE}", " ")


# --- Who sees how much ------------------------------------------------------------------------------------------------


def test_number_and_address_show_the_state_and_nothing_more(ana: Client, book: Backend) -> None:
    kept(book, stage=OrderStage.SHIPPED, shipments=(PARCEL,))

    answer = find(ana)
    page = words_of(ana)

    assert answer.status_code == 302
    assert "Your order is on its way" in page
    assert "2 pieces" in page
    assert "with Correios" in page
    assert "a***@e***.com" in page
    for secret in ("Caneca", "Laranjeiras", "QB1BR", "ana@example.com", "9212", "99.80"):
        assert secret not in page


@pytest.mark.parametrize("number, email", [("9999", "ana@example.com"), ("1001", "eve@example.com"), ("", "")])
def test_every_miss_is_answered_alike(number: str, email: str, ana: Client, order: Order) -> None:
    answer = find(ana, number, email)

    assert answer.status_code == 422
    assert "We find no order with this number and this e-mail address." in answer.content.decode()
    assert "balcao_visit" not in answer.cookies


def test_after_five_misses_even_the_right_words_wait(ana: Client, order: Order) -> None:
    for _ in range(5):
        find(ana, email="eve@example.com")

    answer = find(ana)

    assert answer.status_code == 429
    assert "too many tries" in answer.content.decode()


def test_a_number_is_guarded_against_tries_from_everywhere(order: Order) -> None:
    for at in range(5):
        Client(REMOTE_ADDR=f"192.0.2.{at}").post(HOME, {"number": "1001", "email": f"{at}@example.com"})

    answer = Client(REMOTE_ADDR="192.0.2.99").post(HOME, {"number": "1001", "email": "ana@example.com"})

    assert answer.status_code == 429


def test_another_spelling_of_a_number_is_no_other_number(order: Order) -> None:
    for at, number in enumerate(["1001", "#1001", "10-01", " 1 0 0 1", "1001."]):
        Client(REMOTE_ADDR=f"192.0.2.{at}").post(HOME, {"number": number, "email": "eve@example.com"})

    answer = Client(REMOTE_ADDR="192.0.2.99").post(HOME, {"number": "100-1", "email": "ana@example.com"})

    assert answer.status_code == 429


def test_who_finds_their_order_is_not_counted(ana: Client, order: Order) -> None:
    for _ in range(7):
        assert find(ana).status_code == 302


def test_what_is_no_link_of_ours_is_not_found(ana: Client, order: Order) -> None:
    for token in ("nonsense", "1-", f"{'9' * 5000}-abc", "²-abc"):
        assert ana.get(f"{HOME}s/{token}/").status_code == 404


@pytest.mark.parametrize("number", ["PED/2026/17", "№ 17", "A B#7?"])
def test_any_number_of_a_shop_system_has_a_page(number: str, ana: Client, book: Backend) -> None:
    kept(book, number=number)

    answer = ana.post(HOME, {"number": number, "email": "ana@example.com"}, follow=True)

    assert answer.status_code == 200
    assert "We are preparing your order" in answer.content.decode()


def test_an_order_without_a_number_breaks_no_page(ana: Client, book: Backend, order: Order) -> None:
    draft = kept(book, ref="9", number="")

    assert "Caneca" in words_of(verified(ana))
    assert ana.get(f"{HOME}s/{queries.page_token(draft)}/").status_code == 404


def test_a_shop_system_out_of_use_shows_nothing(ana: Client, shop: Shop, book: Backend, order: Order) -> None:
    verified(ana)
    create_backend(shop=shop, kind="book", name="New", config=Book.Config(), actor=SYSTEM, now=timezone.now())
    Backend.objects.filter(pk=book.pk).update(is_active=False)

    assert ana.get(PAGE).status_code == 302
    assert find(ana).status_code == 422
    assert ana.get(f"{HOME}s/{queries.page_token(order)}/").status_code == 404


def test_visits_to_two_shops_do_not_meet(ana: Client, order: Order) -> None:
    other = make_shop("olive", languages=["en"])
    create_backend(shop=other, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=timezone.now())
    verified(ana)

    assert ana.cookies["balcao_visit"]["path"] == HOME
    assert ana.get("/o/olive/orders/1001/").status_code == 302
    assert ana.get(f"/o/olive/s/{queries.page_token(order)}/").status_code == 404


def test_without_a_visit_the_page_asks_who_it_is(ana: Client, order: Order) -> None:
    answer = ana.get(PAGE)
    assert answer.status_code == 302
    assert answer["Location"].startswith(HOME)


def test_the_page_of_another_customer_stays_shut(ana: Client, book: Backend, order: Order) -> None:
    kept(book, ref="2", number="2002", account=replace(ANA, ref="eve", email="eve@example.com", phone="", tax_id=""))
    verified(ana)

    assert ana.get("/o/moringa/orders/2002/").status_code == 302
    assert "Caneca" in words_of(ana)


def test_a_code_opens_everything(ana: Client, book: Backend) -> None:
    scan = Scan(timezone.now(), "Left the sorting centre", "Curitiba")
    kept(book, stage=OrderStage.SHIPPED, shipments=(replace(PARCEL, scans=(scan,)),))

    page = words_of(verified(ana))

    for told in ("Caneca Moringa", "Rua das Laranjeiras, 210", "QB1BR", "Left the sorting centre", "R$99.80"):
        assert told in page


def test_the_promised_day_and_other_orders_are_shown(ana: Client, book: Backend) -> None:
    promised = timezone.now() + timedelta(days=3)
    kept(book, stage=OrderStage.SHIPPED, promised_at=promised)
    kept(book, ref="2", number="1002")
    find(ana)
    assert f"<b>{promised:%-d %b}</b>" in words_of(ana)

    page = words_of(verified(ana))
    assert "1002 · 2 Nov · R$99.80" in page


def test_a_code_goes_to_the_address_the_order_had_and_tells_no_agent_the_secret(ana: Client, order: Order) -> None:
    find(ana)
    ana.post(f"{PAGE}code/")

    words = mailed()

    assert mail.outbox[-1].to == ["ana@example.com"]
    assert "nobody at" in words
    challenge = Challenge.objects.get()
    assert code_of(words).replace(" ", "") not in str(challenge.__dict__.values())
    assert challenge.sent_at


def test_a_wrong_code_counts_and_five_end_it(ana: Client, order: Order) -> None:
    find(ana)
    ana.post(f"{PAGE}code/")
    right = code_of(mailed())
    wrong = "000 000" if right != "000 000" else "111 111"

    for _ in range(5):
        assert ana.post(f"{PAGE}verify/", {"code": wrong}).status_code == 422

    assert ana.post(f"{PAGE}verify/", {"code": right}).status_code == 422
    assert "Caneca" not in words_of(ana)


def test_a_code_is_too_old_after_ten_minutes(ana: Client, order: Order) -> None:
    find(ana)
    ana.post(f"{PAGE}code/")
    code = code_of(mailed())
    Challenge.objects.update(sent_at=timezone.now() - timedelta(minutes=11))

    assert ana.post(f"{PAGE}verify/", {"code": code}).status_code == 422


def test_a_code_works_once_and_in_its_own_visit_only(ana: Client, order: Order) -> None:
    find(ana)
    ana.post(f"{PAGE}code/")
    code = code_of(mailed())
    eve = Client()
    find(eve)

    assert eve.post(f"{PAGE}verify/", {"code": code}).status_code == 422
    assert ana.post(f"{PAGE}verify/", {"code": code}).status_code == 302
    find(ana)
    assert ana.post(f"{PAGE}verify/", {"code": code}).status_code == 422
    assert "Caneca" not in words_of(ana)
    assert "Caneca" not in words_of(eve)


def test_a_newer_code_ends_the_older_one(ana: Client, order: Order) -> None:
    find(ana)
    ana.post(f"{PAGE}code/")
    first = code_of(mailed())
    ana.post(f"{PAGE}code/")
    second = code_of(mailed())

    assert ana.post(f"{PAGE}verify/", {"code": first}).status_code == (302 if first == second else 422)
    assert ana.post(f"{PAGE}verify/", {"code": second}).status_code == 302


def test_three_codes_an_hour_whoever_asks(ana: Client, order: Order) -> None:
    for _ in range(3):
        find(ana)
        assert ana.post(f"{PAGE}code/").status_code == 302
    find(ana)

    answer = ana.post(f"{PAGE}code/")

    assert answer.status_code == 429
    assert Challenge.objects.count() == 3


def test_visitors_cannot_keep_an_agent_from_asking(ana: Client, order: Order) -> None:
    for _ in range(3):
        find(ana)
        ana.post(f"{PAGE}code/")

    assert linked(order)


def test_a_page_that_is_opened_anew_still_takes_the_code(ana: Client, order: Order) -> None:
    find(ana)
    ana.post(f"{PAGE}code/")
    code = code_of(mailed())

    for address in (PAGE, f"{PAGE}code/", f"{PAGE}verify/"):
        page = ana.get(address, follow=True).content.decode()
        assert "A code is on its way to a***@e***.com." in page
        assert "The six digits from the mail" in page
    assert Challenge.objects.count() == 1
    assert ana.post(f"{PAGE}verify/", {"code": code}).status_code == 302


def test_a_code_that_a_newer_one_overtook_is_not_sent(ana: Client, order: Order) -> None:
    find(ana)
    ana.post(f"{PAGE}code/")
    ana.post(f"{PAGE}code/")

    code = code_of(mailed())

    assert len(mail.outbox) == 1
    assert ana.post(f"{PAGE}verify/", {"code": code}).status_code == 302


def test_an_address_that_came_during_the_visit_gets_no_code(ana: Client, book: Backend, order: Order) -> None:
    find(ana)
    changed = replace(ANA, email="eve@example.com")
    keep_account(backend=book, account=changed, now=timezone.now())

    ana.post(f"{PAGE}code/")

    assert not Challenge.objects.exists()


def test_a_visit_ends_by_itself_and_by_a_button(ana: Client, order: Order) -> None:
    verified(ana)
    Evidence.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert ana.get(PAGE).status_code == 302

    verified(ana)
    cookie = ana.cookies["balcao_visit"].value
    ana.post(f"{HOME}leave/")
    ana.cookies["balcao_visit"] = cookie
    assert ana.get(PAGE).status_code == 302


def test_a_form_that_was_open_for_too_long_says_so(ana: Client, order: Order) -> None:
    verified(ana)
    Evidence.objects.update(until=timezone.now() - timedelta(seconds=1))

    answer = wish(ana, "problem", problem="late", message="Cadê?")

    assert answer.status_code == 403
    assert "This page was open for too long." in answer.content.decode()
    assert f'action="{HOME}?lang=en"' in answer.content.decode()
    assert not Envelope.objects.exists()


def test_a_signed_link_shows_the_state_only(ana: Client, order: Order) -> None:
    token = queries.page_token(order)

    answer = ana.get(f"{HOME}s/{token}/")
    page = words_of(ana)

    assert answer.status_code == 302
    assert "We are preparing your order" in page
    assert "Caneca" not in page
    forged = token[:-1] + ("a" if token[-1] != "a" else "b")
    assert ana.get(f"{HOME}s/{forged}/").status_code == 404


def test_nobody_frames_or_keeps_the_page(ana: Client, order: Order) -> None:
    find(ana)
    answer = ana.get(PAGE)

    assert answer["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert ana.cookies["balcao_visit"]["httponly"]
    assert ana.cookies["balcao_visit"]["samesite"] == "Lax"


@pytest.mark.parametrize("language, words", [("pt-br", "Onde está meu pedido?"), ("tr", "Siparişim nerede?")])
def test_the_pages_speak_the_customers_language(
    language: str, words: str, ana: Client, shop: Shop, order: Order
) -> None:
    shop.languages = ["pt-BR", "tr", "en"]
    shop.save()

    assert words in words_of(ana, f"{HOME}?lang={language}")


# --- What they can do -------------------------------------------------------------------------------------------------


def wish(client: Client, kind: str, **fields: str) -> Any:
    return client.post(f"{PAGE}{kind}/", {"key": "k1", **fields})


ELSEWHERE = {"name": "Ana Souza", "line1": "Rua XV, 9", "city": "Curitiba", "postcode": "80020-310", "region": "PR"}


def test_an_address_is_changed_at_once_where_the_shop_allows(ana: Client, order: Order) -> None:
    verified(ana)

    answer = wish(ana, "address", **ELSEWHERE)
    orders.run_due(worker="test", now=timezone.now())

    assert answer.status_code == 302
    entry = LedgerEntry.objects.get()
    assert (entry.state, entry.level, entry.agent) == (LedgerState.DONE, Level.VERIFIED, None)
    assert entry.identity
    assert entry.identity.value == "ana@example.com"
    assert "Rua XV, 9" in words_of(ana)


def test_the_same_form_twice_is_one_action(ana: Client, order: Order) -> None:
    verified(ana)
    wish(ana, "address", **ELSEWHERE)
    wish(ana, "address", **ELSEWHERE)

    assert LedgerEntry.objects.count() == 1


def test_a_cancellation_says_what_goes_back_and_does_it(ana: Client, order: Order) -> None:
    verified(ana)
    page = words_of(ana, f"{PAGE}cancel/")
    assert "R$99.80 goes back to visa ···· 9212" in page

    wish(ana, "cancel")
    orders.run_due(worker="test", now=timezone.now())

    order.refresh_from_db()
    assert order.stage == OrderStage.CANCELLED
    assert "Your order is cancelled" in words_of(ana)


def test_what_has_left_becomes_a_request_with_everything_filled_in(ana: Client, book: Backend) -> None:
    kept(book, stage=OrderStage.SHIPPED)
    verified(ana)
    assert "The order has left already." in words_of(ana)

    answer = wish(ana, "address", **ELSEWHERE)
    inbound.run_due(worker="test", now=timezone.now() + timedelta(seconds=1))

    assert "We have your request" in answer.content.decode()
    assert not LedgerEntry.objects.exists()
    message = Message.objects.select_related("ticket", "identity", "channel").get()
    assert message.channel.kind == "portal"
    assert message.ticket.subject == "Change the address: order 1001"
    assert "Street and number: Rua XV, 9" in message.text
    assert message.identity
    assert (message.identity.value, message.proof) == ("ana@example.com", "proven")


def test_a_shop_that_wants_to_look_first_gets_a_request(ana: Client, book: Backend, order: Order) -> None:
    set_policy(backend=book, policy=Policy(customers_may=frozenset()), actor=SYSTEM, now=timezone.now())
    verified(ana)

    wish(ana, "cancel", message="please")

    assert not LedgerEntry.objects.exists()
    assert Envelope.objects.count() == 1


def test_the_same_request_twice_is_one(ana: Client, book: Backend) -> None:
    kept(book, stage=OrderStage.DELIVERED)
    verified(ana)
    for _ in range(2):
        wish(ana, "problem", problem="damaged", message="O prato quebrou.")

    assert Envelope.objects.count() == 1


def test_other_words_in_the_same_form_are_another_request(ana: Client, book: Backend) -> None:
    kept(book, stage=OrderStage.DELIVERED)
    verified(ana)
    for words in ("O prato quebrou.", "O prato e a caneca quebraram."):
        wish(ana, "problem", problem="damaged", message=words)

    assert Envelope.objects.count() == 2


def test_an_address_that_changed_since_the_code_is_not_proven(ana: Client, book: Backend) -> None:
    kept(book, stage=OrderStage.DELIVERED)
    verified(ana)
    kept(book, stage=OrderStage.DELIVERED, account=replace(ANA, email="ana.new@example.com"))

    wish(ana, "problem", problem="damaged", message="O prato quebrou.")
    inbound.run_due(worker="test", now=timezone.now() + timedelta(seconds=1))

    message = Message.objects.select_related("identity").get()
    assert message.identity
    assert (message.identity.value, message.proof) == ("ana.new@example.com", "claimed")


def test_a_customer_without_an_address_is_asked_for_one(ana: Client, book: Backend) -> None:
    order = kept(book, account=replace(ANA, email=""))
    ana.get(f"{HOME}s/{queries.page_token(order)}/")
    assert "Your e-mail address" in words_of(ana, f"{PAGE}problem/")

    assert wish(ana, "problem", problem="late", message="Cadê?").status_code == 422
    assert wish(ana, "problem", problem="late", message="Cadê?", email="nobody").status_code == 422
    wish(ana, "problem", problem="late", message="Cadê?", email="eve@example.com")
    inbound.run_due(worker="test", now=timezone.now() + timedelta(seconds=1))

    message = Message.objects.select_related("identity").get()
    assert message.identity
    assert (message.identity.value, message.proof) == ("eve@example.com", "claimed")


def test_what_no_keyboard_writes_is_left_out(ana: Client, order: Order) -> None:
    find(ana)
    wish(ana, "problem", problem="late", message="Ca\x00dê\x1b?\r\nHoje!")
    inbound.run_due(worker="test", now=timezone.now() + timedelta(seconds=1))

    assert "Cadê?\nHoje!" in Message.objects.get().text


def test_an_invoice_without_a_safe_address_is_asked_for(ana: Client, book: Backend) -> None:
    kept(book, invoice_url="http://shop.example/nf.pdf")

    page = words_of(verified(ana))

    assert "Get a copy of the invoice" in page
    assert "nf.pdf" not in page


def test_who_only_knows_the_order_cannot_use_up_its_customers_requests(ana: Client, order: Order) -> None:
    eve = Client()
    find(eve)
    answers = [wish(eve, "problem", problem="late", message=f"Cadê {at}?") for at in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]

    verified(ana)

    assert wish(ana, "problem", problem="late", message="Cadê?").status_code == 200


def test_a_problem_can_be_told_before_the_code_but_proves_nothing(ana: Client, order: Order) -> None:
    find(ana)

    assert ana.get(f"{PAGE}cancel/").status_code == 302
    wish(ana, "problem", problem="late", message="Cadê?")
    inbound.run_due(worker="test", now=timezone.now() + timedelta(seconds=1))

    assert Message.objects.get().proof == "claimed"


def test_a_problem_without_words_is_asked_again(ana: Client, order: Order) -> None:
    find(ana)
    answer = wish(ana, "problem", problem="late")

    assert answer.status_code == 422
    assert "Please fill this in." in answer.content.decode()
    assert not Envelope.objects.exists()


def test_what_is_offered_follows_the_policy(ana: Client, book: Backend, order: Order) -> None:
    policy = Policy(customers_may=frozenset({ActionKind.CANCEL}), cancel_reasons=("no longer needed", "by mistake"))
    set_policy(backend=book, policy=policy, actor=SYSTEM, now=timezone.now())
    verified(ana)

    assert "no longer needed" in words_of(ana, f"{PAGE}cancel/")
    assert "Anything we should know" in words_of(ana, f"{PAGE}address/")


# --- The link that an agent has sent ----------------------------------------------------------------------------------


def test_looking_at_a_link_uses_nothing_up(ana: Client, order: Order) -> None:
    token = linked(order)

    assert "Is it you who is speaking with us?" in words_of(ana, f"{HOME}v/{token}/")
    assert not Evidence.objects.exists()


def test_saying_yes_verifies_the_conversation_and_opens_the_page_once(ana: Client, order: Order) -> None:
    token = linked(order)

    answer = ana.post(f"{HOME}v/{token}/", {"answer": "yes"})

    assert answer.status_code == 302
    seen = queries.evidence(order.account, now=timezone.now(), conversation=7)
    assert seen
    assert seen.level == Level.VERIFIED
    assert "Caneca" in words_of(ana)
    assert ana.post(f"{HOME}v/{token}/", {"answer": "yes"}).status_code == 410


def test_saying_no_ends_what_was_verified(ana: Client, order: Order) -> None:
    first = linked(order)
    ana.post(f"{HOME}v/{first}/", {"answer": "yes"})

    page = Client().post(f"{HOME}v/{linked(order)}/", {"answer": "no"}).content.decode()

    assert "Thank you for telling us" in page
    assert queries.evidence(order.account, now=timezone.now(), conversation=7) is None


def test_a_link_is_answered_once(ana: Client, order: Order) -> None:
    token = linked(order)
    ana.post(f"{HOME}v/{token}/", {"answer": "no"})

    assert ana.post(f"{HOME}v/{token}/", {"answer": "yes"}).status_code == 410
    assert not Evidence.objects.exists()


def test_a_link_of_an_order_that_is_gone_still_confirms(ana: Client, order: Order) -> None:
    token = linked(order)
    Challenge.objects.update(order=None)

    assert "Thank you for confirming it" in ana.post(f"{HOME}v/{token}/", {"answer": "yes"}).content.decode()
    assert Evidence.objects.get().level == Level.VERIFIED


def test_a_newer_link_ends_the_older_one(ana: Client, order: Order) -> None:
    first = linked(order)
    second = linked(order)

    assert ana.get(f"{HOME}v/{first}/").status_code == 410
    assert ana.get(f"{HOME}v/{second}/").status_code == 200


def test_a_mail_that_cannot_leave_is_told_to_who_asked_for_it(order: Order, settings: Any, refusing_port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", refusing_port
    place = Place(began_at=timezone.now() + timedelta(seconds=1), conversation=7)
    ask_for_code(account=order.account, order=order, place=place, language="en", agent=None)

    jobs.run_due(worker="test")
    assert not Entry.objects.filter(name="verification.failed").exists(), "it is tried again first"
    Challenge.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    Job.objects.update(due_at=timezone.now())
    jobs.run_due(worker="test")

    told = Entry.objects.get(name="verification.failed").facts
    assert told["reason"] == NOT_SENT
    assert Job.objects.get().state == JobState.DONE


def test_no_secret_stands_in_the_journal(ana: Client, order: Order) -> None:
    verified(ana)
    code, token = code_of(str(mail.outbox[-1].body)).replace(" ", ""), linked(order)
    ana.post(f"{HOME}v/{token}/", {"answer": "yes"})

    journal = str([entry.facts for entry in Entry.objects.filter(name__startswith="verification.")])

    assert "a***@e***.com" in journal
    for secret in (code, token, "ana@example.com", ana.cookies["balcao_visit"].value):
        assert secret not in journal


def test_a_link_is_over_after_a_day(ana: Client, order: Order) -> None:
    token = linked(order)
    Challenge.objects.update(sent_at=timezone.now() - timedelta(hours=25))

    assert ana.get(f"{HOME}v/{token}/").status_code == 410
    assert ana.get(f"{HOME}v/nonsense/").status_code == 410


def linked(order: Order) -> str:
    """Have a link sent in conversation 7, and return its token from the mail."""
    place = Place(began_at=timezone.now() + timedelta(seconds=1), conversation=7)
    ask_for_code(account=order.account, order=order, place=place, language="en", agent=None)
    found = re.search(r"/o/moringa/v/([^/]+)/", mailed())
    assert found
    return found[1]
