"""One number, however written, is one number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.kit.phones import BadPhone, PhoneKind, parse_phone, parse_whatsapp_id


@pytest.mark.parametrize(
    "text",
    [
        "0532 123 45 67",
        "532 123 45 67",
        "+90 532 123 45 67",
        "0090 532 123 45 67",
        "(0532) 123-4567",
        "tel: 05321234567",
    ],
)
def test_a_turkish_mobile(text: str) -> None:
    phone = parse_phone(text, region="TR")
    assert (phone.e164, phone.kind, phone.match_key) == ("+905321234567", PhoneKind.MOBILE, "mobile:905321234567")


@pytest.mark.parametrize(
    "text",
    [
        "(11) 98765-4321",
        "11987654321",
        "011 98765-4321",
        "0xx11 98765-4321",
        "+55 11 98765-4321",
        "0055 11 98765-4321",
        "11 8765-4321",
        "+551187654321",
    ],
)
def test_a_brazilian_mobile_with_and_without_its_ninth_digit(text: str) -> None:
    phone = parse_phone(text, region="br")
    assert (phone.e164, phone.kind, phone.match_key) == ("+5511987654321", PhoneKind.MOBILE, "mobile:551187654321")


@pytest.mark.parametrize("wa_id", ["551187654321", "5511987654321", "+5511987654321", " 5511987654321 "])
def test_a_whatsapp_id_meets_the_number_on_the_order(wa_id: str) -> None:
    assert parse_whatsapp_id(wa_id).match_key == parse_phone("(11) 98765-4321", region="BR").match_key


@pytest.mark.parametrize(
    "text, region, e164",
    [
        ("11 3265-4321", "BR", "+551132654321"),
        ("0212 123 45 67", "TR", "+902121234567"),
        ("030 901820", "DE", "+4930901820"),
    ],
)
def test_landlines(text: str, region: str, e164: str) -> None:
    phone = parse_phone(text, region=region)
    assert (phone.e164, phone.kind, phone.match_key) == (e164, PhoneKind.LANDLINE, f"landline:{e164[1:]}")


def test_a_mobile_and_a_landline_of_the_same_digits_stay_apart() -> None:
    assert parse_phone("11 98765-4321", region="BR").match_key != parse_phone("11 3765-4321", region="BR").match_key


@pytest.mark.parametrize(
    "text, region",
    [
        ("444 12 34", "TR"),
        ("0850 123 45 67", "TR"),
        ("0800 123 45 67", "TR"),
        ("0800 123 4567", "BR"),
        ("4004-1234", "BR"),
        ("0300 123 4567", "BR"),
        ("+1 800 234 5678", "BR"),
    ],
)
def test_a_company_number_is_told_from_a_persons(text: str, region: str) -> None:
    phone = parse_phone(text, region=region)
    assert (phone.kind, phone.match_key) == (PhoneKind.COMPANY, f"company:{phone.e164[1:]}")


def test_a_number_of_another_country_keeps_its_country() -> None:
    assert parse_phone("+1 (202) 555-0123", region="BR").e164 == "+12025550123"
    assert parse_phone("+1 (202) 555-0123", region="BR").kind is PhoneKind.OTHER


@pytest.mark.parametrize("text", ["", "abc", "12", "190", "+", "+999 12", "1" * 30, "ana@loja.example"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadPhone):
        parse_phone(text, region="BR")


@pytest.mark.parametrize("wa_id", ["", "abc", "12"])
def test_what_is_no_whatsapp_id_is_refused(wa_id: str) -> None:
    with pytest.raises(BadPhone):
        parse_whatsapp_id(wa_id)


@given(st.from_regex(r"\A[1-9][1-9]9[6-9]\d{7}\Z"))
def test_reading_a_number_again_changes_nothing(national: str) -> None:
    phone = parse_phone(national, region="BR")
    assert parse_phone(phone.e164, region="TR") == phone


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        assert parse_phone(text, region="TR").e164.startswith("+")
    except BadPhone:
        assert True
