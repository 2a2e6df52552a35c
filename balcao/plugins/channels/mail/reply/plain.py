"""The cutter: which lines of a mail are new. When it is not sure, it keeps."""

from balcao.plugins.channels.mail.reply import attribution, signs
from balcao.plugins.channels.mail.reply.lines import Line, Role, bare, read_lines, write_lines

_LONGEST_ATTRIBUTION = 5  # lines
_MOST_TRIES = 400  # costly looks in one mail: a hostile one stops being looked at, and stays whole
_LONG_QUOTED_LINE = 60
_MOST_WRAPPED = 3  # lines of one wrapped header value


def new_words(text: str, *, forwarded: bool = False) -> str:
    """Return the new words of a plain text mail; the whole text when nothing else is left."""
    return write_lines(cut(read_lines(text), forwarded=forwarded))


def cut(lines: list[Line], *, forwarded: bool = False) -> list[Line]:
    """Return the new lines; all of them when none seems new. In a forwarded mail what was forwarded stays."""
    kept = _Cutter(lines, forwarded=forwarded).run()
    return kept if len(kept) < len(lines) and any(has_words(line) for line in kept) else lines


def has_words(line: Line) -> bool:
    """Tell whether a line says anything: a letter, a digit or a sign such as an emoji."""
    return any(letter.isalnum() or ord(letter) > 0x2190 for letter in line.text)  # noqa: PLR2004 - where symbols begin


class _Cutter:
    """Walks down the lines once, keeping new ones, until what follows is all quoted."""

    def __init__(self, lines: list[Line], *, forwarded: bool) -> None:
        self.lines = lines
        self.forwarded = forwarded
        self.tries = _MOST_TRIES
        self.kept: list[Line] = []
        self.has_footers = signs.may_hold_footer("\n".join(line.text for line in lines if not line.depth).lower())
        self.attributions = self._find_attributions()
        self.section = (1, 0)  # the words last looked at: from here up to there

    def run(self) -> list[Line]:
        """Return the new lines."""
        index = 0
        while index < len(self.lines):
            step = self._step(index)
            if step is None:
                break
            index = step
        return self.kept

    def _step(self, index: int) -> int | None:
        """Keep or pass over what stands at `index`; return where to go on, or None when the rest is decided."""
        line = self.lines[index]
        if line.depth:
            return self._pass_quote(index)
        if line.role is Role.SIGNATURE or line.role is Role.ATTRIBUTION:
            return self._pass_marked(index)
        if line.blank and line.role is Role.WORDS:
            return self._keep(index)
        mark, end = self._mark(index)
        if mark == "forwarded" or (mark and self.forwarded):
            self._keep_rest(index)
            return None
        if mark:
            return self._pass_original(mark, end)
        return self._signature_end(index) or (index + 1 if self._is_footer(index) else self._keep(index))

    def _keep(self, index: int) -> int:
        self.kept.append(self.lines[index])
        return index + 1

    def _keep_rest(self, index: int) -> None:
        self.kept += self.lines[index:]

    def _pass_marked(self, index: int) -> int | None:
        """Pass over what the markup calls an attribution or a signature; Gmail calls a forward's header so, too."""
        line = self.lines[index]
        if line.role is Role.ATTRIBUTION and signs.separator(line.text) == "forwarded":
            self._keep_rest(index)
            return None
        return index + 1

    def _pass_original(self, mark: str, end: int) -> int | None:
        """Go on behind a quote that is marked line by line; else all below is the original, and it ends here."""
        following = self._next(end)
        if following < len(self.lines) and self.lines[following].depth:
            self._trim()
            return following
        said = " ".join(line.text for line in self.kept[-12:])
        if mark != "above" and signs.says_answers_inside(said):
            self.kept = list(self.lines)
        else:
            self._trim(original=mark in {"above", "divider"})
        return None

    def _pass_quote(self, index: int) -> int | None:
        end = self._quote_end(index)
        first = next((line for line in self.lines[index:end] if not line.blank), None)
        begun = first is not None and signs.separator(first.text) == "forwarded"
        if begun or self.forwarded:
            self.kept += [Line(line.text, line.depth - 1 if begun else line.depth) for line in self.lines[index:end]]
            return end
        if self.kept and not self.kept[-1].blank:
            self.kept.append(Line(""))
        return end

    def _quote_end(self, index: int) -> int:
        """Return where a marked quote ends; a quoted line that was wrapped by accident belongs to it."""
        lines, end = self.lines, index
        while end < len(lines):
            if lines[end].depth or (lines[end].blank and self._quoted_at(self._next(end))) or self._is_remnant(end):
                end += 1
            else:
                break
        return end

    def _is_remnant(self, index: int) -> bool:
        above, line = self.lines[index - 1], self.lines[index].text
        wrapped = len(above.text) >= _LONG_QUOTED_LINE and not above.text.rstrip().endswith((".", "!", "?", ":", ";"))
        return above.depth > 0 and wrapped and line[:1].islower() and self._quoted_at(index + 1)

    def _quoted_at(self, index: int) -> bool:
        return index < len(self.lines) and self.lines[index].depth > 0

    def _next(self, index: int) -> int:
        """Return the next line that is not blank."""
        lines = self.lines
        while (
            index < len(lines)
            and lines[index].blank
            and (lines[index].role is Role.WORDS or lines[index].role is Role.HINT)
        ):
            index += 1
        return index

    # Marks

    def _mark(self, index: int) -> tuple[str, int]:
        """Name the mark that begins at `index` and where it ends."""
        line = self.lines[index]
        if line.role is Role.DIVIDER:
            return "divider", index + 1
        if line.role is Role.HINT:
            return ("divider", index + 1) if self._looks_like_header(index + 1) else ("", index)
        if index in self.attributions:
            return "attribution", self.attributions[index]
        kind = self._separator(index)
        if kind in {"original", "alone"}:
            header = self._header_end(self._next(index + 1), lenient=True)
            if header or kind == "original":
                return "original", header or index + 1
        elif kind:
            return kind, index + 1
        header = self._header_end(index)
        return ("header", header) if header else ("", index)

    def _separator(self, index: int) -> str:
        text = self.lines[index].text
        if signs.may_separate(text) or (signs.may_announce_header(text) and self._label_at(self._next(index + 1))):
            return signs.separator(text)
        return ""

    def _header_end(self, index: int, *, lenient: bool = False) -> int:
        """Return where a block of From, Sent, To, Subject ends that begins at `index`, or 0."""
        if index >= len(self.lines) or not signs.label_kind(self.lines[index].text) or self.tries <= 0:
            return 0
        self.tries -= 1
        kinds, at, last = set[str](), index, index
        while at < len(self.lines) and at - last <= _MOST_WRAPPED and not self.lines[at].depth:
            text = self.lines[at].text
            if kind := signs.label_kind(text):
                if kind == "from" and "from" in kinds:
                    break
                kinds |= {kind, *signs.label_kinds_within(text)}
                last = at
            elif self.lines[at].blank and not self._label_at(self._next(at)):
                break
            at += 1
        enough = {"from", "date"} <= kinds and kinds & {"to", "subject"}
        known = enough or (lenient and "from" in kinds and len(kinds) > 1)
        return last + 1 + self._wrapped_after(last) if known else 0

    def _wrapped_after(self, last: int) -> int:
        """Count the lines that a one-line header block runs on."""
        within = len(signs.label_kinds_within(self.lines[last].text))
        return 1 if within > 1 and last + 1 < len(self.lines) and not self.lines[last + 1].blank else 0

    def _label_at(self, index: int) -> bool:
        return (
            index < len(self.lines) and not self.lines[index].depth and bool(signs.label_kind(self.lines[index].text))
        )

    def _looks_like_header(self, index: int) -> bool:
        """Tell whether labelled lines with an address or a date follow, in whatever language."""
        begun = self._next(index)
        if self._header_end(begun, lenient=True) or begun in self.attributions:
            return True
        block = [line.text for line in self.lines[begun : begun + 8]]
        labelled = [text for text in block if 0 < text.find(":") <= 25]  # noqa: PLR2004 - the longest label
        return len(labelled) >= 3 and any(attribution.is_address_or_moment(text) for text in labelled)  # noqa: PLR2004

    # Attributions

    def _find_attributions(self) -> dict[int, int]:
        """Map the first line of every attribution to the line after its last."""
        found: dict[int, int] = {}
        for index, line in enumerate(self.lines):
            if line.depth or line.role is not Role.WORDS or not line.text or self.tries <= 0:
                continue
            if attribution.may_end_attribution(line.text):
                start = self._attribution_start(index)
                if start is not None:
                    found[start] = index + 1
        return found

    def _attribution_start(self, end: int) -> int | None:
        self.tries -= 1
        quote_follows = self._quoted_at(self._next(end + 1))
        joined = ""
        for start in range(end, max(end - _LONGEST_ATTRIBUTION, -1), -1):
            line = self.lines[start]
            if line.blank or line.depth or line.role is not Role.WORDS:
                break
            joined = f"{line.text.strip()} {joined}".strip()
            if attribution.is_attribution(joined, quote_follows=quote_follows):
                return self._widened(start, end, joined)
        return None

    def _widened(self, start: int, end: int, joined: str) -> int:
        """Take in the lines above that belong to the same attribution."""
        start = self._dated_start(start, end, joined)
        joined = " ".join(line.text.strip() for line in self.lines[start : end + 1])
        while start and end - start < _LONGEST_ATTRIBUTION - 1 and self._is_plain(start - 1):
            above = self.lines[start - 1].text
            if not attribution.needs_line_above(joined, above):
                break
            start -= 1
            joined = f"{above.strip()} {joined}"
        return start

    def _dated_start(self, start: int, end: int, joined: str) -> int:
        """Return the line above that begins with the date, where the attribution's own first line does not."""
        if attribution.begins_with_full_date(joined):
            return start
        for above in range(start - 1, max(end - _LONGEST_ATTRIBUTION, -1), -1):
            text = self.lines[above].text.strip()
            if not self._is_plain(above) or attribution.ends_sentence(text):
                break
            joined = f"{text} {joined}"
            if attribution.begins_with_date(joined) and attribution.is_attribution(joined, quote_follows=False):
                return above
        return start

    def _is_plain(self, index: int) -> bool:
        line = self.lines[index]
        return not line.blank and not line.depth and line.role is Role.WORDS

    # Signatures and footers

    def _signature_end(self, index: int) -> int:
        """Return where the signature ends that begins at `index`, or 0."""
        if self.tries <= 0 or not signs.may_begin_signature(self.lines[index].text):
            return 0
        self.tries -= 1
        end = self._section_end(index + 1)
        return end if signs.begins_signature(self.lines, index, end) else 0

    def _section_end(self, index: int) -> int:
        """Return where the words that begin at `index` end: at a quote, a mark, or the last line."""
        begun, end = self.section
        if not begun <= index <= end:
            end = next((at for at in range(index, len(self.lines)) if self._ends_words(at)), len(self.lines))
            self.section = (index, end)
        return end

    def _ends_words(self, index: int) -> bool:
        line = self.lines[index]
        if line.depth or line.role is not Role.WORDS or index in self.attributions:
            return True
        return self._separator(index) in {"original", "forwarded", "above"} or bool(
            line.text and self._header_end(index)
        )

    def _is_footer(self, index: int) -> bool:
        line = self.lines[index]
        if not self.has_footers or self.tries <= 0:
            return False
        if not signs.is_footer(line.text):
            return self._is_wrapped_footer(index)
        self.tries -= 1
        return self._ends_section(index + 1) or (self._blank_at(index - 1) and self._blank_at(index + 1))

    def _is_wrapped_footer(self, index: int) -> bool:
        """Tell whether a footer that runs over two lines stands here, or its second line does."""
        for first in (index, index - 1):
            if first < 0 or first + 1 >= len(self.lines) or self.lines[first].blank or self.lines[first + 1].blank:
                continue
            if signs.is_footer(self.lines[first].text):  # whole by itself: what stands below it is something else
                continue
            pair = f"{self.lines[first].text} {self.lines[first + 1].text}"
            if self._ends_section(first + 2) and self._blank_at(first - 1) and signs.is_footer(pair):
                return True
        return False

    def _blank_at(self, index: int) -> bool:
        return index < 0 or index >= len(self.lines) or self.lines[index].blank

    def _ends_section(self, index: int) -> bool:
        at = self._next(index)
        if (
            at >= len(self.lines)
            or self.lines[at].depth
            or self.lines[at].role is not Role.WORDS
            or at in self.attributions
        ):
            return True
        text = self.lines[at].text
        return signs.is_rule(text) or signs.is_footer(text) or bool(self._separator(at)) or bool(self._header_end(at))

    def _trim(self, *, original: bool = False) -> None:
        """Drop blank and drawn lines at the end of what is kept, and an attribution that no rule knew."""
        while self.kept and (self.kept[-1].blank or signs.is_rule(self.kept[-1].text)):
            self.kept.pop()
        if original and self.kept:
            last = self.kept[-1].text
            if ends_with_colon(last) and attribution.is_address_or_moment(last):
                self.kept.pop()


def ends_with_colon(text: str) -> bool:
    """Tell whether a line ends with a colon, emphasis and blanks aside."""
    return bare(text.rstrip()).endswith((":", "："))
