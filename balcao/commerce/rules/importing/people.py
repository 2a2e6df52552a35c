"""The customer and the address of an order's rows."""

import re

from balcao.commerce.rules.importing.faults import BadCell
from balcao.commerce.rules.importing.fields import Field
from balcao.commerce.rules.importing.reading import Reading
from balcao.kit.emails import BadAddress, normalise_email
from balcao.kit.i18n import N_
from balcao.ports.commerce import Account, Address

_LONGEST_REF = 120


def address(reading: Reading) -> Address:
    """Return where an order goes."""
    street, house = reading.words(Field.STREET), reading.words(Field.HOUSE)
    return Address(
        line1=f"{street}, {house}" if street and house else street,
        line2=reading.words(Field.COMPLEMENT),
        district=reading.words(Field.DISTRICT),
        city=reading.words(Field.CITY),
        region=reading.words(Field.REGION),
        postcode=reading.words(Field.POSTCODE),
        country=reading.words(Field.COUNTRY),
        name=reading.words(Field.RECIPIENT) or reading.words(Field.CUSTOMER_NAME),
        phone="",
    )


def account(reading: Reading, number: str, home: Address) -> Account:
    """Return an order's customer, known by the other system's key, else by what they are reached by."""
    email = reading.once(Field.EMAIL, _email, "")
    phone = reading.words(Field.PHONE)
    ref = reading.words(Field.CUSTOMER, most=_LONGEST_REF) or email or _digits(phone) or f"order:{number}"
    if len(ref) > _LONGEST_REF:
        reading.note(
            reading.rows[0],
            Field.EMAIL,
            N_("The text is too long."),
            N_("Shorten it to %(most)s characters."),
            most="120",
        )
    return Account(
        ref=ref,
        name=reading.words(Field.CUSTOMER_NAME),
        email=email,
        phone=phone,
        tax_id=reading.words(Field.TAX_ID),
        address=home,
    )


def _email(text: str) -> str:
    try:
        return normalise_email(text)
    except BadAddress as bad:
        raise BadCell(
            N_("“%(text)s” is no e-mail address."), N_("Correct it, or leave it empty if there is none."), text=text
        ) from bad


def _digits(phone: str) -> str:
    digits = re.sub(r"\D", "", phone)
    return f"phone:{digits}" if digits else ""
