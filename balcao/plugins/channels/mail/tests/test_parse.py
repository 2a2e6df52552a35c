"""Understanding a mail: people, threads, words, files."""

# ruff: noqa: E501 - mails stand as they come

import hashlib
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from balcao.plugins.channels.mail.parse import understand
from balcao.ports.channel import Connection, IdentityKind, Inbound, Nature, Party, RawEnvelope, Unreadable

SHOP = Connection(config=None, own=(Party(IdentityKind.EMAIL, "loja@aurora.example"),))


def read(raw: bytes | str) -> Inbound:
    return understand(RawEnvelope("1", raw.encode() if isinstance(raw, str) else raw), SHOP)


def mail(body: str = "Oi", **fields: str) -> bytes:
    """Write a mail; underscores in names stand for hyphens."""
    named = {"From": "Ana <ana@cliente.example>", "To": "loja@aurora.example", "Subject": "Pedido", **fields}
    head = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in named.items() if value)
    return f"{head}\n{body}\n".encode()


# People


def test_names_and_addresses_are_read() -> None:
    found = read(
        mail(From='"Souza, Ana" <Ana@Cliente.Example>', Cc="Bruno <bruno@cliente.example>, elif@musteri.example")
    )
    assert found.sender == Party(IdentityKind.EMAIL, "ana@cliente.example", "Souza, Ana")
    assert [party.value for party in found.recipients] == ["loja@aurora.example"]
    assert [party.value for party in found.copied] == ["bruno@cliente.example", "elif@musteri.example"]


@pytest.mark.parametrize(
    "field,name",
    [
        ("=?utf-8?q?Elif_Y=C4=B1lmaz?= <a@b.example>", "Elif Yılmaz"),
        ("=?iso-8859-9?q?=DEeyma_=D6zt=FCrk?= <a@b.example>", "Şeyma Öztürk"),
        ("=?windows-1254?b?3mV5bWE=?= <a@b.example>", "Şeyma"),
        ("=?utf-8?b?w4k=?= =?utf-8?b?bGlmZQ==?= <a@b.example>", "Élife"),
        ("=?utf-8?q?S=C3?= =?utf-8?q?=A3o_Jos=C3=A9?= <a@b.example>", "São José"),
        ("=?utf-8?q?Loja=2C_Ana?= <a@b.example>", "Loja, Ana"),
        ('"=?utf-8?q?Jo=C3=A3o?=" <a@b.example>', "João"),
        ("=?iso-2022-jp?b?GyRCRURDZhsoQg==?= <a@b.example>", "田中"),
        ("=?gb2312?b?zfW3vA==?= <a@b.example>", "王芳"),
        ("=?no-such-set?q?Jos=C3=A9?= <a@b.example>", "José"),
        ("Ana \u202eexe.gnp <a@b.example>", "Ana exe.gnp"),
        ("a@b.example (Ana)", "Ana"),
    ],
)
def test_names_in_every_encoding(field: str, name: str) -> None:
    assert read(mail(From=field)).sender == Party(IdentityKind.EMAIL, "a@b.example", name)


@pytest.mark.parametrize(
    "raw,name",
    [
        (b"Jo\xc3\xa3o", "João"),
        ("Şeyma Gül Çağ".encode("cp1254"), "Şeyma Gül Çağ"),
        (b"Jos\xe9", "José"),
        (b"A\x00na", "Ana"),
    ],
)
def test_names_in_raw_bytes(raw: bytes, name: str) -> None:
    assert read(b"From: " + raw + b" <a@b.example>\n\nOi").sender.name == name


def test_a_mail_without_sender_is_nobodys() -> None:
    found = read("Subject: Oi\n\nOi")
    assert found.sender.value == found.external_id
    assert found.sender.value.endswith(".invalid")
    assert "no-sender" in found.warnings


def test_several_senders_are_a_warning() -> None:
    found = read(mail(From="Ana <ana@cliente.example>, Bruno <bruno@cliente.example>"))
    assert found.sender.value == "ana@cliente.example"
    assert "several-senders" in found.warnings
    assert "several-senders" in read(b"From: a@b.example\nFrom: c@d.example\n\nOi").warnings


def test_a_name_that_holds_another_address_is_a_warning() -> None:
    assert "name-holds-address" in read(mail(From='"loja@aurora.example" <ladrao@longe.example>')).warnings
    assert not read(mail(From='"ana@cliente.example" <ana@cliente.example>')).warnings


def test_an_answer_goes_where_reply_to_says() -> None:
    found = read(mail(Reply_To="Ana em casa <ana@casa.example>"))
    assert found.reply_to == Party(IdentityKind.EMAIL, "ana@casa.example", "Ana em casa")
    assert read(mail(Reply_To="ana@cliente.example")).reply_to is None


def test_a_domain_with_accents_is_written_in_ascii() -> None:
    assert read("From: ana@loja-açaí.example\n\nOi").sender.value == "ana@xn--loja-aa-zxa9c.example"


# Threads


def test_the_nearest_answered_mail_comes_first() -> None:
    found = read(mail(Message_ID="<d@x>", In_Reply_To="<c@x>", References="<a@x>\n <b@x> <c@x>"))
    assert found.external_id == "d@x"
    assert found.answers == ("c@x", "b@x", "a@x")


def test_a_mail_without_id_gets_one_from_its_words() -> None:
    found = read(mail("Oi"))
    assert found.external_id == f"{found.fingerprint[:40]}@no-message-id.invalid"
    assert found.external_id == read(mail("Oi", X_Spam="no")).external_id
    assert found.external_id != read(mail("Olá")).external_id


def test_the_fingerprint_is_of_the_words_alone() -> None:
    assert read(mail("Oi\nTudo bem?")).fingerprint == hashlib.sha256(b"Oi\nTudo bem?").hexdigest()
    assert (
        read(mail("Oi\nTudo bem?").replace(b"\n", b"\r\n")).fingerprint
        == read(mail("Oi\nTudo bem?", Received="by x")).fingerprint
    )


@pytest.mark.parametrize("field", ["To", "Cc", "Delivered_To", "X_Original_To", "Envelope_To"])
def test_a_reply_token_is_found_wherever_the_mail_was_addressed(field: str) -> None:
    found = read(mail(**{field: "Loja <LOJA+CMZXW6YTB.ONSWG4TFOQ@aurora.example>"}))
    assert found.reply_tokens == ("mzxw6ytb.onswg4tfoq",)


def test_an_address_with_another_plus_is_no_token() -> None:
    assert read(mail(To="loja+novidades@aurora.example")).reply_tokens == ()


@pytest.mark.parametrize(
    "subject,tag",
    [("Re: [#48213] Pedido", "48213"), ("RES: [#AUR-77] oi", "AUR-77"), ("Pedido #48213", ""), ("[48213] oi", "")],
)
def test_a_tickets_number_is_read_from_the_subject(subject: str, tag: str) -> None:
    assert read(mail(Subject=subject)).ticket_tag == tag


@pytest.mark.parametrize(
    "date,moment",
    [
        ("Tue, 3 Nov 2026 10:15:42 -0300", datetime(2026, 11, 3, 13, 15, 42, tzinfo=UTC)),
        ("3 Nov 2026 10:15 GMT", datetime(2026, 11, 3, 10, 15, tzinfo=UTC)),
        ("Tue, 03 Nov 26 10:15:42 +0300 (+03)", datetime(2026, 11, 3, 7, 15, 42, tzinfo=UTC)),
        ("Tue, 3 Nov 2026 10:15:42 -0000", datetime(2026, 11, 3, 10, 15, 42, tzinfo=UTC)),
        ("ontem", None),
        ("Tue, 99 Nov 2026 10:15:42 +0000", None),
        ("Tue, 3 Nov 99999 10:15:42 +0000", None),
    ],
)
def test_dates_are_aware_or_none(date: str, moment: datetime | None) -> None:
    assert read(mail(Date=date)).sent_at == moment


# Words


@pytest.mark.parametrize(
    "label,octets,text",
    [
        ("windows-1254", "İade için ağır ş".encode("cp1254"), "İade için ağır ş"),
        ("iso-8859-9", "Çağrı Şengül".encode("iso-8859-9"), "Çağrı Şengül"),
        ("iso-8859-1", "ação “já”".encode("cp1252"), "ação “já”"),
        ("utf-8", "ação".encode("latin-1"), "ação"),
        ("us-ascii", "ağır çığ".encode(), "ağır çığ"),
        ("", "değişim ışık".encode("cp1254"), "değişim ışık"),
        ("gb2312", "订单没有收到，请帮忙".encode("gb18030"), "订单没有收到，请帮忙"),
        ("iso-2022-jp", "注文が届きません".encode("iso-2022-jp"), "注文が届きません"),
        ("koi8-r", "заказ".encode("koi8-r"), "заказ"),
        ("utf-7", b"+AOcA4w-o +AGA-", "ção `"),
        ("utf-16", "trocar".encode("utf-16"), "trocar"),
        ("x-unknown", b"zaman", "zaman"),
        ("'utf-8'", "ç".encode(), "ç"),
        ("shift_jis", "注文".encode("shift_jis"), "注文"),
        ("idna", b"abc", "abc"),
        ("base64", b"YWJj", "YWJj"),
    ],
)
def test_words_in_every_character_set(label: str, octets: bytes, text: str) -> None:
    kind = f"text/plain; charset={label}" if label else "text/plain"
    assert read(f"From: a@b.example\nContent-Type: {kind}\n\n".encode() + octets).text == text


def test_plain_words_are_preferred_to_html() -> None:
    message = EmailMessage()
    message["From"] = "ana@cliente.example"
    message.set_content("Quero trocar.")
    message.add_alternative("<p>Quero <b>trocar</b>.</p>", subtype="html")
    found = read(bytes(message))
    assert found.text == "Quero trocar."
    assert found.html.strip() == "<p>Quero <b>trocar</b>.</p>"


@pytest.mark.parametrize("stub", ["", " ", "This message requires an HTML viewer.", "Seu leitor não suporta HTML."])
def test_html_stands_in_for_a_plain_part_that_says_nothing(stub: str) -> None:
    message = EmailMessage()
    message["From"] = "ana@cliente.example"
    message.set_content(stub)
    message.add_alternative("<p>Quero trocar.</p>", subtype="html")
    assert read(bytes(message)).text == "Quero trocar."


def test_markup_tells_of_a_quote_that_the_plain_words_do_not() -> None:
    message = EmailMessage()
    message["From"] = "ana@cliente.example"
    message.set_content("Chegou quebrado.\n\nQilghmey 3 Loja: jatlh\n\nRecebemos o pedido.")
    message.add_alternative(
        '<div>Chegou quebrado.</div><div class="gmail_quote"><div class="gmail_attr">Qilghmey 3 Loja: jatlh</div>'
        '<blockquote class="gmail_quote">Recebemos o pedido.</blockquote></div>',
        subtype="html",
    )
    found = read(bytes(message))
    assert found.text == "Chegou quebrado."
    assert "Recebemos" in found.full_text


def test_flowed_lines_become_paragraphs() -> None:
    raw = b"From: a@b.example\nContent-Type: text/plain; format=flowed\n\nO vaso chegou \nquebrado ontem.\n> Ol=E1 \n> Ana\n-- \nAna\n"
    assert read(raw).full_text == "O vaso chegou quebrado ontem.\n> Ol=E1 Ana\n-- \nAna".replace("-- ", "--")


def test_cards_are_redacted_everywhere() -> None:
    message = EmailMessage()
    message["From"] = '"4111 1111 1111 1111" <ana@cliente.example>'
    message["Subject"] = "Cartão 4111111111111111"
    message.set_content("Meu cartão: 5555-5555-5555-4444.")
    message.add_alternative("<p>Meu cartão: 5555<b>-5555-5555-4444</b>.</p>", subtype="html")
    message.add_attachment(b"x", maintype="image", subtype="png", filename="4111111111111111.png")
    found = read(bytes(message))
    shown = f"{found.subject} {found.text} {found.full_text} {found.html} {found.files[0].name} {found.sender.name}"
    assert "4111111111111111" not in shown
    assert "4111 1111 1111 1111" not in shown
    assert "5555-5555" not in shown
    assert "4444" in found.text


# Files


def attached(disposition: str, content_type: str = "application/pdf", **more: str) -> Inbound:
    head = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in more.items())
    return read(
        "From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nOi\n--x\n"
        f"Content-Type: {content_type}\nContent-Disposition: {disposition}\n{head}\nabc\n--x--\n"
    )


@pytest.mark.parametrize(
    "disposition,name",
    [
        ('attachment; filename="nota fiscal.pdf"', "nota fiscal.pdf"),
        ("attachment; filename*=utf-8''nota%20fiscal%20n%C2%BA1.pdf", "nota fiscal nº1.pdf"),
        ("attachment; filename*0*=iso-8859-9''fatura%20%FE; filename*1*=%FD.pdf", "fatura şı.pdf"),
        ('attachment; filename*0="nota "; filename*1="fiscal.pdf"', "nota fiscal.pdf"),
        ('attachment; filename="=?utf-8?q?devolu=C3=A7=C3=A3o.pdf?="', "devolução.pdf"),
        ("attachment; filename=nota fiscal.pdf", "nota fiscal.pdf"),
        ('attachment; filename="../../etc/passwd"', "etc_passwd.pdf"),
        ('attachment; filename="C:\\\\Users\\\\ana\\\\nota.pdf"', "C:_Users_ana_nota.pdf"),
        ('attachment; filename="fdp.\u202efdp.exe"', "fdp.fdp.exe"),
        ("attachment", "application-1.pdf"),
        ('attachment; filename=""', "application-1.pdf"),
    ],
)
def test_file_names_are_read_and_made_safe(disposition: str, name: str) -> None:
    found = attached(disposition)
    assert [file.name for file in found.files] == [name]
    assert found.files[0].content == b"abc"
    assert found.text == "Oi"


def test_pictures_within_the_words_have_their_content_id() -> None:
    found = attached('inline; filename="vaso.jpg"', "image/jpeg", Content_ID="<vaso@x>")
    assert found.files[0].content_id == "vaso@x"
    assert found.files[0].inline


def test_an_enclosed_mail_is_a_file() -> None:
    inner = "From: c@d.example\nSubject: O primeiro\n\nOi"
    found = read(
        f"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nVejam\n--x\nContent-Type: message/rfc822\n\n{inner}\n--x--"
    )
    assert [(file.name, file.media_type, file.content.decode()) for file in found.files] == [
        ("O primeiro.eml", "message/rfc822", inner)
    ]
    assert found.text == "Vejam"


def test_an_invitation_is_a_file() -> None:
    raw = (
        "From: a@b.example\nContent-Type: multipart/alternative; boundary=x\n\n--x\n\nReunião\n--x\n"
        "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n--x--"
    )
    assert [(file.name, file.media_type) for file in read(raw).files] == [("text-1.ics", "text/calendar")]


def test_outlooks_winmail_stays_a_file() -> None:
    found = attached('attachment; filename="winmail.dat"', "application/ms-tnef")
    assert [file.name for file in found.files] == ["winmail.dat"]


# What is no mail


@pytest.mark.parametrize("raw", [b"", b" \r\n\n", b"\x00\x01\x02\x89PNG\x00\xff" * 20, bytes(range(128, 256)) * 3])
def test_what_is_no_mail_is_refused(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: Oi",
        b"Oi, tudo bem?",
        b"From ana Tue Nov  3\nFrom: a@b.example\n\nOi",
        b"Subject: Oi\r\rOi",
        b"   \nSubject: Oi\n\n",
    ],
)
def test_what_is_somehow_a_mail_is_read(raw: bytes) -> None:
    assert read(raw).nature is Nature.MESSAGE
