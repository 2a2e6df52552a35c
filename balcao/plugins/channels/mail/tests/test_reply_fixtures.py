"""Mails of other reply parsers: each is cut as its expected text says."""

# ruff: noqa: E501 - mails stand as they come

from pathlib import Path

import pytest

from balcao.plugins.channels.mail.reply.lines import write_lines
from balcao.plugins.channels.mail.reply.markup import read_html
from balcao.plugins.channels.mail.reply.plain import cut, new_words

FIXTURES = Path(__file__).parent / "fixtures"
SETS = ("github-email_reply_parser", "zapier-email-reply-parser", "crisp-email-reply-parser", "mail-parser-reply")

# Where we keep more than the parser that a mail comes from, and why.
KEPT_ON_PURPOSE = {
    "crisp-email-reply-parser/email_15": "The words below a phone's footer may be new: nothing says that they are quoted.",
    "crisp-email-reply-parser/email_german_3": "The same, below Outlook's footer.",
    "crisp-email-reply-parser/email_7": "An unmarked line between marked ones may be an answer; the one above ends its sentence.",
    "crisp-email-reply-parser/email_with_date_headers": "A template of that parser's tests, not a mail: it names no date.",
    "crisp-email-reply-parser/email_with_from_headers": "The same, without a sender.",
    "mail-parser-reply/begins_with_signature": "Quoted-printable left undone breaks lines within marked quotes; the parser hands us whole lines.",
    "mail-parser-reply/caution2": "A disclaimer without a delimiter above it is kept.",
    "mail-parser-reply/email_pl_1_2": "It begins with the header of a quote: nothing above is new, so all is shown.",
    "talon/signature/emails/stripped/short_url": "A greeting and a name are the writer's own words.",
    "talon/signature/emails/stripped/jeff": "The name is kept; “via mobile” goes.",
    "talon/signature/emails/stripped/johndoeexamplecom": "The marks #sig# belong to that set; without a delimiter the name is kept.",
}


def mails() -> list[Path]:
    return [path for name in SETS for path in sorted((FIXTURES / name).glob("*.txt")) if ".expected" not in path.name]


@pytest.mark.parametrize("path", mails(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_mail_is_cut_as_expected(path: Path) -> None:
    expected = path.with_suffix(".expected.txt").read_text(encoding="utf-8")
    assert new_words(path.read_text(encoding="utf-8")) + "\n" == expected


@pytest.mark.parametrize("name", KEPT_ON_PURPOSE)
def test_every_difference_explained_is_of_a_mail_we_have(name: str) -> None:
    assert list(FIXTURES.glob(f"{name}*"))


@pytest.mark.parametrize("name", ["sparse", "camel_case", "short_url", "jeff", "johndoeexamplecom"])
def test_a_signature_goes_or_its_staying_is_explained(name: str) -> None:
    folder = FIXTURES / "talon/signature/emails/stripped"
    body = (folder / f"{name}_body").read_text(encoding="utf-8").strip()
    signature = folder / f"{name}_signature"
    expected = body.removesuffix(signature.read_text(encoding="utf-8").strip()).strip() if signature.exists() else body
    if f"talon/signature/emails/stripped/{name}" in KEPT_ON_PURPOSE:
        assert new_words(body).startswith(expected)
    else:
        assert new_words(body) == expected


@pytest.mark.parametrize("path", sorted((FIXTURES / "talon/html_replies").glob("*.html")), ids=lambda path: path.stem)
def test_the_html_of_every_program_is_cut(path: Path) -> None:
    words = write_lines(cut(read_html(path.read_text(encoding="utf-8"))))
    assert words.split() == ["Hi.", "I", "am", "fine.", "Thanks,", "Alex"]


@pytest.mark.parametrize(
    "name,expected",
    [
        ("apple_reply", "Foo\n\nBar"),
        ("ios_mail_reply_unescaped_address", "Sounds good, I'll be there at 2."),
        (
            "yahoo_reply_unescaped_address",
            "Thanks Jane, that looks great. One question on item 2 - can we ship it before Friday?\n\nDan",
        ),
    ],
)
def test_html_replies_are_cut(name: str, expected: str) -> None:
    html = (FIXTURES / "quotequail" / f"{name}.html").read_text(encoding="utf-8")
    assert write_lines(cut(read_html(html))) == expected


@pytest.mark.parametrize(
    "name,last",
    [
        ("apple_forward", "Text of the original email"),
        ("mailru_forward", "Иван Иванов"),
        ("outlook_forward", "John"),
        ("outlook_forward_unwrapped_top", "More text"),
        ("thunderbird_forward", "This is a test."),
        ("thunderbird_forward_unwrapped", "This is a test."),
    ],
)
def test_html_forwards_stay(name: str, last: str) -> None:
    html = (FIXTURES / "quotequail" / f"{name}.html").read_text(encoding="utf-8")
    assert write_lines(cut(read_html(html), forwarded=True)).endswith(last)


def test_a_rule_and_a_header_part_a_share_block() -> None:
    html = (FIXTURES / "talon/reply-separated-by-hr.html").read_text(encoding="utf-8")
    assert write_lines(cut(read_html(html))).split() == ["Hi", "there", "Bob"]
