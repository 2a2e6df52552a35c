"""An agent's day in a real browser: keys, writing, undoing, and seeing what others do without a reload."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import SignIn

pytestmark = pytest.mark.slow


def open_first(page: Page, view: str = "unassigned") -> str:
    """Open the first ticket of a view; return its number."""
    page.goto(f"/in/{view}/")
    page.wait_for_selector("html[data-ready]")
    page.locator("a.row").first.click()
    stub = page.locator("#ticket-head .stub")
    expect(stub).to_be_visible()
    return re.sub(r"\D", "", stub.inner_text())


def begin_note(page: Page) -> None:
    page.keyboard.press("n")
    expect(page.locator(".composer.is-note #text")).to_be_focused()


def leave(page: Page) -> None:
    page.evaluate("document.activeElement.blur()")


def test_keys_walk_and_open(sign_in: SignIn) -> None:
    page = sign_in("bia")
    first = open_first(page)

    page.keyboard.press("j")
    expect(page.locator("#ticket-head .stub")).not_to_contain_text(first)
    page.keyboard.press("k")
    expect(page.locator("#ticket-head .stub")).to_contain_text(first)
    page.keyboard.press(".")

    expect(page.locator(".toast")).to_contain_text(first)


def test_keys_are_off_while_typing(sign_in: SignIn) -> None:
    page = sign_in("bia")
    number = open_first(page)

    page.keyboard.press("r")
    page.keyboard.type("jornal e mesa")

    expect(page.locator("#text")).to_have_value("jornal e mesa")
    expect(page.locator("#ticket-head .stub")).to_contain_text(number)
    page.locator("#text").fill("")


def test_a_reply_can_be_undone_for_ten_seconds(sign_in: SignIn) -> None:
    page = sign_in("bia")
    open_first(page)

    page.keyboard.press("r")
    page.keyboard.type("Enviamos outra amanhã.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said.ours").last).to_contain_text("Enviamos outra amanhã.")
    expect(page.locator(".toast [data-undo]")).to_be_visible()
    leave(page)
    page.keyboard.press("z")

    expect(page.locator("#text")).to_have_value("Enviamos outra amanhã.")
    expect(page.locator(".said.ours", has_text="Enviamos outra amanhã.")).to_have_count(0)
    page.locator("#text").fill("")


def test_the_palette_runs_a_command_of_the_ticket(sign_in: SignIn) -> None:
    page = sign_in("nina")  # whose desk speaks English
    open_first(page)

    page.keyboard.press("Control+k")
    page.locator("#palette input").fill(">tags")
    page.keyboard.press("Enter")

    expect(page.locator("#dialog h2")).to_contain_text("Tags of")
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).not_to_be_visible()


def test_the_palette_finds_whatever_the_i(sign_in: SignIn) -> None:
    page = sign_in("elif")

    page.keyboard.press("Control+k")
    page.locator("#palette input").fill("ILKER")

    expect(page.locator("#palette [role=option]", has_text="İlker")).not_to_have_count(0)


def test_two_agents_see_each_other(sign_in: SignIn) -> None:
    bia, caio = sign_in("bia"), sign_in("caio")
    number = open_first(bia)

    caio.goto(f"/tickets/{number}/")
    caio.wait_for_selector("html[data-ready]")
    expect(bia.locator("#viewers")).to_contain_text("CM")
    begin_note(caio)
    caio.keyboard.type("Falei com o ateliê.")
    expect(bia.locator("#typing")).to_contain_text("Caio")
    caio.keyboard.press("Control+Enter")

    expect(bia.locator(".note", has_text="Falei com o ateliê.")).to_be_visible(timeout=10_000)


def test_what_a_colleague_takes_changes_in_the_list(sign_in: SignIn) -> None:
    bia, caio = sign_in("bia"), sign_in("caio")
    bia.goto("/in/ours/")
    number = open_first(caio)
    row = bia.locator("a.row", has=bia.locator(f"xpath=self::a[contains(@href, '/tickets/{number}/')]"))
    expect(row).to_be_visible()

    caio.keyboard.press("m")

    expect(row.locator(".row-foot")).to_contain_text("Caio", timeout=10_000)


def test_time_left_counts_down_by_itself(sign_in: SignIn) -> None:
    page = sign_in("nina")
    page.clock.install()
    page.goto("/in/ours/?order=due")
    page.wait_for_selector("html[data-ready]")
    page.locator("a.row:has(.pill.due.ok)").first.click()
    in_head = page.locator("#ticket-head .facts-due .pill.due.ok")
    expect(in_head).to_be_visible()
    due = in_head.get_attribute("data-due")
    before = in_head.inner_text()
    page.context.set_offline(True)

    page.clock.run_for("01:00:00")
    expect(in_head).not_to_have_text(before)
    page.clock.fast_forward(1000 * 3_600_000)  # milliseconds

    of_ticket = page.locator(f"#ticket-head .facts-due .pill.late[data-due='{due}'], .row .pill.late[data-due='{due}']")
    expect(of_ticket).to_have_count(2)
    for each in of_ticket.all():
        expect(each).to_have_text(re.compile("late"))


def test_what_one_writes_survives_leaving(sign_in: SignIn) -> None:
    page = sign_in("bia")
    number = open_first(page)
    begin_note(page)
    page.keyboard.type("Meio pensamento")

    page.goto("/in/mine/")
    page.goto(f"/tickets/{number}/?write=note")

    expect(page.locator("#text")).to_have_value("Meio pensamento")
    page.locator("#text").fill("")
    expect(page.locator("[data-state]")).to_have_text("", timeout=10_000)


def test_a_pasted_picture_becomes_an_attachment(sign_in: SignIn) -> None:
    page = sign_in("bia")
    open_first(page)
    begin_note(page)

    page.evaluate(
        """() => {
            const held = new DataTransfer();
            held.items.add(new File(["x"], "print.txt", { type: "text/plain" }));
            document.querySelector("#text").dispatchEvent(
                new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true }));
        }"""
    )

    expect(page.locator("[data-files] .file")).to_contain_text("print.txt")
    page.locator("[data-drop-file]").click()
    expect(page.locator("[data-files] .file")).to_have_count(0)


def test_merge_and_undo(sign_in: SignIn) -> None:
    page = sign_in("bia")
    target = open_first(page)
    page.keyboard.press("j")
    expect(page.locator("#ticket-head .stub")).not_to_contain_text(target)
    source = re.sub(r"\D", "", page.locator("#ticket-head .stub").inner_text())

    page.goto(f"/tickets/{source}/merge/?into={target}")
    page.locator(".dialog-foot .primary").click()
    expect(page.locator("#ticket-head .stub")).to_contain_text(target)
    leave(page)
    page.keyboard.press("z")

    expect(page.locator("#ticket-head .stub")).to_contain_text(source)
    expect(page.locator("#composer textarea")).to_be_visible()


def test_a_phone_reads_and_answers(sign_in: SignIn) -> None:
    page = sign_in("elif", width=390, height=844)
    page.goto("/in/ours/")

    page.locator("a.row").nth(2).click()
    expect(page.locator(".list")).not_to_be_visible()
    expect(page.locator("#text")).to_be_visible()
    page.locator(".app-bar a").click()

    expect(page.locator("a.row").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_desk_works_without_scripts(sign_in: SignIn) -> None:
    page = sign_in("bia")
    number = open_first(page)
    state = page.context.storage_state()
    plain = page.context.browser.new_context(
        base_url=page.url.split("/tickets")[0], java_script_enabled=False, storage_state=state
    )  # type: ignore[union-attr]
    quiet = plain.new_page()

    quiet.goto(f"/tickets/{number}/?write=note")
    quiet.locator("textarea[name=text]").first.fill("Sem script")
    quiet.locator("#composer [data-send]").click()

    expect(quiet.locator(".note", has_text="Sem script")).to_be_visible()
    plain.close()


def test_settings_and_back(sign_in: SignIn) -> None:
    page = sign_in("helena")

    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/console/**")
    expect(page.locator("body.console")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("i")

    expect(page.locator("#rows")).to_be_visible()
    expect(page.locator("body.console")).to_have_count(0)
