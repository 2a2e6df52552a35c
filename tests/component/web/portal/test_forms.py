"""A form on a page: people, and those who are none."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from balcao.channels.actions.connecting import create_channel
from balcao.channels.models import Channel, Envelope
from balcao.deadlines.models import Clock
from balcao.deadlines.types import ClockKind
from balcao.journal.actions import seal
from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM
from balcao.kit.counting import name_of
from balcao.pipeline import followers, inbound, submissions
from balcao.plugins.channels.form.config import FormConfig
from balcao.shops.models import Shop
from balcao.testing.factories import make_shop
from balcao.tickets.models import Attachment, Message, Ticket, Topic
from balcao.tickets.types import Kind

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ANA = {"name": "Ana Souza", "email": "ana@example.com", "message": "Cadê meu pedido?", "order": "CM-1047"}


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop(colour="#f5d90a")


@pytest.fixture
def form(shop: Shop) -> Channel:
    config = FormConfig(origins="https://www.moringa.example, https://evil.example; script-src *")
    return create_channel(shop=shop, kind="form", name="Fale", address="", config=config, actor=SYSTEM, now=NOW)


@pytest.fixture
def ana() -> Client:
    return Client(headers={"Accept-Language": "en"})


def address(form: Channel, query: str = "") -> str:
    return f"/f/{form.public_key}/{query}"


def unseen(form: Channel, *, ago: int = 60) -> dict[str, str]:
    """Return what a page shown so many seconds ago carries."""
    hidden = submissions.unseen(form, now=timezone.now() - timedelta(seconds=ago))
    return {name: value for name, value in hidden.items() if name != "work_bits"}


def understood() -> list[Ticket]:
    inbound.run_due(worker="w", now=timezone.now())
    return list(Ticket.objects.order_by("id"))


def test_what_ana_writes_becomes_a_ticket(ana: Client, form: Channel) -> None:
    page = ana.get(address(form)).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    answer = ana.post(address(form), {**ANA, **unseen(form)})
    assert answer.status_code == 302
    envelope = Envelope.objects.get()
    assert f"reference={envelope.external_id[5:13].upper()}" in answer.headers["Location"]
    thanks = ana.get(answer.headers["Location"]).content.decode()
    assert envelope.external_id[5:13].upper() in thanks
    [ticket] = understood()
    assert str(ticket.number) not in thanks
    assert ticket.status == "new"
    assert "Cadê meu pedido?" in Message.objects.get().text


def test_it_is_kept_before_the_thanks(ana: Client, form: Channel) -> None:
    ana.post(address(form), {**ANA, **unseen(form)})
    assert (Envelope.objects.get().state, Ticket.objects.count()) == ("kept", 0)


def test_sending_twice_keeps_one(ana: Client, form: Channel) -> None:
    given = {**ANA, **unseen(form)}
    first, second = ana.post(address(form), given), ana.post(address(form), given)
    assert first.headers["Location"] == second.headers["Location"]
    assert Envelope.objects.count() == 1


def test_files_come_along(ana: Client, form: Channel) -> None:
    photo = SimpleUploadedFile("caneca quebrada.txt", b"a broken mug", content_type="text/plain")
    ana.post(address(form), {**ANA, **unseen(form), "files": [photo]})
    understood()
    assert Attachment.objects.get().name == "caneca quebrada.txt"


def test_what_is_missing_is_said_and_what_was_typed_stays(ana: Client, form: Channel) -> None:
    answer = ana.post(address(form), {**unseen(form), "name": "Ana <b>Souza</b>", "email": "no address"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Ana &lt;b&gt;Souza&lt;/b&gt;" in page
    assert page.count('aria-invalid="true"') == 2  # address, message
    assert not Envelope.objects.exists()


@pytest.mark.parametrize(
    "changes, ago",
    [({"website": "https://spam.example"}, 60), ({"token": "forged"}, 60), ({}, 0), ({"name": "http://x.example"}, 60)],
    ids=["trap", "forged token", "too fast", "link as name"],
)
def test_programs_end_as_spam_and_are_not_told(ana: Client, form: Channel, changes: dict[str, str], ago: int) -> None:
    answer = ana.post(address(form), {**ANA, **unseen(form, ago=ago), **changes})
    assert "/thanks/" in answer.headers["Location"]
    assert [ticket.status for ticket in understood()] == ["spam"]


def test_a_flood_is_stopped_and_nothing_typed_is_lost(ana: Client, form: Channel) -> None:
    cache.set(name_of("form-flood", form.pk, "127.0.0.1"), 200, timeout=60)
    answer = ana.post(address(form), {**ANA, **unseen(form)})
    assert answer.status_code == 429
    assert "Cadê meu pedido?" in answer.content.decode()


def test_the_page_speaks_the_languages_of_the_shop(form: Channel) -> None:
    def spoken(query: str, accepted: str) -> bytes:
        page: bytes = Client(headers={"Accept-Language": accepted}).get(address(form, query)).content
        found = re.search(rb'<html lang="([^"]+)"', page)
        assert found
        return found[1]

    assert spoken("", "tr-TR,en;q=0.5") == b"tr"
    assert spoken("", "pt-PT") == b"pt-BR"
    assert spoken("", "de") == b"pt-BR"
    assert spoken("?lang=en", "tr") == b"en"
    assert spoken("?lang=xx", "tr") == b"tr"


def test_the_language_goes_with_the_message(ana: Client, form: Channel) -> None:
    ana.post(address(form, "?lang=tr"), {**ANA, **unseen(form)})
    assert understood()[0].language == "tr"


def test_only_named_sites_may_show_it(ana: Client, form: Channel) -> None:
    answer = ana.get(address(form, "?embed=1"))
    policy = answer.headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self' https://www.moringa.example")
    assert "X-Frame-Options" not in answer.headers
    assert "script-src" not in policy


def test_the_snippet_names_only_this_form(ana: Client, form: Channel) -> None:
    answer = ana.get(address(form, "embed.js"))
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert form.public_key in answer.content.decode()


def test_light_colours_are_shaded_until_words_can_be_read(ana: Client, form: Channel) -> None:
    css = ana.get(address(form, "look.css")).content.decode()
    assert "--shop:#f5d90a;--shop-on:#14161f" in css
    assert "light-dark(#f5d90a" not in css


def test_a_form_that_is_not_in_use_is_not_there(ana: Client, form: Channel) -> None:
    Channel.objects.update(is_active=False)
    for part in ("", "thanks/", "look.css", "embed.js"):
        assert ana.get(address(form, part)).status_code == 404


def test_a_mailbox_has_no_page(ana: Client, shop: Shop) -> None:
    from balcao.plugins.channels.mail.config import MailConfig

    mailbox = create_channel(
        shop=shop, kind="mail", name="M", address="m@x.example", config=MailConfig(), actor=SYSTEM, now=NOW
    )
    assert ana.get(address(mailbox)).status_code == 404


def test_a_reference_from_the_address_is_only_ever_a_reference(ana: Client, form: Channel) -> None:
    page = ana.get(address(form, "thanks/?reference=<b>hello</b>")).content.decode()
    assert "hello" not in page


def test_it_takes_no_cookie_and_leaves_none(form: Channel) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(address(form), {**ANA, **unseen(form)})
    assert answer.status_code == 302
    assert not strict.cookies


def asking(form: Channel) -> Channel:
    form.settings = {**form.settings, "asks_topic": True}
    form.save(update_fields=["settings"])
    return form


def choices(page: str) -> list[str]:
    return re.findall(r'<option value="([^"]*)"', page.partition('name="topic"')[2].partition("</select>")[0])


def test_a_form_asks_for_a_topic_only_where_it_is_set_up_to(ana: Client, form: Channel) -> None:
    assert 'name="topic"' not in ana.get(address(form)).content.decode()
    ana.post(address(form), {**ANA, "topic": "refund", **unseen(form)})
    assert understood()[0].topic is None
    first_level = Topic.objects.filter(parent=None).values_list("key", flat=True)
    page = ana.get(address(asking(form))).content.decode()
    assert choices(page) == ["", *first_level]
    assert ">Payment and invoice</option>" in page


@pytest.mark.parametrize("language, words", [("pt-BR", "Pagamento e nota fiscal"), ("tr", "Ödeme ve fatura")])
def test_topics_are_in_the_language_of_the_page(form: Channel, language: str, words: str) -> None:
    page = Client(headers={"Accept-Language": language}).get(address(asking(form), f"?lang={language.lower()}"))
    assert words in page.content.decode()


def test_a_ticket_begins_with_the_topic_that_ana_chose_and_its_kind(ana: Client, form: Channel) -> None:
    answer = ana.post(address(asking(form)), {**ANA, "topic": "return-or-exchange", **unseen(form)})
    assert answer.status_code == 302
    [ticket] = understood()
    assert ticket.topic
    assert (ticket.topic.key, ticket.kind, ticket.is_kind_chosen) == ("return-or-exchange", Kind.FORWARDED, False)
    told = list(Entry.objects.filter(name__startswith="ticket.").order_by("id").values_list("name", "actor_kind"))
    of_ana = ["ticket.opened", "ticket.topic.changed", "ticket.kind.changed"]
    assert told == [(name, "customer") for name in of_ana]


def test_the_promise_of_a_chosen_topic_counts_from_the_first_moment(ana: Client, form: Channel) -> None:
    asking(form)
    for topic in ("delivery", "goods"):
        ana.post(address(form), {**ANA, "topic": topic, "email": f"{topic}@example.com", **unseen(form)})
    tickets = understood()
    while seal() or followers.run_due(now=timezone.now()):
        pass
    totals = dict(Clock.objects.filter(kind=ClockKind.RESOLUTION).values_list("ticket_id", "target_seconds"))
    assert [totals[ticket.pk] // (9 * 3600) for ticket in tickets] == [1, 10]  # quick, forwarded


def test_marked_topics_stand_instead_of_the_first_level(ana: Client, form: Channel, shop: Shop) -> None:
    Topic.objects.filter(key="order-status").update(for_customers=True)
    own = Topic.objects.get(key="coupon")
    Topic.objects.filter(pk=own.pk).update(for_customers=True, is_active=False)
    Topic.objects.create(key="elsewhere", names={"en": "Elsewhere"}, shop=make_shop("caju"), for_customers=True)
    Topic.objects.create(key="engraving", names={"en": "Engraving"}, shop=shop, for_customers=True)
    assert choices(ana.get(address(asking(form))).content.decode()) == ["", "order-status", "engraving"]


@pytest.mark.parametrize("topic", ["", "nowhere", "'; --", "coupon\0", "<b>"])
def test_a_message_is_not_lost_for_a_topic_that_nobody_knows(ana: Client, form: Channel, topic: str) -> None:
    Topic.objects.filter(key="coupon").update(is_active=False)
    answer = ana.post(address(asking(form)), {**ANA, "topic": topic, **unseen(form)})
    assert answer.status_code == 302
    [ticket] = understood()
    assert (ticket.topic, ticket.kind) == (None, "")


def test_a_chosen_topic_is_still_there_when_something_else_is_missing(ana: Client, form: Channel) -> None:
    given = {**ANA, "message": "", "topic": "refund", **unseen(form)}
    page = ana.post(address(asking(form)), given).content.decode()
    assert '<option value="refund" selected>' in page


def test_spam_with_a_topic_is_spam(ana: Client, form: Channel) -> None:
    ana.post(address(asking(form)), {**ANA, "topic": "refund", **unseen(form), "website": "https://casino.example"})
    assert understood()[0].status == "spam"
