"""The stage board: a card drawn to another stage goes there with a reason, or stays where it is and is told why."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from balcao.testing.servers import Operator
from tests.browser.desk.conftest import SignIn, sign_in  # noqa: F401 - a fixture of theirs
from tests.browser.scripts import ran

pytestmark = pytest.mark.slow

_SOON = 15_000  # milliseconds until an open board has heard of a change and drawn it
_MANY = 8  # as many as tests of this page, each with a refund of its own
_SCRIPT = """
import os
import time
os.environ["DJANGO_SETTINGS_MODULE"] = "balcao.project.settings"
import django
django.setup()
from django.utils import timezone
from balcao.pipeline.requests import Request, submit
from balcao.processes.actions.moving import Mover, forward, start
from balcao.processes.models import Process
from balcao.processes.queries.blueprints import blueprint_for
from balcao.processes.queries.courses import last_visit
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.tickets.models import Message
shop = Shop.objects.get()
helena = Mover(agent=Agent.objects.get(email__startswith="helena@"))
"""
BEGUN = f"""{_SCRIPT}
for each in range({_MANY}):
    key = f"board{{each}}"
    request = Request(f"{{key}}@mail.example", f"Iara {{each}}", "", "Estorno", "Paguei em dobro.", "pt-br", False)
    envelope = submit(shop=shop, request=request, key=key, now=timezone.now())
    while not (message := Message.objects.filter(envelope=envelope).select_related("ticket").first()):
        time.sleep(0.1)
    start(
        ticket=message.ticket,
        blueprint=blueprint_for("refund", shop_id=shop.pk),
        order=None,
        mover=helena,
        key=key,
        now=timezone.now(),
        fields={{"reason": "charged_twice", "amount": 4200}},
    )
    print(message.ticket.number)
"""
GONE = f"""{_SCRIPT}
visit = last_visit(Process.objects.get(ticket__number={{number}}))
forward(visit=visit, transition="{{way}}", mover=helena, key=str(visit.pk), now=timezone.now(), {{why}})
"""


@dataclass(frozen=True)
class Board:
    """The board of refunds as Nina has it open, and the card of one of them."""

    page: Page
    number: int

    @property
    def card(self) -> Locator:
        return self.page.locator(f".board-card[data-number='{self.number}']")

    def column(self, stage: str) -> Locator:
        return self.page.locator(f".board-column[data-stage='{stage}']")

    def draw_to(self, stage: str) -> None:
        self.card.drag_to(self.column(stage).locator("header"), source_position={"x": 12, "y": 40})

    def stands_in(self, stage: str) -> None:
        expect(self.column(stage).locator(f".board-card[data-number='{self.number}']")).to_be_attached(timeout=_SOON)


def tab_to(page: Page, element: Locator) -> None:
    """Go on from where the keyboard stands until it stands on an element."""
    for _ in range(12):
        if element.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    expect(element).to_be_focused()


@pytest.fixture(scope="module")
def numbers(operator: Operator, desk: str) -> Iterator[int]:
    """Give the tickets of refunds that stand at their beginning, one for each test."""
    assert desk
    return map(int, ran(operator, BEGUN).split())


@pytest.fixture
def refund(sign_in: SignIn, numbers: Iterator[int]) -> Callable[..., Board]:  # noqa: F811
    """Give a function that opens the board of refunds, one of which is nobody else's."""

    def opened(*, width: int = 1440) -> Board:
        page = sign_in("nina", width=width, height=900 if width > 500 else 844)
        page.goto("/stages/")
        if page.locator("[name=process] option:checked").inner_text() != "Refund":  # it is remembered
            with page.expect_navigation():
                page.locator("[name=process]").select_option(label="Refund")
        page.wait_for_selector("html[data-ready]")
        board = Board(page, next(numbers))
        board.stands_in("requested")
        return board

    return opened


def test_a_card_is_drawn_on_with_a_reason(refund: Callable[..., Board]) -> None:
    board = refund()

    board.draw_to("review")
    sheet = board.page.locator("#dialog")
    expect(sheet.locator("h2")).to_contain_text("Hand to the lead")
    sheet.locator("#confirm button").click()
    expect(board.page.get_by_text("A reason is needed.").first).to_be_visible()
    board.page.get_by_label("Why").fill("Charged twice, and she waits since Monday.")
    board.page.get_by_role("button", name="Hand to the lead").click()

    expect(board.page.locator(".toast")).to_contain_text("It goes on: Review.")
    board.stands_in("review")
    board.page.goto(f"/tickets/{board.number}/")
    expect(board.page.locator("#timeline")).to_contain_text("Charged twice, and she waits since Monday.")


def test_where_no_way_leads_the_card_stays_and_is_told_why(refund: Callable[..., Board]) -> None:
    board = refund()

    name = board.column("checking_account").get_attribute("data-name")
    board.draw_to("checking_account")

    expect(board.page.locator(".toast.late")).to_contain_text(f"No way leads from “Request” to “{name}”.")
    expect(board.page.locator("#dialog")).not_to_be_visible()
    expect(board.page.locator(".dragging, .may-drop, .may-not")).to_have_count(0)
    board.stands_in("requested")


def test_a_refused_way_says_why_and_the_card_stays(refund: Callable[..., Board]) -> None:
    board = refund()  # no order is linked, so that nothing can be paid back

    board.draw_to("submitting")
    sheet = board.page.locator("#dialog")
    expect(sheet.locator(".banner.late").first).to_be_visible()
    expect(sheet.locator("#confirm button")).to_have_attribute("aria-disabled", "true")
    board.page.keyboard.press("Escape")

    expect(sheet).not_to_be_visible()
    board.stands_in("requested")


def test_what_a_colleague_moved_meanwhile_is_not_moved_twice(refund: Callable[..., Board], operator: Operator) -> None:
    board = refund()
    board.draw_to("review")
    why = board.page.get_by_label("Why")
    expect(why).to_be_visible()

    ran(operator, GONE.format(number=board.number, way="cancel", why="reason='solved_itself'"))
    why.fill("Charged twice.")
    board.page.locator("#confirm button").click()

    expect(board.page.get_by_text("The process has moved on since you looked.").first).to_be_visible()
    board.page.goto("/stages/")
    expect(board.card).to_have_count(0)


def test_an_open_board_shows_what_others_move(refund: Callable[..., Board], operator: Operator) -> None:
    board = refund()

    ran(operator, GONE.format(number=board.number, way="ask_review", why="remark='Paid twice.'"))

    board.stands_in("review")


def test_a_card_is_moved_with_the_keyboard(refund: Callable[..., Board]) -> None:
    board = refund()
    keys = board.page.keyboard

    board.card.get_by_role("link", name=f"Forward {board.number}").focus()
    keys.press("Enter")
    way = board.page.locator("#dialog a.menu-link", has_text="Hand to the lead")
    expect(way).to_be_visible()
    expect(board.page.locator("#dialog a.menu-link").first).to_be_focused()
    tab_to(board.page, way)
    keys.press("Enter")
    why = board.page.get_by_label("Why")
    expect(why).to_be_visible()
    tab_to(board.page, why)
    keys.type("Charged twice.")
    tab_to(board.page, board.page.locator("#confirm button"))
    keys.press("Enter")

    expect(board.page.locator(".toast")).to_contain_text("It goes on: Review.")
    board.stands_in("review")


def test_a_phone_moves_a_card_without_drawing_it(refund: Callable[..., Board]) -> None:
    board = refund(width=390)
    board.page.locator("[data-column]").select_option("requested")

    board.card.get_by_role("link", name=f"Forward {board.number}").click()
    board.page.locator("#dialog a.menu-link", has_text="Hand to the lead").click()
    board.page.get_by_label("Why").fill("Charged twice.")
    board.page.locator("#confirm button").click()

    expect(board.page.locator(".toast")).to_contain_text("It goes on: Review.")
    expect(board.page.locator("[data-column]")).to_have_value("requested")
    board.stands_in("review")
    assert board.page.evaluate("document.documentElement.scrollWidth") <= 390
