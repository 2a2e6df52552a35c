"""An order beside its ticket: paid back in part from the sheet, carried out by the worker, seen without a reload."""

import re
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from balcao.testing.servers import Operator

from .conftest import SignIn

pytestmark = pytest.mark.slow

NUMBER = "CM-20419"
OTHER = "CM-20436"


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


TOLD = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "balcao.project.settings"
import django
django.setup()
from dataclasses import replace
from django.utils import timezone
from balcao.commerce.actions.mirroring import mirror
from balcao.commerce.models import Order
from balcao.commerce.queries import order_value
from balcao.ports.commerce import OrderStage
row = Order.objects.select_related("account", "backend__shop").get(number="{number}")
told = replace(order_value(row), stage=OrderStage.CANCELLED, cancel_reason="{reason}", changed_at=timezone.now())
mirror(backend=row.backend, orders=[told], read_at=timezone.now())
"""


def test_what_a_shop_system_tells_appears_by_itself(sign_in: SignIn, operator: Operator) -> None:
    beside, alone = sign_in("bia"), sign_in("caio")
    open_ticket_of(beside, OTHER)
    alone.goto(f"/orders/?q={OTHER}")
    alone.locator(".order-rows tbody a").click()
    expect(alone.locator("main[data-order] h1")).to_contain_text(OTHER)
    alone.wait_for_selector("html[data-ready]")

    script = TOLD.format(number=OTHER, reason="endereço inexistente")
    subprocess.run([sys.executable, "-c", script], env=operator.environment, check=True, timeout=60)

    for seen in (beside.locator("#bought"), alone.locator("main[data-order]")):  # nobody reloads
        expect(seen).to_contain_text("endereço inexistente", timeout=20_000)


def test_what_leads_out_of_the_ticket_is_opened_whole(sign_in: SignIn) -> None:
    page = sign_in("bia")
    open_ticket_of(page, NUMBER)
    page.locator("#bought a.deed[href$='/return/']").click()
    expect(page).to_have_url(re.compile(r"/orders/\d+/return/$"))
    expect(page.locator("main#main h1")).to_be_visible()
    page.go_back()
    expect(page.locator("#bought h3")).to_contain_text(NUMBER)
