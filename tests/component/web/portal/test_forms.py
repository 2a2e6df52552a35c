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
from balcao.journal.types import SYSTEM
from balcao.kit.counting import name_of
from balcao.pipeline import inbound, submissions
from balcao.plugins.channels.form.config import FormConfig
from balcao.shops.models import Shop
from balcao.testing.factories import make_shop
from balcao.tickets.models import Attachment, Message, Ticket

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
