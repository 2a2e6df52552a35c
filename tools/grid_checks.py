"""What tools/grid.py asks of every page: axe-core, nothing too wide or cut off, nothing left in English."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import axe_playwright_python
from babel.messages.catalog import Catalog
from catalogue import read, texts
from playwright.sync_api import Page

_AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
_PLACEHOLDER = re.compile(r"%\([^)]*\)?[sd]?|\{[^}]*\}")
_WORD = re.compile(r"[^\W\d_]+")
_RAW = re.compile(r"%\(|\{\{|\{%|^None$|\bundefined\b|\bNaN\b|\[object |</?\w+>")

# The system's theme alone would leave some words drawn in the colours of the one before.
STILL = """async (theme) => {
    document.documentElement.dataset.theme = theme;
    await Promise.all(
        document.getAnimations()
            .filter((each) => each.effect.getTiming().iterations !== Infinity)
            .map((each) => each.finished.catch(() => null)));
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
}"""

# Colours are all that a theme changes, so only the first theme of a page meets all the rules.
_RUN = """async (colours) => {
    const options = { preload: false, resultTypes: ["violations"] };
    if (colours) options.runOnly = { type: "rule", values: ["color-contrast", "link-in-text-block"] };
    else options.rules = { "target-size": { enabled: true } };
    const found = await axe.run(document, options);
    return found.violations.map((each) => [each.id, each.nodes.map((node) => node.html.slice(0, 160))]);
}"""

# A box is cut when its words are wider than it is, it does not scroll and no ellipsis says so.
_CUT = """() => {
    const words = (node) => node.innerText.trim().slice(0, 60);
    const named = (node) => `<${node.localName} class="${node.getAttribute("class") ?? ""}"> ${words(node)}`;
    const page = document.scrollingElement;
    const boxes = "button, a, th, label, h1, h2, h3, .chip, .pill, .tab, .count, select";
    const found = [];
    if (document.documentElement.scrollWidth > innerWidth) {
        found.push(`the page is ${document.documentElement.scrollWidth - innerWidth} px too wide`);
    }
    for (const node of document.querySelectorAll(boxes)) {
        const isSeen = node.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
        if (!isSeen || node.closest(".sr, .rail-link")) continue;
        const style = getComputedStyle(node);
        if (style.display === "inline" || node.clientWidth < 2) continue;
        const cut = node.scrollWidth - node.clientWidth;
        if (cut > 1 && style.textOverflow !== "ellipsis" && !["auto", "scroll"].includes(style.overflowX)) {
            found.push(`cut by ${cut} px: ${named(node)}`);
        }
        const box = node.getBoundingClientRect();
        const holder = node.closest(".table-scroll, .tabs, pre, [data-scrolls]") ?? page;
        if (holder === page && box.width && box.right > innerWidth + 1 && box.left < innerWidth) {
            found.push(`beyond the edge: ${named(node)}`);
        }
    }
    return found;
}"""

# What people wrote carries its language or stands in one of these; the rest is ours to translate.
_SAID = """() => {
    const unsaid = "script, noscript, style, template";
    const theirs = `[lang]:not(html), .words, .row, code, pre, kbd, time, option, .avatar, ${unsaid}`;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const said = [document.title.split(" · ")[0]];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = node.data.replace(/\\s+/g, " ").trim();
        if (text && !node.parentElement.closest(theirs)) said.push(text);
    }
    for (const name of ["aria-label", "title", "placeholder", "alt", "data-command"]) {
        for (const node of document.querySelectorAll(`[${name}]`)) {
            if (!node.closest(theirs)) said.push(node.getAttribute(name).trim());
        }
    }
    return [...new Set(said)];
}"""


_CODE = 3  # letters of a currency's code


def axe(page: Page, *, colours_only: bool) -> list[str]:
    """Return what axe-core finds, one line a rule."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: list[Any] = page.evaluate(_RUN, colours_only)
    return [f"axe {rule} ({len(nodes)}): {nodes[0]}" for rule, nodes in found]


def cut(page: Page) -> list[str]:
    """Return what is too wide for the window or for its own box."""
    return list(page.evaluate(_CUT))


def said(page: Page) -> set[str]:
    """Return the interface's words on a page, without what people wrote."""
    return set(page.evaluate(_SAID))


def raw(words: Iterable[str]) -> list[str]:
    """Return words that only a template should see."""
    return [f"raw: {text[:80]}" for text in words if _RAW.search(text)]


def leftovers(words: set[str], english: set[str], *, language: str) -> list[str]:
    """Return what the same page says in English too, in words that only our English has."""
    ours, theirs = _vocabulary("en"), _vocabulary(language)
    return [
        f"in English: {text[:80]}"
        for text in sorted(words & english)
        if (spoken := _spoken(text)) and spoken <= ours and not spoken <= theirs
    ]


def _spoken(text: str) -> set[str]:
    said = _WORD.findall(_PLACEHOLDER.sub(" ", text))
    return {word.casefold() for word in said if len(word) > 1 and not _is_currency(word)}


def _is_currency(word: str) -> bool:
    return len(word) == _CODE and word.isupper()  # TRY is no English verb


@lru_cache(maxsize=4)
def _vocabulary(language: str) -> set[str]:
    """Return the words of all strings, as they stand in the sources ("en") or translated."""
    catalog: Catalog = read("tr" if language == "en" else language)
    spoken = (texts(message.id if language == "en" else message.string) for message in catalog if message.id)
    return {word for strings in spoken for text in strings for word in _spoken(text)}
