"""Around the sale, from the composer: a ready answer, products with their freight, an order for the customer."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import SignIn
from .test_orders import open_ticket_of

pytestmark = pytest.mark.slow

ASKED_FOR = "CM-20411"  # Marcos asks where it is


def test_a_ready_answer_is_taken_by_one_key_and_sent_by_another(sign_in: SignIn) -> None:
    page = sign_in("nina")
    open_ticket_of(page, ASKED_FOR)
    expect(page.locator(".ready")).to_contain_text(ASKED_FOR)
    expect(page.locator("#text")).to_have_value("")

    page.keyboard.press("q")

    expect(page.locator("#text")).to_have_value(re.compile(rf"^Olá, Marcos!.*{ASKED_FOR}", re.DOTALL))
    expect(page.locator(".ready")).to_have_count(0)
    expect(page.locator("#text")).to_be_focused()
    expect(page.locator("#timeline .said.ours")).to_have_count(0)  # nothing left by itself
    page.locator("#text").fill("")


def test_a_fact_is_filled_in_behind_a_brace(sign_in: SignIn) -> None:
    page = sign_in("nina")
    open_ticket_of(page, ASKED_FOR)
    page.locator("#text").click()
    page.keyboard.type("Pedido {num")
    expect(page.locator("[data-suggestions] [role=option]").first).to_contain_text(ASKED_FOR)
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_have_value(f"Pedido {ASKED_FOR}")

    page.locator("#text").fill("Acompanhe: {order.tracking_url}")
    page.locator("#composer [data-send]").click()

    expect(page.locator("#composer .hint.warn").first).to_contain_text("{order.tracking_url}")
    expect(page.locator("#composer button[name=sure]")).to_have_count(0)
    page.locator("#text").fill("")


def _search(page: Page, words: str) -> None:
    page.locator("#composer a[href*='/products/']").click()
    page.locator("#dialog input[name=q]").fill(words)
    expect(page.locator("#dialog .sold").first).to_be_visible()


def test_a_product_and_its_freight_go_into_the_answer(sign_in: SignIn) -> None:
    page = sign_in("bia")
    open_ticket_of(page, "CM-20436")  # Zeynep writes Turkish
    _search(page, "jarra")
    page.locator("#dialog .sold [data-insert]").first.click()
    page.locator("#freight-to").fill("34728")
    page.locator("#dialog .freight-ask button").click()
    page.locator("#freight [data-insert], #freight .banner").first.wait_for()  # the worker has answered

    expect(page.locator("#text")).to_have_value(re.compile(r"Jarra Vereda.*stokta", re.DOTALL))
    page.keyboard.press("Escape")
    page.locator("#text").fill("")


def test_an_order_is_placed_and_comes_up_with_its_code(sign_in: SignIn) -> None:
    page = sign_in("bia")
    open_ticket_of(page, "CM-20386")
    page.locator("#bought a[href*='/place/']").click()
    page.locator("#place-q").fill("caneca")
    page.locator("#dialog .sold button").first.click()
    expect(page.locator("#dialog .basket-line")).to_have_count(1)
    page.locator("#dialog [hx-post$='/freight/']").click()
    page.locator("#freight input[type=radio]").first.wait_for()
    confirm = page.locator("#confirm button")
    expect(confirm).not_to_have_attribute("aria-disabled", "true")

    confirm.click()

    expect(page.locator("#bought h3")).to_contain_text(re.compile(r"B\d{6}"))  # the worker placed it; nobody reloads
    expect(page.locator("#bought .order-code code")).to_contain_text("br.gov.bcb.pix")
    page.locator("#bought .order-code summary").click()
    expect(page.locator("#bought .qr svg")).to_be_visible()
