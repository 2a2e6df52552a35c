"""A mailbox on a real IMAP server: connected in the console, answered from the desk, read by the customer."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

import pytest
from playwright.sync_api import Browser, Page, expect

from balcao.testing.servers import ImapServer, SmtpSink, smtp

from .conftest import PASSWORD, SignIn, eventually

pytestmark = pytest.mark.slow

SHOP = "sac@casamoringa.example"
_SOON = 30_000  # milliseconds: the mailbox is looked at, or the ten seconds to take an answer back are over


@pytest.fixture(scope="module")
def post_office(imap_server: ImapServer) -> Iterator[SmtpSink]:
    """Give a mail server that puts what the shop sends into its customers' mailboxes."""
    with smtp(imap_server) as sink:
        yield sink


@pytest.fixture(scope="module")
def mailbox(browser: Browser, base_url: str, imap_server: ImapServer, post_office: SmtpSink) -> ImapServer:
    """Connect the shop's mailbox as Helena does, with a first answer in Portuguese; give the server it lies on."""
    imap_server._maildir(SHOP)
    page = browser.new_context(base_url=base_url).new_page()
    page.goto("/account/login/?next=/console/channels/new/mail/imap/")
    page.locator("[name=login]").fill("helena@casamoringa.example")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form button.primary").click()
    page.locator("[name=name]").fill("SAC")
    for name, value in {
        "address": SHOP,
        "imap_host": imap_server.host,
        "imap_port": imap_server.port,
        "since_days": 1,
        "smtp_host": post_office.host,
        "smtp_port": post_office.port,
        "smtp_username": "-",
        "password": imap_server.password,
    }.items():
        page.locator(f"[name=config-{name}]").fill(str(value))
    for name in ("imap_security", "smtp_security"):
        _choose(page, f"config-{name}", "plain")
    page.locator("[name=config-plus_addressing]").check()
    page.locator("[form=settings].primary").click()
    page.wait_for_url(re.compile(r"/console/channels/\d+/"))
    page.goto(re.sub(r"(/channels/\d+/).*", r"\1answers/", page.url))
    page.locator("[name=pt-BR]").fill("Recebemos sua mensagem, {customer.first_name}. Seu número é {ticket.number}.")
    page.locator("[form=settings].primary").click()
    page.wait_for_load_state()
    page.context.close()
    return imap_server


def _choose(page: Page, name: str, value: str) -> None:
    field = page.locator(f"select[name={name}]")
    if field.count():
        field.select_option(value)
    else:
        page.locator(f"[name={name}][value={value}]").check()


def mail(sender: str, subject: str, text: str, *, to: str = SHOP, answers: str = "") -> bytes:
    letter = EmailMessage()
    letter["From"] = sender
    letter["To"] = to
    letter["Subject"] = subject
    letter["Message-ID"] = f"<{abs(hash((sender, subject, text)))}@mail.example>"
    if answers:
        letter["In-Reply-To"] = letter["References"] = answers
    letter.set_content(text)
    return letter.as_bytes()


def letters(server: ImapServer, address: str) -> list[EmailMessage]:
    return [cast("EmailMessage", message_from_bytes(raw, policy=default)) for raw in server.delivered(address)]


def words(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    return body.get_content() if body else ""


def find(page: Page, subject: str) -> None:
    """Open the ticket with a subject as soon as it is there, without reloading until the desk says so."""
    page.goto("/in/unassigned/")
    row = page.locator("a.row", has_text=subject)
    news = page.locator("#news")
    expect(row.or_(news.filter(visible=True)).first).to_be_visible(timeout=_SOON)
    if not row.count():
        news.click()
    row.click()
    expect(page.locator("#ticket-head")).to_contain_text(subject)


def test_an_answer_lies_in_the_customers_mailbox(mailbox: ImapServer, sign_in: SignIn) -> None:
    # given a mail of Ana's, and Bia at her desk
    page = sign_in("bia")
    mailbox.deliver(SHOP, mail("Ana Prado <ana@mail.example>", "Cadê minha moringa", "Faz dez dias. Cadê?"))
    find(page, "Cadê minha moringa")
    expect(page.locator(".said").first).to_contain_text("Faz dez dias. Cadê?")

    # when Bia answers
    page.keyboard.press("r")
    page.keyboard.type("Sai hoje, Ana. Desculpe a demora!")
    page.keyboard.press("Control+Enter")

    # then Ana can read it in her mailbox, in her thread, and Bia sees that it left
    answer = eventually(
        lambda: [letter for letter in letters(mailbox, "ana@mail.example") if "Sai hoje, Ana." in words(letter)]
    )[0]
    assert "Cadê minha moringa" in answer["Subject"]
    assert answer["In-Reply-To"]
    expect(page.locator(".said.ours", has_text="Sai hoje").locator(".ticks.read")).to_be_visible(timeout=_SOON)

    # and what she writes back appears below, without a reload
    thanks = mail(
        "Ana Prado <ana@mail.example>", "Re: Cadê minha moringa", "Obrigada, Bia!", answers=answer["Message-ID"]
    )
    mailbox.deliver(SHOP, thanks)
    expect(page.locator(".said", has_text="Obrigada, Bia!")).to_be_visible(timeout=_SOON)


def test_the_first_answer_goes_out_by_itself(mailbox: ImapServer, sign_in: SignIn) -> None:
    page = sign_in("bia")

    mailbox.deliver(
        SHOP, mail("Bruno Teles <bruno@mail.example>", "Frete para Recife", "Quanto custa o frete para o Recife?")
    )

    letter = eventually(lambda: letters(mailbox, "bruno@mail.example"))[0]
    assert "Recebemos sua mensagem, Bruno." in words(letter)
    assert letter["Auto-Submitted"] == "auto-replied"
    find(page, "Frete para Recife")
    expect(page.locator(".said.ours")).to_contain_text("Recebemos sua mensagem, Bruno.")
    number = re.sub(r"\D", "", page.locator("#ticket-head .stub").inner_text())
    assert f"Seu número é {number}." in words(letter)


def test_a_stranger_is_recognised(mailbox: ImapServer, sign_in: SignIn) -> None:
    # given a conversation with Clara, whose sister answers to it from an address of her own
    page = sign_in("bia")
    mailbox.deliver(SHOP, mail("Clara Reis <clara@mail.example>", "Presente da Dulce", "É para a minha irmã."))
    letter = eventually(lambda: letters(mailbox, "clara@mail.example"))[0]
    find(page, "Presente da Dulce")
    back = letter["Reply-To"].addresses[0].addr_spec
    mailbox.deliver(SHOP, mail("Dulce Reis <dulce@mail.example>", "Re: Presente", "Sou a Dulce, já chegou!", to=back))
    said = page.locator(".said", has_text="Sou a Dulce, já chegou!")
    expect(said.locator(".banner.late")).to_be_visible(timeout=_SOON)

    # when Bia says that she knows who it is
    said.locator(".banner.late button").click()

    # then the warning is gone, for everybody who looks
    expect(page.locator(".toast")).to_contain_text("Dulce Reis")
    expect(said).to_be_visible()
    expect(said.locator(".banner.late")).to_have_count(0)


def test_two_addresses_are_one_customer_and_two_again(mailbox: ImapServer, sign_in: SignIn) -> None:
    # given two mails of the same woman, from home and from work
    page = sign_in("rafael")
    for sender, subject in (("teresa@mail.example", "Jogo de jantar"), ("teresa@work.example", "Toalha de linho")):
        mailbox.deliver(SHOP, mail(f"Teresa Viana <{sender}>", subject, "Ainda tem?"))
        find(page, subject)
    panel = page.locator("#customer")
    expect(panel).to_contain_text("teresa@work.example")

    # when Rafael compares her with the one whom the desk points at, and merges
    panel.locator(".hints a[data-dialog][href*='/merge/']").click()
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("teresa@mail.example")
    expect(dialog.locator(".dry")).to_contain_text("Teresa Viana")
    dialog.locator("button.primary").click()

    # then both addresses stand on one card
    expect(page.locator("#customer")).to_contain_text("teresa@mail.example")
    expect(page.locator("#customer")).to_contain_text("teresa@work.example")

    # and taking it back makes them two again
    page.locator(".toast [data-undo]").click()
    expect(page.locator("#customer")).not_to_contain_text("teresa@mail.example")
    expect(page.locator("#customer")).to_contain_text("teresa@work.example")
