"""Saved views: a search under a name, for oneself and for everybody."""

import pytest
from playwright.sync_api import Page, expect

from .conftest import SignIn

pytestmark = pytest.mark.slow


def save(page: Page, name: str, query: str, *, shared: bool = False) -> None:
    page.locator("#queues a[href*='/views/new/']").click()
    dialog = page.locator("#dialog")
    dialog.locator("[name=name]").fill(name)
    dialog.locator("[name=query]").fill(query)
    if shared:
        dialog.locator("[name=shared]").check()
    dialog.locator(".dialog-foot .primary").click()
    expect(page.locator("#queues [aria-current=true]")).to_contain_text(name)


def test_a_view_of_ones_own_is_made_used_renamed_and_deleted(sign_in: SignIn) -> None:
    page, colleague = sign_in("bia"), sign_in("caio")

    # made and used: it shows what the search finds, and nothing else
    save(page, "Canecas da Bia", "caneca")
    expect(page.locator("#list .pane-head")).to_contain_text("Canecas da Bia")
    expect(page.locator("a.row").first).to_be_visible()

    # nobody else has it
    colleague.goto("/in/ours/")
    expect(colleague.locator("#queues")).to_be_visible()
    expect(colleague.locator("#queues")).not_to_contain_text("Canecas da Bia")

    # renamed
    page.locator("#list .pane-head a[href*='/views/']").click()
    page.locator("#dialog [name=name]").fill("Só canecas")
    page.locator("#dialog .primary").click()
    expect(page.locator("#queues [aria-current=true]")).to_contain_text("Só canecas")
    expect(page.locator("#queues")).not_to_contain_text("Canecas da Bia")

    # deleted; its tickets are still there
    page.locator("#list .pane-head a[href*='/views/']").click()
    page.locator("#dialog [name=delete]").click()
    expect(page.locator(".toast")).to_be_visible()
    expect(page.locator("#queues")).not_to_contain_text("Só canecas")
    page.goto("/search/?q=caneca")
    expect(page.locator("#main a[href*='/tickets/']").first).to_be_visible()


def test_a_shared_view_is_everybodys_and_changed_by_who_may(sign_in: SignIn) -> None:
    supervisor, agent = sign_in("rafael"), sign_in("caio")

    save(supervisor, "Boletos de todos", "boleto", shared=True)

    agent.goto("/in/ours/")
    agent.locator("#queues a", has_text="Boletos de todos").click()
    expect(agent.locator("#list .pane-head")).to_contain_text("Boletos de todos")
    expect(agent.locator("a.row").first).to_be_visible()
    expect(agent.locator("#list .pane-head a[href*='/views/']")).to_have_count(0)

    supervisor.locator("#list .pane-head a[href*='/views/']").click()
    supervisor.locator("#dialog [name=delete]").click()
    expect(supervisor.locator("#queues")).not_to_contain_text("Boletos de todos")


def test_a_search_that_is_not_understood_is_not_kept(sign_in: SignIn) -> None:
    page = sign_in("bia")
    page.locator("#queues a[href*='/views/new/']").click()
    page.locator("#dialog [name=name]").fill("Sem pé nem cabeça")
    page.locator("#dialog [name=query]").fill("after:amanhã")
    page.locator("#dialog .dialog-foot .primary").click()

    expect(page.locator("#saved-error")).to_contain_text("after:amanhã")
    expect(page.locator("[name=name]")).to_have_value("Sem pé nem cabeça")
