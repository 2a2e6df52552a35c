"""One address, however written, is one address; two people's addresses never become one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.kit.emails import BadAddress, duplicate_hint_key, is_role_address, mask_email, normalise_email


@pytest.mark.parametrize(
    "address, normal",
    [
        ("Ana@Loja.Example", "ana@loja.example"),
        (" ana@loja.example ", "ana@loja.example"),
        ("ana@loja.example.", "ana@loja.example"),
        ("ana@MÜNCHEN.de", "ana@xn--mnchen-3ya.de"),
        ("ana@xn--mnchen-3ya.de", "ana@xn--mnchen-3ya.de"),
        ("jo\u0061\u0303o@loja.example", "jo\u00e3o@loja.example"),
        ("Ana.Souza+Loja@gmail.com", "ana.souza+loja@gmail.com"),
        ("ana@mail_1.example", "ana@mail_1.example"),
        ("ana@[127.0.0.1]", "ana@[127.0.0.1]"),
        ("ana@localhost", "ana@localhost"),
        ('"ana souza"@loja.example', '"ana souza"@loja.example'),
        ("a@b@loja.example", "a@b@loja.example"),
    ],
)
def test_one_spelling_for_each_address(address: str, normal: str) -> None:
    assert normalise_email(address) == normal
    assert normalise_email(normal) == normal


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        "ana",
        "ana@",
        "@loja.example",
        "ana souza@loja.example",
        "ana@loja example",
        "ana@loja..example",
        "ana@-",
        "ana\nBcc: x@y.example",
        "<ana@loja.example>",
        "ana@loja.example,bruno@loja.example",
        "a" * 250 + "@x.example",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        normalise_email(address)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_an_address_or_refused(local: str, domain: str) -> None:
    try:
        normal = normalise_email(f"{local}@{domain}")
    except BadAddress:
        return
    assert normal.partition("\n")[1] == ""
    assert normal.rpartition("@")[2].isascii()


@pytest.mark.parametrize(
    "address",
    [
        "info@x.example",
        "INFO@x.example",
        "contato@x.example",
        "kontak@x.example",
        "no-reply@x.example",
        "noreply@x.example",
        "nao-responda@x.example",
        "satis@x.example",
        "fale.conosco@x.example",
        "suporte2@x.example",
        "sales+br@x.example",
        "mailer-daemon@x.example",
        "musteri.hizmetleri@x.example",
    ],
)
def test_an_office_is_no_person(address: str) -> None:
    assert is_role_address(address)


@pytest.mark.parametrize(
    "address", ["ana@x.example", "infante@x.example", "maria.sales@x.example", "elif@info.example"]
)
def test_a_person_is_no_office(address: str) -> None:
    assert not is_role_address(address)


def test_gmail_spellings_hint_at_one_person() -> None:
    assert duplicate_hint_key("ana.souza+loja@googlemail.com") == duplicate_hint_key("anasouza@gmail.com")
    assert duplicate_hint_key("ana.souza@loja.example") == "ana.souza@loja.example"
    assert duplicate_hint_key("ana+1@loja.example") != duplicate_hint_key("ana@loja.example")


@pytest.mark.parametrize(
    "address, masked",
    [
        ("mehmet@gmail.com", "m***@g***.com"),
        ("ana@loja.com.br", "a***@l***.com.br"),
        ("elif@posta.magaza.com.tr", "e***@p***.com.tr"),
        ("a@b", "a***@b***"),
        ("ana@mail.loja.example", "a***@m***.example"),
    ],
)
def test_a_masked_address_tells_only_its_owner(address: str, masked: str) -> None:
    assert mask_email(address) == masked
