"""axe-core finds nothing on any page of the desk, in three languages, both themes, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .conftest import SignIn

pytestmark = pytest.mark.slow

_PAGES = [
    "/",
    "/in/ours/",
    "/in/trash/",
    "/search/?q=caneca",
    "/customers/?q=a",
    "/notices/",
    "/keys/",
    "/start/",
    "/log/",
    "/views/new/?q=is:open",
    "/me/preferences/",
]
_OF_TICKET = ["", "?write=note", "?write=forward", "merge/", "split/", "assign/", "snooze/", "tags/", "subject/"]


_STILL = """() => Promise.all(
    document.getAnimations()
        .filter((each) => each.effect.getTiming().iterations !== Infinity)
        .map((each) => each.finished.catch(() => null)),
)"""


def faults(page: Page) -> list[str]:
    """Return what axe finds, with the element, once nothing moves; it must not fetch style sheets by itself."""
    page.evaluate(_STILL)
    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [
        f"{page.url} {each['id']}: {each['nodes'][0]['html'][:200]} {each['nodes'][0].get('failureSummary', '')}"
        for each in found
    ]


@pytest.mark.parametrize(
    "name,width,theme",
    [("bia", 1440, "light"), ("elif", 390, "dark"), ("nina", 390, "light"), ("helena", 1440, "dark")],
)
def test_every_page_is_accessible(name: str, width: int, theme: str, sign_in: SignIn) -> None:
    page = sign_in(name, width=width, height=900, theme=theme)
    page.goto("/in/ours/")
    ticket = page.locator("a.row").first.get_attribute("href")
    assert ticket is not None
    base = ticket.partition("?")[0]

    found: list[str] = []
    for address in [*_PAGES, *(base + part for part in _OF_TICKET)]:
        page.goto(address)
        found += faults(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{address} scrolls sideways")

    assert found == []


def test_what_opens_over_the_page_is_accessible(sign_in: SignIn) -> None:
    page = sign_in("nina")
    page.goto("/in/ours/")
    page.locator("a.row").first.click()
    expect(page.locator("#ticket-head")).to_be_visible()

    found: list[str] = []
    for key, opened in (("s", "#status"), ("a", "#assign"), ("p", "#snooze"), ("l", "#dialog"), ("?", "#dialog")):
        page.keyboard.press(key)
        expect(page.locator(opened)).to_be_visible()
        page.wait_for_load_state("networkidle")
        found += faults(page)
        page.keyboard.press("Escape")
        expect(page.locator(opened)).not_to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette [role=option]").first).to_be_visible()
    found += faults(page)

    assert found == []
