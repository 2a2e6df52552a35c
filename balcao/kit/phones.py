"""Phone numbers: one spelling for each (E.164), and the key by which two spellings of one mobile meet."""

import re
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

_BRAZIL = 55
_TURKEY = 90
_AREA = 2  # digits of a Brazilian area code
_OLD_BRAZILIAN = 10  # digits of a Brazilian number before mobiles got a ninth digit after the area code
_INTERNATIONAL = re.compile(r"^\W*00(?=[1-9])")

_COMPANY_TYPES = {
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.UAN,
}


class BadPhone(ValueError):
    """A text is no phone number, or one that only works inside its country, such as an emergency number."""


class PhoneKind(StrEnum):
    """What a number belongs to; some countries do not tell mobiles and landlines apart."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    COMPANY = "company"  # 0800, 4004, 444 xxxx, 0850: many people answer there, so it joins nobody to anybody
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in E.164, what it belongs to, and the key that its other spellings share."""

    e164: str
    kind: PhoneKind
    match_key: str


def parse_phone(text: str, *, region: str) -> Phone:
    """Return the number that somebody in a region (ISO 3166, such as BR) wrote; raise `BadPhone`."""
    number = _parsed(_INTERNATIONAL.sub("+", text), region.upper())
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    kind = _kind(number)
    return Phone(e164, kind, _match_key(e164, kind))


def parse_whatsapp_id(wa_id: str) -> Phone:
    """Return the number behind a WhatsApp id, where Brazilian mobiles may lack the ninth digit; raise `BadPhone`."""
    return parse_phone(f"+{wa_id.strip().removeprefix('+')}", region="ZZ")


def _parsed(text: str, region: str) -> PhoneNumber:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        raise BadPhone("This is no phone number.") from error
    number = _with_ninth_digit(number)
    if not phonenumbers.is_possible_number(number):
        raise BadPhone("This phone number has too few or too many digits.")
    return number


def _with_ninth_digit(number: PhoneNumber) -> PhoneNumber:
    """Complete an old Brazilian mobile: area code and eight digits of which the first is 6 to 9."""
    national = str(number.national_number)
    if number.country_code == _BRAZIL and len(national) == _OLD_BRAZILIAN and national[_AREA] in "6789":
        number.national_number = int(f"{national[:_AREA]}9{national[_AREA:]}")
    return number


def _kind(number: PhoneNumber) -> PhoneKind:
    number_type = phonenumbers.number_type(number)
    is_turkish_company = number.country_code == _TURKEY and number_type == PhoneNumberType.VOIP
    if number_type in _COMPANY_TYPES or is_turkish_company:
        return PhoneKind.COMPANY
    if number_type == PhoneNumberType.MOBILE:
        return PhoneKind.MOBILE
    return PhoneKind.LANDLINE if number_type == PhoneNumberType.FIXED_LINE else PhoneKind.OTHER


def _match_key(e164: str, kind: PhoneKind) -> str:
    if kind is PhoneKind.MOBILE and e164.startswith(f"+{_BRAZIL}"):
        return f"{kind}:{e164[1:5]}{e164[-8:]}"
    return f"{kind}:{e164[1:]}"
