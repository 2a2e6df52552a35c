"""HTML mails: readable words, and the quotes of every program gone."""

# ruff: noqa: E501 - mails stand as they come

import time

import pytest

from balcao.plugins.channels.mail.reply.lines import write_lines
from balcao.plugins.channels.mail.reply.markup import read_html
from balcao.plugins.channels.mail.reply.plain import cut


def words(html: str) -> str:
    return write_lines(read_html(html))


def new(html: str, *, forwarded: bool = False) -> str:
    return write_lines(cut(read_html(html), forwarded=forwarded))


# Words


@pytest.mark.parametrize(
    "html,text",
    [
        ("<p>Oi,</p><p>chegou  quebrado.</p>", "Oi,\n\nchegou quebrado."),
        ("Oi<br>chegou<br><br>quebrado", "Oi\nchegou\n\nquebrado"),
        ("<div>Oi</div><div><br></div><div>Ana</div>", "Oi\n\nAna"),
        (
            '<p class="MsoNormal">Oi</p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">Ana</p>',
            "Oi\n\nAna",
        ),
        ("<ul><li>vaso</li><li>prato<ul><li>azul</li></ul></li></ul>", "- vaso\n- prato\n  - azul"),
        ("<ol><li>vaso</li><li>prato</li></ol>", "1. vaso\n2. prato"),
        ('<a href="https://aurora.example/p/1">o vaso</a>', "o vaso (https://aurora.example/p/1)"),
        ('<a href="https://aurora.example/">aurora.example</a>', "aurora.example"),
        ('<a href="mailto:ana@x.example">ana@x.example</a>', "ana@x.example"),
        ('<a href="mailto:ana@x.example">Ana</a>', "Ana (ana@x.example)"),
        ('<a href="javascript:alert(1)">clique</a>', "clique"),
        (
            "<table><tr><th>Produto</th><th>Qtd</th></tr><tr><td>Vaso</td><td>2</td></tr></table>",
            "Produto | Qtd\nVaso | 2",
        ),
        ("<table><tr><td><p>Vaso</p></td><td><p>R$ 89,00</p></td></tr></table>", "Vaso | R$ 89,00"),
        ("<table><tr><th>De:</th><td>Ana</td></tr></table>", "De: Ana"),
        ('<div style="display:none">prévia</div>Oi', "Oi"),
        ('<span style="font-size:0px;max-height:0;">prévia</span>Oi', "Oi"),
        ("<style>p{}</style><script>x()</script><title>t</title>Oi", "Oi"),
        ("Oi <b>A</b>na &amp; <i>Bruno</i> &lt;3", "Oi Ana & Bruno <3"),
        ("<pre>um\n  dois</pre>", "um\n  dois"),
        ('<img src="x.png" alt="😀"> <img alt="Foto do vaso">', "😀 [Foto do vaso]"),
        ("Ana <ana@x.example> escreveu", "Ana <ana@x.example> escreveu"),
        ("", ""),
        ("só texto", "só texto"),
    ],
)
def test_html_is_readable(html: str, text: str) -> None:
    assert words(html) == text


# Quotes

OLD = "<div>Recebemos o seu pedido.</div><div>Equipe Aurora</div>"
GMAIL = (
    '<div dir="ltr">{new}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{attr}<br></div>'
    '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">{old}</blockquote></div>'
)
OUTLOOK_WEB = (
    '<div>{new}</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1">'
    '<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri"><b>De:</b> Loja &lt;loja@aurora.example&gt;<br><b>Enviado:</b> segunda-feira, 3 de novembro de 2026 10:15<br>'
    "<b>Para:</b> Ana<br><b>Assunto:</b> Pedido</font><div>&nbsp;</div></div>{old}"
)
OUTLOOK_DESKTOP = (
    '<div class="WordSection1"><p class="MsoNormal">{new}<o:p></o:p></p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
    '<p class="MsoNormal"><b>Kimden:</b> Aurora &lt;destek@aurora.example&gt; <br><b>Gönderildi:</b> 3 Kasım 2026 Salı 10:15<br><b>Kime:</b> Elif<br><b>Konu:</b> Sipariş<o:p></o:p></p></div></div>'
    '<p class="MsoNormal">{old}</p></div>'
)
OUTLOOK_UNKNOWN = (
    OUTLOOK_DESKTOP.replace("Kimden", "Ghot vo'")
    .replace("Gönderildi", "ngeHta'")
    .replace("Kime:", "Ghot:")
    .replace("Konu", "qech")
)
OUTLOOK_MOBILE = (
    '<div dir="auto">{new}</div><div id="ms-outlook-mobile-signature"><div>Obter o <a href="https://aka.ms/x">Outlook para Android</a></div></div>'
    '<div id="mail-editor-reference-message-container"><hr><div><strong>From:</strong> Loja &lt;loja@aurora.example&gt;<br><strong>Sent:</strong> Monday, November 3, 2026</div>{old}</div>'
)
YAHOO = (
    '<div class="ydp1yahoo-style-wrap"><div dir="ltr">{new}</div></div><div id="ydp2yahoo_quoted_123" class="ydp2yahoo_quoted"><div>'
    "<div>Em segunda-feira, 3 de novembro de 2026 10:15:42 BRT, Loja &lt;loja@aurora.example&gt; escreveu:</div><div>{old}</div></div></div>"
)
APPLE = (
    '<body>{new}<br><br><div dir="ltr">Enviado do meu iPhone</div><div dir="ltr"><br><blockquote type="cite">Em 3 de nov. de 2026, à(s) 10:15, Loja &lt;loja@aurora.example&gt; escreveu:<br><br></blockquote></div>'
    '<blockquote type="cite"><div dir="ltr">{old}</div></blockquote></body>'
)
THUNDERBIRD = '<p>{new}</p><div class="moz-cite-prefix">Em 03/11/2026 10:15, Loja escreveu:<br></div><blockquote type="cite" cite="mid:x">{old}</blockquote><br>'
PROTON = '<div>{new}</div><div class="protonmail_quote">Em segunda-feira, 3 de novembro de 2026 às 10:15, Loja &lt;loja@aurora.example&gt; escreveu:<br><blockquote class="protonmail_quote" type="cite">{old}</blockquote><br></div>'
ZOHO = '<div>{new}</div><div class="zmail_extra"><div id="Zm-_Id_-Sgn1">---- Em seg, 03 nov 2026 10:15:42 -0300 <b>Loja &lt;loja@aurora.example&gt;</b> escreveu ----<br></div><blockquote style="border-left: 1px solid #cccccc;padding-left: 6px;margin:0 0 0 5px">{old}</blockquote></div>'
ROUNDCUBE = '<p>{new}</p><p id="reply-intro">Em 2026-11-03 10:15, Loja escreveu:</p><blockquote type="cite" style="padding: 0 0.4em; border-left: #1010ff 2px solid; margin: 0"><div id="replybody1">{old}</div></blockquote>'
SAMSUNG = '<div>{new}</div><div><br></div><div align="left"><div>-------- Mensagem original --------</div><div>De : Loja &lt;loja@aurora.example&gt; </div><div>Data: 03/11/2026 10:15 (GMT-03:00) </div><div>Para: ana@x.example </div><div>Assunto: Pedido </div></div><div>{old}</div>'
ZIMBRA = '<div>{new}</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>De: </b>"Loja" &lt;loja@aurora.example&gt;<br><b>Para: </b>"Ana"<br><b>Enviadas: </b>Segunda-feira, 3 de novembro de 2026 10:15:42<br><b>Assunto: </b>Pedido<br></div><div>{old}</div>'
YANDEX = '<div>{new}</div><div> </div><div>03.11.2026, 10:15, "Aurora" &lt;<a href="mailto:destek@aurora.example">destek@aurora.example</a>&gt;:</div><blockquote>{old}</blockquote>'
TUTANOTA = '<div>{new}</div><br><br>3 de nov. de 2026, 10:15 por loja@aurora.example:<br><blockquote class="tutanota_quote" style="border-left: 1px solid #93A3B8;">{old}</blockquote>'
UNKNOWN = GMAIL.replace("{attr}", "Qilghmey 3 Loja jatlh")

PROGRAMS = {
    "gmail-pt": GMAIL.replace("{attr}", 'Em seg., 3 de nov. de 2026 às 10:15, Loja &lt;<a href="mailto:loja@aurora.example">loja@aurora.example</a>&gt; escreveu:'),
    "gmail-tr": GMAIL.replace("{attr}", "Aurora &lt;destek@aurora.example&gt;, 3 Kas 2026 Sal, 10:15 tarihinde şunu yazdı:"),
    "gmail-unknown-language": UNKNOWN,
    "outlook-web": OUTLOOK_WEB,
    "outlook-desktop": OUTLOOK_DESKTOP,
    "outlook-unknown-language": OUTLOOK_UNKNOWN,
    "outlook-mobile": OUTLOOK_MOBILE,
    "yahoo": YAHOO,
    "apple": APPLE,
    "thunderbird": THUNDERBIRD,
    "proton": PROTON,
    "zoho": ZOHO,
    "roundcube": ROUNDCUBE,
    "samsung": SAMSUNG,
    "zimbra": ZIMBRA,
    "yandex": YANDEX,
    "tutanota": TUTANOTA,
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_quote_of_every_program_goes(program: str) -> None:
    html = PROGRAMS[program].replace("{new}", "Chegou quebrado.<br>Ana").replace("{old}", OLD)
    assert new(html) == "Chegou quebrado.\nAna"
    assert "Recebemos o seu pedido." in words(html)


@pytest.mark.parametrize("program", ["outlook-web", "outlook-desktop", "samsung", "zimbra", "outlook-unknown-language"])
def test_forwarded_html_stays(program: str) -> None:
    html = PROGRAMS[program].replace("{new}", "Vejam isto.").replace("{old}", OLD)
    assert new(html, forwarded=True) == words(html)


def test_answers_between_quotes_stay() -> None:
    html = (
        '<div class="gmail_quote"><div class="gmail_attr">Em 3 de nov. de 2026 às 10:15, Loja &lt;l@aurora.example&gt; escreveu:</div>'
        '<blockquote class="gmail_quote">Qual é a cor?</blockquote><div>Azul.</div><blockquote class="gmail_quote">E o tamanho?</blockquote><div>Grande.</div></div>'
    )
    assert new(html) == "Azul.\n\nGrande."


def test_an_indented_paragraph_is_no_quote() -> None:
    html = '<div>Vejam:</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>o vaso veio quebrado</div></blockquote>'
    assert new(html) == "Vejam:\no vaso veio quebrado"


def test_gmails_forward_stays() -> None:
    html = (
        '<div dir="ltr">Vejam.<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message ---------<br>De: Loja &lt;l@aurora.example&gt;<br></div>'
        "Recebemos o seu pedido.</div></div>"
    )
    assert new(html).splitlines()[0] == "Vejam."
    assert new(html).endswith("Recebemos o seu pedido.")
    assert "Forwarded message" in new(html)


@pytest.mark.parametrize(
    "signature",
    [
        '<div class="gmail_signature" data-smartmail="gmail_signature">Ana Souza<br>Rua das Flores, 1</div>',
        '<div id="AppleMailSignature">Ana Souza</div>',
        '<div class="moz-signature">-- <br>Ana Souza</div>',
        '<div id="Signature"><p>Ana Souza</p></div>',
        "<div>-- <br>Ana Souza<br>11 98765-4321</div>",
        '<div class="protonmail_signature_block">Enviado com Proton Mail</div>',
    ],
)
def test_a_marked_signature_goes(signature: str) -> None:
    assert new(f"<div>Chegou quebrado.</div>{signature}") == "Chegou quebrado."


def test_a_mail_of_nothing_but_a_signature_stays() -> None:
    assert new('<div class="gmail_signature">Ana Souza</div>') == "Ana Souza"


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 20_000 + "Oi",
        "<blockquote>" * 5_000 + "Oi",
        "<table><tr><td>" * 3_000 + "Oi",
        "<p>Oi</p>" * 40_000,
        "<" * 100_000,
        "<a href='" + "x" * 1_000_000,
        "<li>" * 50_000,
    ],
    ids=["divs", "blockquotes", "tables", "paragraphs", "brackets", "attribute", "items"],
)
def test_hostile_html_is_read_in_time(html: str) -> None:
    begun = time.process_time()
    new(html)
    assert time.process_time() - begun < 5
