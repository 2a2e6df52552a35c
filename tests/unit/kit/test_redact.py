"""Card numbers never reach the store; everything else stays as it is."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.kit.cards import satisfies_luhn
from balcao.kit.redact import holds_card, redact_cards, redact_html

VISA = "4111111111111111"
VISA_HIDDEN = "411111••••••1111"
SAO_PAULO_INVOICE = "35240811222333000181550010000012341000012349"

CARDS = {
    "visa": "4111111111111111",
    "visa of 13 digits": "4222222222222",
    "visa of 19 digits": "4000000000000000006",
    "mastercard": "5555555555554444",
    "mastercard, 2 series, first": "2221000000000009",
    "mastercard, 2 series, last": "2720990000000007",
    "amex": "378282246310005",
    "diners": "30569309025904",
    "diners 36": "36227206271667",
    "jcb": "3530111333300000",
    "discover": "6011111111111117",
    "discover 65": "6500000000000002",
    "elo": "5067310000000010",
    "elo 6362": "6362970000457013",
    "hipercard": "6062826786276634",
    "troy": "9792030394440796",
}


def hidden(digits: str) -> str:
    return digits[:6] + "•" * (len(digits) - 10) + digits[-4:]


def with_check_digit(digits: str) -> str:
    return next(digits + check for check in string.digits if satisfies_luhn(digits + check))


@pytest.mark.parametrize("number", CARDS.values(), ids=CARDS.keys())
def test_a_card_of_each_issuer_is_redacted(number: str) -> None:
    assert holds_card(number)
    assert redact_cards(f"Meu cartão é {number}.") == f"Meu cartão é {hidden(number)}."


@pytest.mark.parametrize(
    "written",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4111\u00a01111\u00a01111\u00a01111",
        "4111\u20091111\u20091111\u20091111",
        "4111\u202f1111\u202f1111\u202f1111",
        "4111\u20111111\u20131111\u22121111",
        "4111 - 1111 - 1111 - 1111",
        "4111\u200b1111\u200b1111\u200b1111",
        "4111\u00ad1111\u00ad1111\u00ad1111",
        "4111 11 1111111 111",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "4111 1111\n1111 1111",
        "4111 1111 \r\n1111 1111",
        "４１１１１１１１１１１１１１１１",
        "４１１１　１１１１　１１１１　１１１１",
        "٤١١١١١١١١١١١١١١١",
        "41111111 11111111",
    ],
)
def test_a_card_is_redacted_however_it_is_written(written: str) -> None:
    assert redact_cards(f"Kartım ({written}), teşekkürler") == f"Kartım ({VISA_HIDDEN}), teşekkürler"


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",
        "4111 1111 1111 1112",
        "1111111111111117",
        "+55 11 98765-4321",
        "+4915112345677",
        "+493012345678901",
        SAO_PAULO_INVOICE,
        " ".join(SAO_PAULO_INVOICE[i : i + 4] for i in range(0, 44, 4)),
        "3528 1111 1111 1111 1100 0055 5555 5555 5544 4455 5555",
        "41111111111111111111",
        "4111 1111 1111 1111 1111",
        "TR33 0006 4111 1111 1111 1111 26",
        "TR33 0006 1005 1978 6457 8413 26",
        "DE89 3704 0044 0532 0130 00",
        "23793.38128 60007.827136 95000.063305 9 36227206271667",
        "11.222.333/0001-81",
        "529.982.247-25",
        "2026-11-22 01:47:09",
        "20261122T014709.123456",
        "CJ-48102, CJ-48103",
        "4111 1111",
        "",
        "Olá, onde está meu pedido?",
    ],
)
def test_what_is_no_card_stays(text: str) -> None:
    assert redact_cards(text) == text
    assert not holds_card(text)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("10234 4111111111111111", f"10234 {VISA_HIDDEN}"),
        ("10234 4111 1111 1111 1111", f"10234 {VISA_HIDDEN}"),
        ("1 4111111111111111 12345 77 9 88 7 66", f"1 {VISA_HIDDEN} 12345 77 9 88 7 66"),
        ("4111 1111 1111 1111 5555 5555 5555 4444", f"{VISA_HIDDEN} 555555••••••4444"),
        ("4111111111111111\n5555555555554444", f"{VISA_HIDDEN}\n555555••••••4444"),
        ("4111111111111111\n4810212\n77", f"{VISA_HIDDEN}\n4810212\n77"),
        ("Visa4111111111111111x", f"Visa{VISA_HIDDEN}x"),
        ("?card=4111111111111111&x=1", f"?card={VISA_HIDDEN}&x=1"),
        ("+4111111111111111", f"+{VISA_HIDDEN}"),
        ("4111111111111111,5555555555554444", f"{VISA_HIDDEN},555555••••••4444"),
    ],
)
def test_a_card_among_other_numbers_is_found(text: str, expected: str) -> None:
    assert redact_cards(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "{} CVV 123",
        "{} cvv: 123",
        "{}, CVC2=123",
        "{}\nSecurity code: 123",
        "{} and the three digits on the back are 123",
        "{}, código de segurança 123",
        "{} codigo de seguranca é 123",
        "{} cód. seg.: 123",
        "{} os 3 números atrás são 123",
        "{} güvenlik kodu 123",
        "{} GÜVENLİK KODU: 123",
        "{}, güvenlik kodum 123",
        "{} arkasındaki kod 123",
        "{} üç haneli kod: 123",
        "{} código de seguridad: 123",
        "{} código de verificación 123",
        "CVV 123, cartão {}",
        "Güvenlik kodu: 123 Kart: {}",
        "{}, 123 is the CVV",
        "{} (123 = cvv)",
        "{} 123",
        "{}-123",
        "{}\n123",
        "{} / 123",
        "{} 12/27 123",
        "{} 12/2027, 123",
        "{} 12 27 123",
        "{} 12 2027 123",
        "{} 1227 123",
        "{}|12|2027|123",
        "{} val. 12/27 - 123",
        "{} validade: 12/27 cvv 123",
    ],
)
@pytest.mark.parametrize("number", [VISA, "4111 1111 1111 1111"])
def test_the_security_code_near_a_card_is_hidden(text: str, number: str) -> None:
    assert redact_cards(text.format(number)) == text.replace("123", "•••").format(VISA_HIDDEN)


def test_the_four_digits_of_amex_are_hidden() -> None:
    assert redact_cards("3782 822463 10005 12/27 1234") == "378282•••••0005 12/27 ••••"
    assert redact_cards("3782 822463 10005 CID 1234") == "378282•••••0005 CID ••••"


@pytest.mark.parametrize(
    "text",
    [
        "{}, 199,90 TL",
        "{} 199 TL ödedim",
        "{} 250 reais",
        "{}: R$ 250,00",
        "{} 12/27 até as 10:30",
        "{}. Pedido 48102 de 22/10/2026",
        "{} 2027",
        "{} cvv?",
        "{} CVV 48102",
        "{}. " + "x" * 200 + " cvv 123",
    ],
)
def test_other_numbers_near_a_card_stay(text: str) -> None:
    assert redact_cards(text.format(VISA)) == text.format(VISA_HIDDEN)


def test_a_security_code_without_a_card_stays() -> None:
    assert redact_cards("Meu CVV é 123") == "Meu CVV é 123"


def test_known_numbers_are_kept() -> None:
    assert redact_cards(f"Pedido {VISA}", keep={VISA}) == f"Pedido {VISA}"
    assert redact_cards("Pedido 4111-1111-1111-1111", keep=["BR-4111111111111111"]) == "Pedido 4111-1111-1111-1111"
    assert redact_cards(f"{VISA} e 5555555555554444", keep={VISA}) == f"{VISA} e 555555••••••4444"
    assert not holds_card(VISA, keep={VISA})
    assert redact_html(f"<p>{VISA}</p>", keep={VISA}) == f"<p>{VISA}</p>"


@pytest.mark.parametrize(
    "html, expected",
    [
        (f"<p>{VISA}</p>", f"<p>{VISA_HIDDEN}</p>"),
        ("<p>4111 1111 1111 1111</p>", f"<p>{VISA_HIDDEN}</p>"),
        ("<b>4111</b>1111<i>1111</i>1111", "<b>4111</b>11••<i>••••</i>1111"),
        ("<b>4111</b> <b>1111</b> <b>1111</b> <b>1111</b>", "<b>4111</b> <b>11••</b> <b>••••</b> <b>1111</b>"),
        ("4111&nbsp;1111&nbsp;1111&nbsp;1111", VISA_HIDDEN),
        ("4111&#160;1111&thinsp;1111&#xA0;1111", VISA_HIDDEN),
        ("&#52;111 1111 1111 111&#x31;", VISA_HIDDEN),
        ("&#52;<u>111</u>111111111111", "&#52;<u>111</u>11••••••1111"),
        (
            "<td>4111</td>\n   <td>1111</td><td>1111</td><td>1111</td>",
            "<td>4111</td>\n   <td>11••</td><td>••••</td><td>1111</td>",
        ),
        ("4111<br>1111<br/>1111<br>1111", "4111<br>11••<br/>••••<br>1111"),
        ("4111   1111\n  1111 1111", VISA_HIDDEN),
        ("4111<!-- x -->111111111111", "4111<!-- x -->11••••••1111"),
        ("4<span a='>'>111</span>111111111111", "4<span a='>'>111</span>11••••••1111"),
        (f"<a href='tel:{VISA}'>ara</a>", f"<a href='tel:{VISA_HIDDEN}'>ara</a>"),
        (f"<img alt='{VISA}'>", f"<img alt='{VISA_HIDDEN}'>"),
        (f"<!-- {VISA} -->", f"<!-- {VISA_HIDDEN} -->"),
        (f"<p>{VISA}", f"<p>{VISA_HIDDEN}"),
        (f"<p>{VISA}</p><p>CVV: <b>123</b></p>", f"<p>{VISA_HIDDEN}</p><p>CVV: <b>•••</b></p>"),
        (f"<p>{VISA}</p><p>CVV: <b>1</b>23</p>", f"<p>{VISA_HIDDEN}</p><p>CVV: <b>•</b>••</p>"),
        (f"<li>{VISA}</li><li>5555555555554444</li>", f"<li>{VISA_HIDDEN}</li><li>555555••••••4444</li>"),
        (f"<p>{SAO_PAULO_INVOICE}</p>", f"<p>{SAO_PAULO_INVOICE}</p>"),
        ("<p>2 < 3 & 4111 1111 1111 1112</p>", "<p>2 < 3 & 4111 1111 1111 1112</p>"),
        (f"<p>a < {VISA}</p>", f"<p>a < {VISA_HIDDEN}</p>"),
    ],
)
def test_cards_in_html(html: str, expected: str) -> None:
    assert redact_html(html) == expected


@given(st.text(alphabet=string.ascii_letters + " \n<>&;#\"'=/!-." + "ığüéã"))
def test_text_without_digits_is_never_touched(text: str) -> None:
    assert redact_cards(text) == text
    assert redact_html(text) == text


issuers = st.sampled_from(
    [("4", 16), ("51", 16), ("2221", 16), ("37", 15), ("3528", 16), ("6011", 16), ("606282", 16), ("9792", 16)]
)


@given(
    issuers.flatmap(
        lambda issuer: st.text(string.digits, min_size=issuer[1] - 1, max_size=issuer[1] - 1).map(
            lambda digits: issuer[0] + digits[len(issuer[0]) :]
        )
    ),
    st.sampled_from(["", " ", "-", ".", "\u00a0", "\u2009"]),
    st.text(alphabet=string.ascii_letters + " ,:;ığşéãç", max_size=30),
    st.text(alphabet=string.ascii_letters + " ,:;ığşéãç", max_size=30),
)
def test_every_card_is_redacted_and_its_surroundings_stay(digits: str, separator: str, before: str, after: str) -> None:
    number = with_check_digit(digits)
    written = separator.join(number[i : i + 4] for i in range(0, len(number), 4))
    assert redact_cards(before + written + after) == before + hidden(number) + after


@given(st.text(alphabet=string.digits + " -.\n/:+" + "4511x", max_size=120))
def test_redacting_again_changes_nothing(text: str) -> None:
    once = redact_cards(text)
    assert redact_cards(once) == once
    assert not holds_card(once)


@given(st.text(alphabet=string.digits + "<>b/ &;#x\"'=", max_size=120))
def test_any_html_is_survived_and_nothing_but_digits_changes(html: str) -> None:
    shown = redact_html(html)
    assert not holds_card(shown)
    assert [c for c in shown if c in "<>b"] == [c for c in html if c in "<>b"]
