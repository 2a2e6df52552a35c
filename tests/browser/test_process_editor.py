"""A manager designs a process: what is typed is checked at once, and what does not fit is not published."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

PASSWORD = "balcao-demo"


def sign_in(page: Page, who: str = "helena@casamoringa.example") -> None:
    page.goto("/account/login/")
    page.locator("[name=login]").fill(who)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form button.primary").click()
    page.wait_for_url(re.compile(r"^(?!.*/account/login/)"))


def begin(page: Page, name: str) -> None:
    """Begin a process as a copy of the refund."""
    page.goto("/console/processes/new/")
    page.locator("[name=name]").fill(name)
    page.locator("[name=copy]").select_option(index=page.locator("[name=copy] option").count() - 2)
    page.locator("button[form=settings]").click()
    page.wait_for_url(re.compile(r"/console/processes/\d+/$"))


def complaints(page: Page) -> dict[str, Any]:
    found = {rule["id"]: rule["nodes"][0]["html"][:200] for rule in Axe().run(page).response["violations"]}
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return found | ({"too wide": wide} if wide > 0 else {})


def test_what_is_typed_is_checked_at_once_and_taken_back(page: Page) -> None:
    sign_in(page)
    begin(page, "Refund by hand")
    page.locator(".stage-face").first.click()
    expect(page.locator(".panel-head h2")).to_contain_text(":")
    before = page.locator(".stage-box.here .stage-line b").inner_text()
    page.locator("[name='limit.amount']").fill("900")
    page.locator("[name='limit.amount']").blur()
    expect(page.locator("#check .fit-limit")).to_be_visible()  # the bar ends behind the promise
    expect(page.locator(".stage-box.here .stage-line b")).not_to_have_text(before)
    expect(page.locator("#process-head .primary")).to_have_attribute("aria-disabled", "true")
    page.locator("#process-head form button").click()
    expect(page.locator("#check .fit-limit")).to_have_count(0)


def test_a_press_right_after_typing_loses_nothing(page: Page) -> None:
    sign_in(page)
    begin(page, "Refund in a hurry")
    page.locator(".stage-face").first.click()
    expect(page.locator("#side [name=stage]")).to_have_value("requested")
    page.locator("[name='names.en']").evaluate("field => { field.closest('[data-lang]').hidden = false; }")
    page.locator("[name='names.en']").fill("Typed in a hurry")
    page.locator(".stage-face").nth(1).click()  # the name is not saved yet
    expect(page.locator("#side [name=stage]")).not_to_have_value("requested")
    page.reload()
    page.locator(".stage-face").first.click()
    expect(page.locator("[name='names.en']")).to_have_value("Typed in a hurry")


def test_a_process_is_published_once_it_fits(page: Page) -> None:
    sign_in(page)
    begin(page, "Refund that fits")
    for code in ("en", "pt-BR", "tr"):
        field = page.locator(f"[name='names.{code}']")
        field.evaluate("field => { field.closest('[data-lang]').hidden = false; }")
        field.fill("Refund that fits")
    page.locator(".panel-foot button").click()
    expect(page.locator("#check .faults")).to_have_count(0)
    page.locator("#process-head .primary").click()
    page.locator("[name=note]").fill("The first one")
    page.locator("form.form .button.primary").click()
    page.wait_for_url(re.compile(r"/console/processes/\d+/$"))
    expect(page.locator("#process-head .primary")).to_have_count(0)
    page.locator("#process-head .tab").nth(2).click()
    expect(page.locator(".versions")).to_contain_text("The first one")


def test_a_virtual_ticket_walks_through(page: Page) -> None:
    sign_in(page)
    page.goto("/console/processes/")
    page.locator("tbody th a").first.click()
    page.locator("#process-head .tab").nth(1).click()
    stays = page.locator(".stay").count()
    assert stays > 1
    page.locator("[name=d0]").select_option("own")
    page.locator("[name=n0]").fill("900")
    page.locator("[name=n0]").blur()
    expect(page.locator(".stay").first).to_have_class(re.compile("late"))


@pytest.mark.parametrize("theme,width", [("light", 1440), ("dark", 390)])
def test_the_pages_of_processes_pass_axe(browser: Browser, base_url: str, theme: Any, width: int) -> None:
    context = browser.new_context(
        base_url=base_url, color_scheme=theme, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    sign_in(page)
    page.goto("/console/processes/")
    address = page.locator("tbody th a").first.get_attribute("href") or ""
    found = {"list": complaints(page)}
    for part in ("", "try/", "versions/"):
        page.goto(address + part)
        found[part] = complaints(page)
    page.goto(address)
    for kind in (".stage-face", ".stage-row.way"):
        page.locator(kind).first.click()
        page.locator(".panel-head").wait_for()
        page.evaluate("document.querySelectorAll('.part-fold').forEach((fold) => { fold.open = true; })")
        found[kind] = complaints(page)
    for address in ("/console/processes/new/", "/console/processes/bring/", "/console/departments/"):
        page.goto(address)
        found[address] = complaints(page)
    context.close()
    assert not {name: wrong for name, wrong in found.items() if wrong}
