"""Opens every page of a demo desk, in each language, width and theme: takes its picture and looks for faults.

`tools/grid.py ticket --language tr` opens only what has "ticket" in its name, in Turkish. The pictures are
named page-language-width-theme.png. Exits 1 when anything was found.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grid_checks as checks
from catalogue import ROOT
from grid_pages import VIEWS, View
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from playwright.sync_api import Error as BrowserError

from balcao.testing.servers import Operator, running_desk
from balcao.testing.servers.running import program

WIDTHS = {1440: 900, 390: 844}  # each with its height, in CSS pixels
THEMES = ("light", "dark")
LANGUAGES = {"en": "en", "pt-br": "pt_BR", "tr": "tr"}
_QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


@dataclass
class Grid:
    """A demo desk before a browser, and what was found on it."""

    browser: Browser
    address: str
    state: dict[str, Any]
    out: Path
    found: dict[str, list[str]] = field(default_factory=dict)
    english: dict[str, set[str]] = field(default_factory=dict)
    contexts: dict[tuple[str, str], Page] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def page(self, language: str, who: str) -> Page:
        """Return the browser window of somebody who speaks a language."""
        if (language, who) not in self.contexts:
            self.contexts[language, who] = self._opened(language, who)
        return self.contexts[language, who]

    def _opened(self, language: str, who: str) -> Page:
        context = self.browser.new_context(base_url=self.address, locale=language, reduced_motion="reduce")
        self._sign_in(context, language, who)
        broken = self.state["broken"][language]
        context.route("**/fault-500/", lambda route: route.fulfill(status=500, body=broken, content_type="text/html"))
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", self._complain)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        return page

    def _sign_in(self, context: BrowserContext, language: str, who: str) -> None:
        if who == "customer":
            name, value = self.state["visit"]
            context.add_cookies([{"name": name, "value": value, "url": self.address}])
        key = {"agent": language, "light": f"light {language}", "half": "half"}.get(who)
        if key:
            session = self.state["sessions"][key]
            context.add_cookies([{"name": self.state["cookie"], "value": session, "url": self.address}])

    def _complain(self, message: ConsoleMessage) -> None:
        is_the_page = message.page is not None and message.location.get("url") == message.page.url
        if message.type in ("error", "warning") and not is_the_page:  # a refused page says so in its status
            self.complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def look(self, view: View, language: str, widths: Iterable[int]) -> None:
        """Open one page and take it in both themes; what has to be opened on it is opened at each width anew."""
        page = self.page(language, view.who)
        is_open = False
        for width in widths:
            name = f"{view.name}-{language}-{width}"
            self.complaints.clear()
            page.emulate_media(color_scheme="light")
            page.set_viewport_size({"width": width, "height": WIDTHS[width]})
            found = [] if is_open else self._open(page, view, language, name)
            if not found:
                found += self._take(page, name, language)
                found += self._read(page, view, language, width)
            is_open = not (found or view.does)
            found += self.complaints
            if found:
                self.found[name] = list(dict.fromkeys(found))

    def _open(self, page: Page, view: View, language: str, name: str) -> list[str]:
        try:
            status = self._go(page, view.address.format_map({**self.state["places"], "language": language}))
            if view.does:
                view.does(page)
            expect(page.locator(".htmx-request")).to_have_count(0)
        except (AssertionError, BrowserError) as error:
            page.screenshot(path=self.out / f"{name}-broken.png")
            return [f"does not open: {str(error).splitlines()[0]}"]
        return [] if status == view.status else [f"answers {status} instead of {view.status}"]

    @staticmethod
    def _go(page: Page, address: str) -> int:
        """Open an address; return how it was answered."""
        answer = page.goto(address)
        if page.locator("body.desk").count():
            page.wait_for_selector("html[data-ready]")
        return answer.status if answer else 0

    def _take(self, page: Page, name: str, language: str) -> list[str]:
        found = []
        for theme in THEMES:
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            page.evaluate(checks.STILL, theme)
            page.screenshot(path=self.out / f"{name}-{theme}.png", full_page=True)
            if language == "en":  # what axe looks at does not speak
                found += [f"{theme}: {line}" for line in checks.axe(page, colours_only=theme != THEMES[0])]
        return found

    def _read(self, page: Page, view: View, language: str, width: int) -> list[str]:
        words = checks.said(page)
        key = f"{view.name}-{width}"
        found = checks.cut(page) + checks.raw(words)
        if language == "en":
            self.english[key] = words
        elif key in self.english:
            found += checks.leftovers(words, self.english[key], language=LANGUAGES[language])
        return found


@contextmanager
def demo_desk() -> Iterator[tuple[str, dict[str, Any]]]:
    """Run a demo desk in a folder of its own; give its address and what stands where."""
    with tempfile.TemporaryDirectory(prefix="balcao-grid-") as folder:
        operator = Operator(Path(folder))
        with running_desk(operator, "--demo") as address:
            command = [sys.executable, str(ROOT / "tools" / "grid_state.py")]
            done = subprocess.run(command, env=operator.environment, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(done.stderr)
            yield address, json.loads(done.stdout.splitlines()[-1])


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the system's browser; as root, which containers are, it needs to be told to do without its sandbox."""
    with sync_playwright() as playwright:
        path = program("chromium", package="chromium")
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", *_QUIET])


def main() -> int:
    """Look at what was asked for, print what was found."""
    options = _options()
    views = [view for view in VIEWS if not options.names or any(name in view.name for name in options.names)]
    languages = options.language or list(LANGUAGES)
    options.out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with demo_desk() as (address, state), chromium() as browser:
        grid = Grid(browser, address, state, options.out)
        for view in views:
            for language in languages:
                grid.look(view, language, options.width or WIDTHS)
        browser.close()
    _report(grid.found)
    taken = len(views) * len(languages) * len(options.width or WIDTHS) * len(THEMES)
    print(f"{taken} pictures in {options.out} after {time.monotonic() - began:.0f} s; {len(grid.found)} with findings")
    return int(bool(grid.found))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only pages with one of these in their name")
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "grid", help="where the pictures go")
    parser.add_argument("--language", action="append", choices=LANGUAGES, help="only this one (again for more)")
    parser.add_argument("--width", action="append", type=int, choices=WIDTHS, help="only this one")
    return parser.parse_args()


def _report(found: dict[str, list[str]]) -> None:
    """Print each finding once, with how many pages have it and the first of them."""
    counts = Counter(line for lines in found.values() for line in lines)
    first = {line: name for name, lines in reversed(found.items()) for line in lines}
    for line, count in counts.most_common():
        print(f"{first[line]}{f' and {count - 1} more' if count > 1 else ''}: {line}")


if __name__ == "__main__":
    sys.exit(main())
