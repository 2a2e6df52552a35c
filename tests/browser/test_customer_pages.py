"""A customer on the phone: finds the order, opens it with the code from the mail, cancels it, and sees it done."""

import pytest
from playwright.sync_api import Page, expect

from balcao.testing.servers import Operator
from tests.browser.codes import code_for

pytestmark = pytest.mark.slow

NUMBER, ADDRESS = "CM-20427", "lucas.andrade@correio.example"


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    return {**browser_context_args, "viewport": {"width": 390, "height": 800}, "locale": "en-GB"}


def test_a_customer_cancels_their_order_by_themselves(page: Page, operator: Operator) -> None:
    page.goto("/o/casa-moringa/?lang=en")
    page.get_by_label("Order number").fill(NUMBER)
    page.get_by_label("E-mail address you ordered with").fill("somebody@else.example")
    page.get_by_role("button", name="Show my order").click()
    expect(page.get_by_role("alert")).to_contain_text("We find no order")

    page.get_by_label("E-mail address you ordered with").fill(ADDRESS)
    page.get_by_role("button", name="Show my order").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We are preparing your order")
    expect(page.locator("main")).not_to_contain_text("Caneca")

    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("The six digits from the mail").fill(code_for(operator, ADDRESS))
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("main")).to_contain_text("Caneca")

    page.get_by_role("link", name="Cancel the order").click()
    expect(page.locator(".effect")).to_contain_text("goes back to Pix")
    page.get_by_role("button", name="Cancel the order").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for _ in range(40):  # the worker carries it out; a customer without JavaScript looks again
        page.reload()
        if page.get_by_role("heading", level=1).inner_text() == "Your order is cancelled":
            break
        page.wait_for_timeout(250)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your order is cancelled")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
