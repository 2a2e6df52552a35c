"""HTML mails as lines of text, with what their markup says about quotes and signatures."""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from balcao.plugins.channels.mail.reply.lines import Line, Role

_MOST_NODES = 150_000
_SPACES = re.compile(r"[ \t\r\n\f\u00a0]+")
_SKIPPED = frozenset({
    "head", "style", "script", "title", "template", "noscript", "object", "svg", "math", "select", "textarea", "button",
    "iframe", "canvas", "audio", "video", "map", "xml", "o:shapedefaults",
})  # fmt: skip
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?![.\d]*[1-9])"
    r"|max-height\s*:\s*0(?:px|;|\s|\Z)|opacity\s*:\s*0(?![.\d]*[1-9])",
    re.IGNORECASE,
)
_NO_MARGIN = re.compile(r"margin(?:-top|-bottom)?\s*:\s*0", re.IGNORECASE)
_NO_BORDER = re.compile(r"border(?:-left)?\s*:\s*(?:none|0)|border-left-width\s*:\s*0", re.IGNORECASE)
_OUTLOOK_BORDER = re.compile(
    r"border:\s*none;\s*border-top:\s*solid\s*#?\w+\s*1(?:\.0)?pt|border-top-color:\s*rgb\(229, 229, 229\)"
    r"|border-top:\s*1(?:px|pt) solid #?(?:b5c4df|e1e1e1)|border-top:\s*solid\s*#(?:e1e1e1|b5c4df)\s*1(?:\.0)?pt",
    re.IGNORECASE,
)

# What programs call the parts of a mail they make. Found as a part of `class` or `id`, in lower case.
_QUOTES = (
    "yahoo_quoted", "ymail_quoted", "olk_src_body_section", "mail-editor-reference-message-container",
    "ms-outlook-mobile-reference-message", "messagereplysection", "missive_quote", "front-blockquote", "hs_reply",
    "zohoreplycontent", "mailru-blockquote", "uol_quote", "quoted-mail", "replied-message",
)  # fmt: skip
_DIVIDERS = (
    "divrplyfwdmsg", "appendonsend", "outlookmessageheader", "__divider__", "zwchr", "replysplit", "stopspelling",
    "mailcontenttop", "isreplycontent", "_mailoriginal",
)  # fmt: skip
_ATTRIBUTIONS = (
    "moz-cite-prefix", "gmail_attr", "reply-intro", "airmail_on", "airmail_ext_on", "gmail_quote_attribution",
    "-x-evo-attribution", "quote-header", "quoteheader",
)  # fmt: skip
_SIGNATURES = (
    "gmail_signature", "applemailsignature", "moz-signature", "ms-outlook-mobile-signature", "protonmail_signature",
    "tutanota_signature", "yahoo_signature", "mailbird_signature", "bloop_markdown_signature", "zoho_signature",
    "data-signature", "sigcontainer", "ms-outlook-signature",
)  # fmt: skip
_SIGNATURE_IDS = frozenset(
    {"signature", "x_signature", "mail-signature", "composer_signature", "signature-block", "_rc_sig", "divsignature"}
)
_QUOTING_BLOCKQUOTES = ("gmail_quote", "cite", "quote", "yahoo", "reply", "moz")
_LONGEST_URL = 400


@dataclass(slots=True)
class _State:
    """What holds inside an element."""

    depth: int = 0
    role: Role = Role.WORDS
    verbatim: bool = False
    link: str = ""
    lists: tuple[str, ...] = ()


@dataclass(slots=True)
class _Writer:
    """Collects text into lines."""

    lines: list[Line] = field(default_factory=list)
    buffer: list[str] = field(default_factory=list)
    state: _State = field(default_factory=_State)
    buffered: _State = field(default_factory=_State)
    pending: str = ""  # what parts the next text from the last: nothing, a "cell" boundary, or a "line" end
    blank: bool = False  # nothing but a no-break space so far: a blank line that somebody meant

    def write(self, text: str) -> None:
        """Add inline text."""
        if not self.state.verbatim:
            spaced = "\u00a0" in text
            text = _SPACES.sub(" ", text)
            if not self.buffer or self.pending:
                text = text.lstrip(" ")
                self.blank = self.blank or (spaced and not text)
        if not text:
            return
        self.blank = False
        if self.pending == "cell" and self.buffer:
            before = "".join(self.buffer).rstrip()
            self.buffer = [before, " " if before.endswith(":") else " | "]
        elif self.pending:
            self.flush()
        self.pending = ""
        if not self.buffer:
            self.buffered = self.state
        if self.state.verbatim and "\n" in text:
            self._write_verbatim(text)
        else:
            self.buffer.append(text)

    def _write_verbatim(self, text: str) -> None:
        *whole, rest = text.split("\n")
        for piece in whole:
            self.buffer.append(piece)
            self.flush(always=True)
        if rest:
            self.buffer.append(rest)

    def flush(self, *, always: bool = False) -> None:
        """End the current line."""
        if self.buffer or always:
            state = self.buffered if self.buffer else self.state
            self.lines.append(Line("".join(self.buffer).rstrip(), state.depth, state.role))
            self.buffer = []

    def end_line(self, *, spaced: bool = False, soft: bool = False) -> None:
        """Ask for a new line before the next text; `spaced` for a blank line between."""
        if soft and self.buffer:
            self.pending = self.pending or "line"
            return
        if self.blank and not self.buffer:
            self.lines.append(Line("", self.state.depth, self.state.role))
        self.blank = False
        self.flush()
        self.pending = ""
        if spaced and self.lines and self.lines[-1].text:
            self.lines.append(Line("", self.state.depth, self.state.role))

    def mark(self, role: Role) -> None:
        """Put in an unseen line that says where the original begins."""
        self.end_line()
        self.lines.append(Line("", self.state.depth, role))


def read_html(html: str) -> list[Line]:
    """Turn an HTML mail into lines: links named, lists and tables readable, quotes marked, the unseen left out."""
    root = LexborHTMLParser(html).root
    writer = _Writer()
    if root is not None:
        _walk(root, writer)
    writer.flush()
    return writer.lines


def _walk(root: LexborNode, writer: _Writer) -> None:
    """Visit the nodes in order without recursion, as hostile mails nest deeply."""
    node = root
    around: list[tuple[LexborNode, _State]] = []
    for _ in range(_MOST_NODES):
        entered = _visit(node, writer, around)
        child = node.child if entered else None
        if entered and child is None and around:
            _leave(node, writer, around)
        following = child if child is not None else _following(node, writer, around)
        if following is None:
            return
        node = following


def _following(node: LexborNode, writer: _Writer, around: list[tuple[LexborNode, _State]]) -> LexborNode | None:
    """Return the node after this one and leave the elements that end before it; None at the end of the mail."""
    following = node.next
    while following is None and around:
        node = around[-1][0]
        _leave(node, writer, around)
        following = node.next
    return following


def _visit(node: LexborNode, writer: _Writer, around: list[tuple[LexborNode, _State]]) -> bool:
    """Write a text node, or enter an element; say whether it was entered."""
    tag = node.tag
    if tag == "-text":
        writer.write(node.text_content or "")
        return False
    if tag is None or tag in _SKIPPED or tag.startswith(("!", "-", "_")):
        return tag == "-document"
    attributes = node.attributes
    style = attributes.get("style") or ""
    if ("hidden" in attributes or (style and _HIDDEN.search(style))) and tag != "body":
        return False
    if tag in {"br", "img", "hr"}:
        _write_void(tag, attributes, writer)
        return False
    if "@" in tag:  # an address that nobody escaped
        writer.write(f"<{tag}>")
    around.append((node, writer.state))
    _enter(tag, attributes, style, writer, inside_cell=_in_cell(around))
    return True


def _in_cell(around: list[tuple[LexborNode, _State]], *, inside: bool = False) -> bool:
    """Tell whether the nearest table part around the last element (or of that one, `inside` it) is a cell."""
    for at in range(len(around) - (1 if inside else 2), max(len(around) - 8, -1), -1):
        tag = around[at][0].tag
        if tag in {"td", "th", "table", "body"}:
            return tag in {"td", "th"}
    return False


def _write_void(tag: str, attributes: dict[str, str | None], writer: _Writer) -> None:
    if tag == "br":
        if writer.pending:
            writer.end_line()
        writer.flush(always=True)
        return
    if tag == "hr":
        writer.end_line()
        if _named(attributes, _DIVIDERS):
            writer.mark(Role.DIVIDER)
        writer.lines.append(Line("_" * 32, writer.state.depth, writer.state.role))
        return
    alternative = (attributes.get("alt") or "").strip()
    if alternative and "/" not in alternative:
        letters = sum(letter.isalnum() for letter in alternative)
        writer.write(f"[{alternative}]" if letters else alternative)


def _named(attributes: dict[str, str | None], names: tuple[str, ...]) -> bool:
    called = " ".join(attributes.get(key) or "" for key in ("class", "id", "name", "data-marker")).lower()
    return not called.isspace() and any(name in called for name in names)


def _enter(tag: str, attributes: dict[str, str | None], style: str, writer: _Writer, *, inside_cell: bool) -> None:
    """Begin an element: its line, what holds inside, its bullet."""
    if tag in {"td", "th"}:
        writer.pending = "cell" if writer.buffer else writer.pending
    elif tag in _BLOCKS:
        spaced = tag in _SPACED and not inside_cell and not _is_tight(attributes, style)
        writer.end_line(spaced=spaced, soft=inside_cell and tag not in {"table", "tr", "li"})
    if tag == "a":
        _enter_link(attributes, writer)
    elif attributes or tag == "blockquote":
        _mark_role(tag, attributes, style, writer)
    state = writer.state
    if tag == "pre":
        writer.state = _State(state.depth, state.role, verbatim=True)
    elif tag in {"ul", "ol"}:
        writer.state = _State(state.depth, state.role, lists=(*state.lists, tag if tag == "ul" else "0"))
    elif tag == "li":
        _write_bullet(writer)


def _enter_link(attributes: dict[str, str | None], writer: _Writer) -> None:
    """Remember a link's target, and where in the line its text begins."""
    state, target = writer.state, _link(attributes)
    begins = 0 if writer.pending else len(writer.buffer)
    link = f"{begins} {target}" if target else ""
    writer.state = _State(state.depth, state.role, state.verbatim, link, state.lists)


def _mark_role(tag: str, attributes: dict[str, str | None], style: str, writer: _Writer) -> None:
    """Change what holds inside an element by what its name and style say."""
    state = writer.state
    if tag == "blockquote":
        if _is_quote(attributes, style):
            writer.state = _State(state.depth + 1, state.role, lists=state.lists)
    elif _named(attributes, _QUOTES):
        writer.state = _State(state.depth + 1, state.role)
    elif _named(attributes, _DIVIDERS):
        writer.mark(Role.DIVIDER)
    elif _named(attributes, _ATTRIBUTIONS):
        writer.state = _State(state.depth, Role.ATTRIBUTION)
    elif _named(attributes, _SIGNATURES) or (attributes.get("id") or "").lower() in _SIGNATURE_IDS:
        writer.state = _State(state.depth, Role.SIGNATURE)
    elif style and _OUTLOOK_BORDER.search(style):
        writer.mark(Role.HINT)


def _is_quote(attributes: dict[str, str | None], style: str) -> bool:
    """Tell a quotation from an indented paragraph, which some programs make of the same element."""
    if (
        (attributes.get("type") or "").lower() == "cite"
        or "cite" in attributes
        or _named(attributes, _QUOTING_BLOCKQUOTES)
    ):
        return True
    return not _NO_BORDER.search(style) or "border-left:" in style.replace(" ", "").replace("border-left:none", "")


def _write_bullet(writer: _Writer) -> None:
    lists = writer.state.lists
    if lists and lists[-1].isdigit():
        number = int(lists[-1]) + 1
        writer.state.lists = (*lists[:-1], str(number))
        writer.write(f"{'  ' * (len(lists) - 1)}{number}. ")
    else:
        writer.buffered = writer.state
        writer.buffer.append(f"{'  ' * max(len(lists) - 1, 0)}- ")


def _link(attributes: dict[str, str | None]) -> str:
    href = (attributes.get("href") or "").strip()
    return (
        href
        if href.lower().startswith(("http://", "https://", "mailto:", "tel:")) and len(href) <= _LONGEST_URL
        else ""
    )


def _leave(node: LexborNode, writer: _Writer, around: list[tuple[LexborNode, _State]]) -> None:
    tag = node.tag or ""
    _, before = around.pop()
    if tag == "a" and writer.state.link:
        _write_target(writer)
    if tag in _BLOCKS:
        cell = _in_cell(around, inside=True)
        writer.end_line(
            spaced=tag in _SPACED and not cell and not _is_tight(node.attributes, node.attributes.get("style") or ""),
            soft=cell and tag not in {"table", "tr", "li"},
        )
    lists = writer.state.lists
    writer.state = before
    if tag == "li" and lists and before.lists and lists[-1].isdigit():
        before.lists = lists


def _is_tight(attributes: dict[str, str | None], style: str) -> bool:
    """Tell whether a paragraph has no space around it."""
    return "mso" in (attributes.get("class") or "").lower() or bool(_NO_MARGIN.search(style))


def _write_target(writer: _Writer) -> None:
    """Name the target after a link's text, where the text does not say it."""
    start, _, href = writer.state.link.partition(" ")
    text = "".join(writer.buffer[int(start) :]).strip()
    target = href.partition(":")[2] if href.lower().startswith(("mailto:", "tel:")) else href
    target = target.partition("?")[0] if not href.lower().startswith("http") else target
    if not text or _plain(target) in _plain(text) or (not href.lower().startswith("http") and "@" in text):
        return
    writer.write(f" ({target})")


def _plain(text: str) -> str:
    return re.sub(r"\Ahttps?://(?:www\.)?|/\Z|[^\w/.@?&=%-]", "", text.strip().lower().rstrip("/"))
