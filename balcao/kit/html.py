"""HTML that strangers wrote: made safe to show, and read as plain text."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from html import unescape
from itertools import accumulate

import nh3

ImageUrl = Callable[[str], str | None]

_INLINE = {"a", "abbr", "b", "big", "cite", "code", "del", "em", "font", "i", "img", "ins", "kbd", "mark", "q", "s"} | {
    "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "bdi", "bdo", "br"
}  # fmt: skip
_TABLES = {"caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
_BLOCKS = {"address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt", "figcaption"} | {
    "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
    "section", "summary", "ul"
}  # fmt: skip
_TAGS = _INLINE | _TABLES | _BLOCKS
_DROPPED = {"script", "style", "title", "svg", "math", "template", "iframe", "frame", "frameset", "object", "embed"} | {
    "applet", "audio", "video", "canvas", "noscript", "noembed", "noframes", "xmp", "textarea", "select", "option"
}  # fmt: skip

_CELL = {"align", "valign", "bgcolor", "width", "height"}
_ATTRIBUTES = {
    "*": {"style", "dir", "lang", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color", "face", "size"},
    "table": _CELL | {"border", "cellpadding", "cellspacing"},
    "tr": _CELL,
    "td": _CELL | {"colspan", "rowspan"},
    "th": _CELL | {"colspan", "rowspan", "scope"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "ol": {"start", "type"},
    "p": {"align"},
    "div": {"align"},
    "bdo": {"dir"},
    "time": {"datetime"},
}
# None of these can load anything or leave its place on the page.
_STYLES = {
    "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left", "border-radius",
    "border-right", "border-spacing", "border-style", "border-top", "border-width", "color", "font-family", "font-size",
    "font-style", "font-weight", "height", "letter-spacing", "line-height", "list-style-type", "max-width", "padding",
    "padding-bottom", "padding-left", "padding-right", "padding-top", "text-align", "text-decoration",
    "text-decoration-line", "text-indent", "text-transform", "vertical-align", "white-space", "width", "word-break",
}  # fmt: skip
_LINK = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
_LOADING_STYLE = re.compile(r"url|image|\\|@|expression|/\*", re.IGNORECASE)

_PLAIN = nh3.Cleaner(
    tags=(_TABLES | _BLOCKS | {"br"}) - {"col", "colgroup", "tbody", "thead", "tfoot"},
    clean_content_tags=_DROPPED,
    attributes={},
    link_rel=None,
)
_PIECE = re.compile(r"<(/?)(\w+)>|([^<]+)")
_SPACED = {"blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"}
_BULLET = "- "

_NESTING = re.compile(
    r"<(/?)(?!(?:area|br|col|hr|img|input|li|link|meta|option|p|t[dhr]|wbr)\b)[a-zA-Z]", re.IGNORECASE
)
_DEEPEST = 3000  # the parser needs time with the square of the depth; no mail program nests like this


def sanitise(html: str, *, image_url: ImageUrl) -> str:
    """Return HTML that is safe to show in a page: no script, style sheet, form, frame or drawing, nothing remote.

    `image_url` gets the address of each picture (`cid:...` or http) and returns the one to show, or None for none.
    """
    return nh3.clean(
        _flattened(html),
        tags=_TAGS,
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        attribute_filter=partial(_allowed, image_url),
        filter_style_properties=_STYLES,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def _flattened(html: str) -> str:
    """Return the HTML, without its tags if they are nested so deep that they are an attack."""
    if html.count("<") < _DEEPEST:
        return html
    depths = accumulate(-1 if match[1] else 1 for match in _NESTING.finditer(html))
    return re.sub(r"<[^<>]*>?", " ", html) if max(depths, default=0) > _DEEPEST else html


def _allowed(image_url: ImageUrl, tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src":
        return image_url(value.strip())
    if attribute == "href":
        return value if _LINK.match(value.strip()) else None
    if attribute == "style":
        return None if _LOADING_STYLE.search(value) else value
    return value


def to_text(html: str) -> str:
    """Return what a reader of the HTML would read, as plain text: paragraphs, lists, and quotes after `> `."""
    reader = _Reader()
    for closing, tag, text in _PIECE.findall(_PLAIN.clean(_flattened(html))):
        if text:
            reader.read(unescape(text))
        else:
            reader.meet(tag, closing=bool(closing))
    return "\n".join(reader.lines()).strip("\n")


class _Reader:
    """Lines of text in the making, each with the number of quotes that it stands in."""

    def __init__(self) -> None:
        self._finished: list[tuple[int, str]] = []
        self._line = ""
        self._quotes = self._preformatted = 0

    def read(self, text: str) -> None:
        """Add text to the line at hand."""
        if self._preformatted:
            *whole, self._line = (self._line + text).split("\n")
            self._finished += [(self._quotes, line) for line in whole]
            return
        words = re.sub(r"[ \t\r\n\f]+", " ", text)
        self._line += words.lstrip(" ") if self._line[-1:] in {"", " "} else words

    def meet(self, tag: str, *, closing: bool) -> None:
        """Follow a tag."""
        if tag == "br":
            self._end_line()
        elif tag in {"td", "th"}:
            self.read(" ")
        else:
            self._start_line(blank=tag in _SPACED)
            self._enter(tag, -1 if closing else 1)

    def lines(self) -> Iterator[str]:
        """Return the finished lines, at most one blank in a row, quoted if both its neighbours are."""
        self._end_line()
        before, blank = 0, False
        for quotes, line in self._finished:
            text = line.replace("\u00a0", " ").rstrip()
            if text and blank:
                yield ("> " * min(before, quotes)).rstrip()
            if text:
                yield f"{'> ' * quotes}{text}"
                before = quotes
            blank = not text

    def _end_line(self) -> None:
        self._finished.append((self._quotes, self._line))
        self._line = ""

    def _start_line(self, *, blank: bool) -> None:
        if self._line.strip() not in {"", _BULLET.strip()}:
            self._end_line()
        if blank and self._line != _BULLET:
            self._end_line()

    def _enter(self, tag: str, step: int) -> None:
        if tag == "blockquote":
            self._quotes = max(self._quotes + step, 0)
        elif tag == "pre":
            self._preformatted = max(self._preformatted + step, 0)
        elif tag == "li" and step > 0:
            self._line = _BULLET
        elif tag == "hr":
            self._finished.append((self._quotes, "---"))
