"""HTML of strangers is shown without harm and read without loss."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.kit.html import sanitise, to_text


def shown(html: str) -> str:
    return sanitise(html, image_url=lambda url: f"/attachments/{url[4:]}" if url.startswith("cid:") else "/blocked.svg")


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<SCRIPT SRC=http://evil/x.js></SCRIPT>",
        "<style>body{display:none}</style>",
        "<svg><script>alert(1)</script></svg>",
        "<svg onload=alert(1)>",
        "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
        "<iframe src='http://evil'></iframe>",
        "<object data='x'></object><embed src=x>",
        "<link rel=stylesheet href=http://evil/x.css>",
        "<meta http-equiv=refresh content='0;url=http://evil'>",
        "<base href=http://evil/>",
        "<!-- secret -->",
        "<!--[if mso]><v:rect fill='http://evil/x.png'/><![endif]-->",
        "<textarea></textarea><select><option>x</option></select>",
        "<video src=http://evil/v><source src=http://evil/x></video><audio src=http://evil/a></audio>",
    ],
)
def test_what_is_dangerous_vanishes(html: str) -> None:
    assert shown(html).strip() == ""


def test_markup_that_parsers_read_differently_is_harmless() -> None:
    assert "onerror" not in shown("<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>")
    assert "onerror" not in shown("<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table>")


@pytest.mark.parametrize(
    "html, expected",
    [
        ("<b onclick='x()'>Ana</b>", "<b>Ana</b>"),
        ("<form action='http://evil'><p>Nome <input name=a></p><button>Ok</button></form>", "<p>Nome </p>Ok"),
        ("<td background='http://evil/x'>x</td>", "x"),
        ("<p style='background-image:url(http://evil/x);color:red'>x</p>", "<p>x</p>"),
        ("<p style='background:url(http://evil/x)'>x</p>", "<p>x</p>"),
        ("<p style='color:red;position:fixed;top:0'>x</p>", '<p style="color:red">x</p>'),
        ("<p style='list-style-image:url(x)'>x</p>", "<p>x</p>"),
        ("<p style='background-color:\\75rl(http://evil)'>x</p>", "<p>x</p>"),
        ("<p id=main class=hidden data-behaviour=x hx-get=/logout>x</p>", "<p>x</p>"),
        ("<img srcset='http://evil/x 2x' alt=x>", '<img alt="x">'),
    ],
)
def test_what_is_dangerous_is_taken_off(html: str, expected: str) -> None:
    assert shown(html) == expected


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " java\nscript:alert(1)",
        "data:text/html,x",
        "cid:x",
        "/relative",
        "//evil/",
        "file:///etc/passwd",
        "#top",
        "",
    ],
)
def test_a_link_to_anything_but_the_web_mail_or_phone_leads_nowhere(url: str) -> None:
    assert "href" not in shown(f"<a href='{url}'>x</a>")


@pytest.mark.parametrize(
    "url", ["https://loja.example/a?b=1", "http://x", "mailto:ana@loja.example", "tel:+5511987654321"]
)
def test_links_open_apart_and_tell_nothing(url: str) -> None:
    assert (
        shown(f'<a href="{url}">x</a>') == f'<a href="{url}" target="_blank" rel="noopener noreferrer nofollow">x</a>'
    )


def test_the_senders_rel_and_target_do_not_count() -> None:
    assert 'rel="noopener noreferrer nofollow"' in shown('<a href="http://x" rel="opener" target="_top">x</a>')
    assert "_top" not in shown('<a href="http://x" rel="opener" target="_top">x</a>')


@pytest.mark.parametrize(
    "source, expected",
    [
        ("cid:photo@1", "/attachments/photo@1"),
        ("http://tracker/x.gif", "/blocked.svg"),
        ("//tracker/x.gif", "/blocked.svg"),
        (" cid:photo@1 ", "/attachments/photo@1"),
    ],
)
def test_pictures_are_rewritten(source: str, expected: str) -> None:
    assert shown(f'<img src="{source}" alt="foto" width="10">') == f'<img src="{expected}" alt="foto" width="10">'


def test_a_picture_may_be_left_out() -> None:
    assert sanitise('<img src="http://x/y.gif" alt="foto">', image_url=lambda _: None) == '<img alt="foto">'
    assert shown('<img src="data:image/svg+xml;base64,PHN2Zz4=" alt="foto">') == '<img alt="foto">'


def test_formatting_stays() -> None:
    html = (
        '<div align="center"><table border="1" cellpadding="2"><tbody><tr><td colspan="2" bgcolor="#eeeeee">'
        '<font color="#ff0000"><b>Olá</b> <i>Ana</i></font></td></tr></tbody></table></div>'
        '<ul><li>um</li></ul><blockquote><p style="color:#333;text-align:center;font-weight:bold">x</p></blockquote>'
    )
    assert shown(html) == html


def test_sanitising_again_changes_nothing() -> None:
    once = shown("<p>a<b>b<i>c</p><table><td>x<a href=http://x>y")
    assert shown(once) == once


@given(st.text(alphabet="<>/abpimgsrc=\"' &;:-!ğ\n", max_size=200))
def test_any_text_becomes_harmless(html: str) -> None:
    assert re.fullmatch(r"(?:[^<]|</?[a-z0-9]+(?: [a-z]+=\"[^\"<]*\")*>)*", shown(html))
    assert isinstance(to_text(html), str)


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000,
        "<div>" * 60_000 + "</div>" * 60_000,
        "<blockquote>" * 50_000,
        "<a " * 100_000,
        "<!--" * 100_000,
    ],
    ids=["deep", "deep and closed", "quotes", "broken tags", "comments"],
)
def test_hostile_nesting_is_no_denial_of_service(html: str) -> None:
    began = time.process_time()
    shown(html)
    to_text(html)
    assert time.process_time() - began < 2


def test_the_text_of_a_deep_page_is_kept() -> None:
    assert "Olá" in to_text("<div>" * 5000 + "Olá" + "</div>" * 5000)
    assert "<div>" not in shown("<div>" * 5000 + "Olá" + "</div>" * 5000)


def test_a_long_flat_page_keeps_its_tags() -> None:
    assert shown("<p><b>a</b></p>" * 4000).count("<b>") == 4000


@pytest.mark.parametrize(
    "html, text",
    [
        ("", ""),
        ("Olá", "Olá"),
        ("<p>Olá,</p><p>onde está?</p>", "Olá,\n\nonde está?"),
        ("<div>Olá,</div><div>onde está?</div>", "Olá,\nonde está?"),
        ("<div>Olá,<div>onde</div></div>", "Olá,\nonde"),
        ("um<br>dois<br/>três", "um\ndois\ntrês"),
        ("um<br><br>dois<br><br><br><br>três", "um\n\ndois\n\ntrês"),
        ("<div>um</div><div><br></div><div>dois</div>", "um\n\ndois"),
        ("  um \n  dois\t<b> três</b>quatro ", "um dois trêsquatro"),
        ("a&nbsp;&amp;&lt;b&gt;&#8364;", "a &<b>€"),
        ("<ul><li>um</li><li><p>dois</p></li></ul>fim", "- um\n- dois\n\nfim"),
        ("<table><tr><td>um</td><td>dois</td></tr><tr><td>três</td></tr></table>", "um dois\ntrês"),
        ("resposta<blockquote><p>pergunta</p>mais</blockquote>fim", "resposta\n\n> pergunta\n>\n> mais\n\nfim"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n>\n> > b"),
        ("<pre>  um\n    dois</pre>três", "  um\n    dois\n\ntrês"),
        ("<title>x</title><style>p{}</style><script>y</script><p>Olá</p>", "Olá"),
        ("<html><head><title>x</title></head><body>Olá</body></html>", "Olá"),
        ("<h1>Pedido</h1>Texto<hr>Assinatura", "Pedido\n\nTexto\n---\nAssinatura"),
        ("<a href='http://x'>aqui</a> <img src=x alt=foto>", "aqui"),
        ("2 < 3 e 4 > 3", "2 < 3 e 4 > 3"),
    ],
)
def test_html_reads_as_text(html: str, text: str) -> None:
    assert to_text(html) == text


@given(st.lists(st.text(alphabet="abcçğ", min_size=1), min_size=1))
def test_no_word_is_lost_in_reading(words: list[str]) -> None:
    html = "".join(
        f"<{tag}>{word}</{tag}>" for word, tag in zip(words, ["p", "div", "li", "pre", "h1"] * len(words), strict=False)
    )
    assert [word for word in to_text(html).split() if word != "-"] == words
