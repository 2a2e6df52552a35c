"""Settings, the door and the forms of customers, as people with a browser meet them."""

import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

PASSWORD = "balcao-demo"
DOOR = ["/account/login/", "/account/password/reset/", "/account/password/reset/done/", "/account/signup/"]
PAGES = [
    "",
    "shops/new/",
    "channels/",
    "channels/new/",
    "channels/new/mail/microsoft/",
    "channels/new/mail/provider/",
    "channels/1/",
    "channels/1/answers/",
    "channels/1/envelopes/",
    "shop-systems/",
    "shop-systems/new/",
    "shop-systems/1/",
    "shop-systems/1/files/",
    "shop-systems/1/policy/",
    "macros/",
    "macros/new/",
    "tags/",
    "quarantine/",
    "agents/",
    "agents/new/",
    "roles/",
    "teams/",
    "tokens/new/",
    "journal/",
    "health/",
]


def sign_in(page: Page, who: str = "helena@casamoringa.example") -> None:
    page.goto("/account/login/")
    page.locator("[name=login]").fill(who)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form button.primary").click()
    page.wait_for_url(re.compile(r"^(?!.*/account/login/)"))


def complaints(page: Page) -> dict[str, Any]:
    """Return what axe finds, and how far the page is too wide."""
    found = {rule["id"]: rule["nodes"][0]["html"][:200] for rule in Axe().run(page).response["violations"]}
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return found | ({"too wide": wide} if wide > 0 else {})


@pytest.mark.parametrize("theme,width", [("light", 1440), ("dark", 390)])
def test_nothing_keeps_anybody_out(browser: Browser, base_url: str, theme: Any, width: int) -> None:
    context = browser.new_context(
        base_url=base_url, color_scheme=theme, viewport={"width": width, "height": 900}, locale="tr"
    )
    page = context.new_page()
    found = {}
    for address in DOOR:
        page.goto(address)
        found[address] = complaints(page)
    sign_in(page)
    for address in [f"/console/{part}" for part in PAGES] + ["/account/2fa/", "/account/sessions/"]:
        page.goto(address)
        found[address] = complaints(page)
    form = _form_address(page)
    for query in ("", "?embed=1"):
        page.goto(form + query)
        found[form + query] = complaints(page)
    context.close()
    assert {address: wrong for address, wrong in found.items() if wrong} == {}


def _form_address(page: Page) -> str:
    page.goto("/console/channels/")
    page.get_by_role("link", name="Fale conosco").click()
    page.goto(page.url.split("?")[0] + "embed/")
    return "/" + page.locator("pre").first.inner_text().split("/", 3)[3].strip()


def test_only_what_matters_is_asked(page: Page) -> None:
    sign_in(page)
    page.goto("/console/channels/new/mail/imap/")
    server, provider = page.locator("[name=config-imap_host]"), page.locator("[name=config-provider]")
    expect(server).to_be_visible()
    expect(provider).to_be_hidden()
    page.locator("[name=config-incoming][value=provider]").check()
    expect(server).to_be_hidden()
    expect(provider).to_be_visible()
    page.locator("[name=config-outgoing][value=none]").check()
    expect(page.locator("[name=config-login]").first).to_be_hidden()  # nobody logs in anywhere now


def test_the_outcome_of_a_trial_appears_by_itself(page: Page) -> None:
    sign_in(page)
    page.goto("/console/channels/new/mail/imap/")
    for name, value in {
        "name": "Trial",
        "config-address": "trial@casamoringa.example",
        "config-imap_host": "127.0.0.1",
        "config-imap_port": "9",
        "config-smtp_host": "127.0.0.1",
        "config-smtp_port": "9",
        "config-password": "never-shown-again",
    }.items():
        page.locator(f"[name='{name}']").fill(value)
    page.locator("[form=settings].primary").click()
    expect(page.locator("#trial li")).to_have_count(4, timeout=30_000)  # found and not connected, twice
    expect(page.locator("#trial .check-soon")).to_have_count(2)
    assert "never-shown-again" not in page.content()


ORDERS = """Pedido;Data do pedido;Situação;Cliente;E-mail;Produto;Quantidade;Preço unitário
BR-70001;02/11/2026;Na esteira;Ana Souza;ana.70001@example.com;Caneca Moringa;2;49,90
BR-70002;03/11/2026;Enviado;Elif Kaya;elif.70002@example.com;Caneca Moringa;um;59,90
"""


def test_a_file_goes_into_the_order_book_column_by_column(page: Page) -> None:
    sign_in(page)
    page.goto("/console/shop-systems/1/files/")
    page.locator("[name=file]").set_input_files(
        {"name": "pedidos.csv", "mimeType": "text/csv", "buffer": ORDERS.encode()}
    )
    page.locator("#bring button").click()
    expect(page.locator("[name=column-0]")).to_have_value("number")
    page.get_by_label("Na esteira").select_option("preparing")
    page.locator("[name=look]").click()
    expect(page.get_by_role("region").last).to_contain_text("Quantidade")  # the fault of the second order
    page.locator("[name=bring]").click()
    expect(page.locator(".process-sum b").first).to_have_text("1", timeout=30_000)  # without a reload
    with page.expect_download() as download:
        page.locator("#import-state a.button").click()
    assert "BR-70002" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    page.goto("/orders/?q=BR-70001")
    expect(page.locator("body")).to_contain_text("Ana Souza")
    page.goto("/orders/?q=BR-70002")
    expect(page.locator("main")).not_to_contain_text("Elif Kaya")


def test_a_placeholder_goes_where_one_writes_and_the_preview_follows(page: Page) -> None:
    sign_in(page)
    page.goto("/console/macros/new/")
    text = page.locator("[name='text-en']")
    text.fill("Hello ")
    page.locator("[data-insert='{customer.first_name}']").click()
    expect(text).to_have_value("Hello {customer.first_name}")
    expect(page.locator("#preview")).to_contain_text("Hello Ana")


def test_a_passkey_is_added_and_opens_the_desk(browser: Browser, base_url: str) -> None:
    context = browser.new_context(base_url=base_url.replace("127.0.0.1", "localhost"))
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(page, "mert@casamoringa.example")  # whom no other test signs in: from now on a password alone is not enough
    page.goto("/account/2fa/webauthn/add/")
    if "/reauthenticate/" in page.url:
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("form button.primary").click()
    page.locator("[name=name]").fill("Laptop")
    page.locator("[name=passwordless]").check()
    page.locator("#key-add").click()
    page.wait_for_url(re.compile("recovery-codes"))
    context.clear_cookies()
    page.goto("/account/login/")
    page.locator("#passkey-login").click()
    page.wait_for_url(re.compile(r"^(?!.*/account/)"))
    expect(page.locator("#rail")).to_be_visible()
    context.close()


class _Site(http.server.BaseHTTPRequestHandler):
    """A shop's own page, with the two lines on it."""

    snippet = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(f'<!doctype html><html lang="tr"><title>Shop</title>{self.snippet}'.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_form_on_the_shops_own_site_reaches_the_desk(page: Page, site: str, browser: Browser, base_url: str) -> None:
    sign_in(page)
    _form_address(page)
    _Site.snippet = page.locator("pre").nth(1).inner_text()
    page.goto(page.url.split("embed/")[0])
    page.locator("[name=config-origins]").fill(site)
    page.locator("[name=config-least_seconds]").fill("0")
    page.locator("[form=settings].primary").click()
    page.wait_for_load_state()
    context = browser.new_context()
    shop = context.new_page()
    shop.goto(site)
    frame = shop.frame_locator("iframe")
    frame.locator("[name=name]").fill("Elif Kaya")
    frame.locator("[name=email]").fill("elif.kaya@example.com")
    frame.locator("[name=message]").fill("Sipariş 4711 nerede?")
    frame.locator("form button").click()
    expect(frame.get_by_role("heading")).to_contain_text(re.compile("mesaj|message", re.IGNORECASE))
    context.close()
    page.goto("/in/ours/")
    expect(page.locator("body")).to_contain_text("Elif Kaya", timeout=20_000)  # live, without a reload
