"""An order beside its ticket: paid back in part from the sheet, carried out by the worker, seen without a reload."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import SignIn

pytestmark = pytest.mark.slow

NUMBER = "CM-20419"


def open_ticket_of(page: Page, number: str) -> None:
    """Go from the order's number to the ticket that is about it."""
    page.goto(f"/orders/?q={number}")
    page.wait_for_selector("html[data-ready]")
    page.locator(".order-rows tbody a").click()
    page.locator("main .nav-list a.nav-link").first.click()
    expect(page.locator("#bought h3")).to_contain_text(number)


def fill_in(page: Page, sum_: str) -> None:
    """Open the refund's sheet; fill it in."""
    page.locator("#bought a.deed[href*='/do/refund/']").click()
    expect(page.locator("#dialog .at-edge")).to_be_visible()
    page.locator("#dialog [name=amount]").fill(sum_)
    page.locator("#dialog [name=reason]").fill("mancha na toalha")


def test_a_refund_is_seen_before_and_after(sign_in: SignIn) -> None:
    page, other = sign_in("bia"), sign_in("caio")
    open_ticket_of(page, NUMBER)
    open_ticket_of(other, NUMBER)
    confirm = page.locator("#confirm button")

    fill_in(page, "10")
    expect(page.locator("#dry")).to_contain_text(re.compile(r"10,00"))
    expect(page.locator("#dry")).to_contain_text(re.compile(r"279,90"))
    expect(confirm).to_contain_text("10,00")
    confirm.click()

    expect(page.locator("#toasts .toast")).to_contain_text("10,00")
    expect(page.locator("#dialog")).not_to_be_visible()
    for seen in (page, other):  # the worker carries it out; nobody reloads
        expect(seen.locator("#bought .order-sum.back")).to_contain_text("10,00")
        expect(seen.locator("#timeline .event.order, #timeline .event").last).to_contain_text(NUMBER)


def test_a_sheet_is_left_without_a_trace(sign_in: SignIn) -> None:
    page = sign_in("bia")
    open_ticket_of(page, NUMBER)

    fill_in(page, "99999")
    expect(page.locator("#dry .banner.late")).to_be_visible()
    expect(page.locator("#confirm button")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Escape")

    expect(page.locator("#dialog")).not_to_be_visible()
    expect(page.locator("#bought a.deed[href*='/do/refund/']")).to_be_focused()


def test_another_order_comes_into_the_card(sign_in: SignIn) -> None:
    page = sign_in("bia")
    open_ticket_of(page, "CM-20366")
    others = page.locator("#card-orders")
    others.locator("summary").click()
    number = others.locator(".nav-link .cut").first.inner_text()
    page.locator("#text").fill("Oi")  # what is being written stays

    others.locator(".nav-link").first.click()

    expect(page.locator("#bought h3")).to_contain_text(number)
    expect(page.locator("#card-orders")).to_contain_text("CM-20366")
    expect(page.locator("#text")).to_have_value("Oi")
    page.locator("#text").fill("")
