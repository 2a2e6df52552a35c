"""A return through all departments, in three languages: the customer, the warehouse, inspection and finance see it."""

import csv
import json
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, expect

import balcao.demo
import balcao.processes
from balcao.testing.servers import Operator
from tests.browser.codes import code_for
from tests.browser.desk.conftest import SignIn, eventually, sign_in  # noqa: F401 - a fixture of theirs
from tests.browser.scripts import ran

pytestmark = pytest.mark.slow

PHOTO = Path(balcao.demo.__file__).parent / "photos" / "trinca.jpg"
PATH = json.loads((Path(balcao.processes.__file__).parent / "defaults" / "return.json").read_text())
STAGE, PROCESS = "Conferência", "Devolução"  # as Rafael reads them
NAMES = {stage["key"]: stage["customer_names"] for stage in PATH["stages"] if "customer_names" in stage}
ORDERS = {
    "pt-br": ("CM-20391", "fernandalobato@caixa.example"),
    "en": ("CM-20312", "pieter.debruyn@inbox.example"),  # paid in another currency: two people pay it back
    "tr": ("CM-20380", "denizkarahan@bulut.example"),  # dearer than one person alone may pay back
}
BREACH = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "balcao.project.settings"
import django
django.setup()
from django.utils import timezone
from balcao.deadlines.actions import clocks
from balcao.deadlines.actions.choosing import round_the_clock
from balcao.returns.models import Return
from balcao.returns.rules.numbers import written
row = Return.objects.get(process__stage="received", order__number="CM-20525")
visit = row.process.visits.select_related("clock").get(left_at=None)
now = timezone.now()
clock = clocks.set_calendar(clock=visit.clock, calendar=round_the_clock(), at=now, key="browser")
clocks.set_target(clock=clock, target_seconds=1, at=now, key="browser")
print(written(row.number, prefix=row.prefix), row.process.ticket.number)
"""


@pytest.fixture
def customer(browser: Browser, base_url: str) -> Callable[[str], Page]:
    """Give a function that opens a phone in a language."""

    def opened(language: str) -> Page:
        page = browser.new_context(base_url=base_url, viewport={"width": 390, "height": 800}).new_page()
        page.set_default_timeout(20_000)
        page.goto(f"/o/casa-moringa/?lang={language}")
        return page

    return opened


def show_oneself(page: Page, operator: Operator, number: str, address: str) -> None:
    page.locator("[name=number]").fill(number)
    page.locator("[name=email]").fill(address)
    page.locator("main form button").last.click()
    asked = time.time()
    page.locator("form[action*='/code/'] button").click()
    page.locator("[name=code]").fill(code_for(operator, address, since=asked))
    page.locator(".code-form button").click()
    expect(page.locator("main")).to_contain_text("×")  # what was ordered, which is shown to nobody else


def send_back(page: Page) -> str:
    """Fill in the two steps of the return, with a photo; return its number."""
    page.locator("a[href*='/return/']").first.click()
    page.locator("[name=qty-1]").select_option(index=1)
    page.locator("[name=reason-1]").select_option("regret.changed_mind")
    page.locator("button[value=look]").click()
    page.locator("[name=photos-1]").set_input_files(str(PHOTO))
    page.locator("[name=outcome][value=refund]").check()
    page.locator("button[value=send]").click()
    return page.locator(".promise-card .stub").inner_text().strip()


def sees(page: Page, number: str, stage: str, language: str) -> None:
    """Let the customer look at their order again until it stands in a stage, by its name in their language."""
    words = NAMES[stage][{"pt-br": "pt-BR"}.get(language, language)]

    def look() -> bool:
        page.goto(f"/o/casa-moringa/orders/{number}/?lang={language}")
        return words in page.locator("main").inner_text()

    eventually(look, seconds=60)


def found(page: Page, number: str) -> None:
    """Type what a scanner reads from the slip."""
    page.goto("/returns/")
    page.locator("main [name=q]").fill(number)
    page.keyboard.press("Enter")
    expect(page.locator("h1.num")).to_have_text(number)


@pytest.mark.parametrize("language", ORDERS)
def test_a_return_goes_through_all_departments(
    language: str,
    customer: Callable[[str], Page],
    sign_in: SignIn,  # noqa: F811
    operator: Operator,
) -> None:
    number, address = ORDERS[language]
    phone = customer(language)
    show_oneself(phone, operator, number, address)
    back = send_back(phone)
    sees(phone, number, "label_sent", language)

    jonas = sign_in("jonas")
    found(jonas, back)
    expect(jonas.locator("img[src*='/photos/'], a[href*='/photos/'] img")).to_be_visible()
    jonas.locator("form[action*='/receive/'] button").click()
    sees(phone, number, "received", language)

    found(jonas, back)
    jonas.locator("[name^=grade-]").first.select_option("A")
    jonas.locator("form[action*='/inspect/'] button").click()
    sees(phone, number, "inspected", language)

    nina = sign_in("nina")
    found(nina, back)
    nina.locator("form[action*='/decide/'] button").click()
    if language != "pt-br":
        ticket = nina.locator("main nav a[href*='/tickets/']").first.get_attribute("href")
        rafael = sign_in("rafael")
        rafael.goto(str(ticket))
        rafael.wait_for_selector("html[data-ready]")
        rafael.locator("form[action*='/ways/'][action*='/agree/'] button").first.click()
    sees(phone, number, "refunded", language)


def late_stays(page: Page) -> int:
    """Return how many stays at the inspection of returns were too long, by the board's own file."""
    page.goto("/boards/stages/")
    address = page.locator("a[href*='.csv'], a[href*='file']").first.get_attribute("href")
    answer = page.request.get(urljoin(page.url, address or ""))
    rows = csv.DictReader(StringIO(answer.text().lstrip("\ufeff")))
    return sum(int(row["late"]) for row in rows if row["stage"] == STAGE and row["process"] == PROCESS)


def test_a_stage_that_stays_too_long_is_charged(sign_in: SignIn, operator: Operator) -> None:  # noqa: F811
    jonas, rafael = sign_in("jonas"), sign_in("rafael")
    jonas.goto("/returns/")
    before = late_stays(rafael)
    late = ran(operator, BREACH)
    number, ticket = late.split()

    def is_late() -> bool:
        rafael.goto(f"/tickets/{ticket}/")
        return rafael.locator("main .late, #ticket .late").count() > 0

    eventually(is_late, seconds=60)  # the timer fires, on the ticket
    found(jonas, number)
    jonas.locator("[name^=grade-]").first.select_option("A")
    jonas.locator("form[action*='/inspect/'] button").click()

    eventually(lambda: late_stays(rafael) == before + 1, seconds=60)
