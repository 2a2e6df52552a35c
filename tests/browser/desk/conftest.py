"""Agents of the demo shop, each in a browser of their own."""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

PASSWORD = "balcao-demo"

SignIn = Callable[..., Page]
Found = TypeVar("Found")


def eventually(look: Callable[[], Found], *, seconds: float = 40) -> Found:
    """Return what `look` finds as soon as it finds anything: for what no page shows."""
    ends = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < ends, "It did not come."
        time.sleep(0.1)
    return found


@pytest.fixture
def sign_in(browser: Browser, base_url: str) -> Iterator[SignIn]:
    """Give a function that opens a browser and signs an agent in; anything the page complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def signed_in(name: str, *, width: int = 1440, height: int = 900, theme: str = "light") -> Page:
        context = browser.new_context(
            base_url=base_url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.goto("/account/login/")
        page.locator("[name=login]").fill(f"{name}@casamoringa.example")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[name=password]").press("Enter")
        page.wait_for_selector("html[data-ready] #rows")
        return page

    yield signed_in
    for context in contexts:
        context.close()
    assert complaints == []
