"""A customer on the phone: opens the link from the mail, sends a photo, chooses the money, and sees it go on."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from balcao.testing.servers import Operator
from tests.browser.test_customer_pages import code_for

pytestmark = pytest.mark.slow

NUMBER, ADDRESS = "CM-18902", "edu@rossifotografia.example"
BEGUN = """
import time
import django
django.setup()
from django.utils import timezone
from balcao.commerce.models import Order
from balcao.pipeline.requests import Request, submit
from balcao.processes.actions import blueprints
from balcao.processes.actions.moving import Mover, start
from balcao.processes.queries.blueprints import blueprint_for
from balcao.processes.queries.cases import case_address
from balcao.staff.models import Agent
from balcao.tickets.models import Message
order = Order.objects.select_related("account__backend__shop").get(number="{number}")
shop = order.account.backend.shop
request = Request("{address}", "Eduardo", "{number}", "Chegou quebrado", "O bule chegou quebrado.", "en", False)
envelope = submit(shop=shop, request=request, key="matter", now=timezone.now())
for _ in range(200):
    message = Message.objects.filter(envelope=envelope).select_related("ticket").first()
    if message:
        break
    time.sleep(0.1)
blueprints.bring_defaults(now=timezone.now())
agent = Agent.objects.filter(is_active=True, role="admin").first()
process = start(
    ticket=message.ticket,
    blueprint=blueprint_for("damaged_in_transport", shop_id=shop.pk),
    order=order,
    mover=Mover(agent=agent),
    key="matter",
    now=timezone.now(),
)
"""
GO = """
from balcao.processes.actions.moving import forward
from balcao.processes.actions.working import do_task
from balcao.processes.queries.courses import last_visit
for task in process.tasks.filter(done_at=None, dropped_at=None):
    do_task(task=task, result="Done.", agent=agent, now=timezone.now())
forward(
    visit=last_visit(process), transition="{way}", mover=Mover(agent=agent), key="matter {way}", now=timezone.now()
)
print(case_address(process))
"""


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    return {**browser_context_args, "viewport": {"width": 390, "height": 800}, "locale": "en-GB"}


def gone(operator: Operator, way: str) -> str:
    """Let somebody of the shop take a way; return the customer's link."""
    script = BEGUN.format(number=NUMBER, address=ADDRESS) + GO.format(way=way)
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**operator.environment, "DJANGO_SETTINGS_MODULE": "balcao.project.settings"},
        check=False,
        timeout=120,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return re.sub(r"^https?://[^/]+", "", done.stdout.split()[-1])


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_customer_sends_a_photo_and_chooses_their_money(page: Page, operator: Operator, tmp_path: Path) -> None:
    photo = tmp_path / "bule.jpg"
    Image.new("RGB", (40, 30), "brown").save(photo)

    page.goto(f"{gone(operator, 'ask_photos')}?lang=en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Please send photos")
    expect(page.get_by_role("heading", name="It is your turn")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("O bule chegou quebrado")
    assert fits(page)
    page.get_by_label("Photos of product and box").set_input_files(photo)
    page.get_by_role("button", name="Send my photos").click()
    expect(page.get_by_role("status")).to_contain_text("We have it.")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Please send photos")

    page.goto(f"{gone(operator, 'ask_choice')}?lang=en")
    page.get_by_role("link", name="Send my choice").click()
    expect(page.get_by_role("heading", name="First we make sure that it is you")).to_be_visible()
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("The six digits from the mail").fill(code_for(operator, ADDRESS))
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Refund").check()
    page.get_by_role("button", name="Send my choice").click()
    expect(page.locator("form")).to_contain_text("Refund")
    assert fits(page)
    page.get_by_role("button", name="Yes, go on").click()

    expect(page.get_by_role("status")).to_contain_text("We have it.")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Please choose")
    expect(page.locator(".talk")).to_contain_text("O bule chegou quebrado")
    expect(page.locator(".talk")).to_contain_text("bule.jpg")
    assert fits(page)
