"""The copy-and-paste code of a Pix payment (BR Code): EMV fields with a checksum, as Brazil's central bank lays down.

Manual de Padrões para Iniciação do Pix, static code with an amount.
"""

import re
import unicodedata

_LONGEST_NAME = 25
_LONGEST_CITY = 15
_LONGEST_ID = 25
_POLYNOMIAL = 0x1021
_TOP_BIT = 0x8000


def code_of(*, key: str, name: str, city: str, amount: int, reference: str) -> str:
    """Return the code that pays an amount in centavos to a Pix key; `reference` comes back with the payment."""
    account = _field("00", "br.gov.bcb.pix") + _field("01", key.strip())
    mark = re.sub(r"[^0-9A-Za-z]", "", reference)[:_LONGEST_ID] or "***"
    head = "".join(
        (
            _field("00", "01"),
            _field("26", account),
            _field("52", "0000"),
            _field("53", "986"),
            _field("54", f"{amount // 100}.{amount % 100:02}"),
            _field("58", "BR"),
            _field("59", _plain(name, _LONGEST_NAME)),
            _field("60", _plain(city, _LONGEST_CITY)),
            _field("62", _field("05", mark)),
            "6304",
        )
    )
    return f"{head}{_checksum(head):04X}"


def _field(number: str, value: str) -> str:
    return f"{number}{len(value):02}{value}"


def _plain(text: str, longest: int) -> str:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(ascii_only.split()).upper()[:longest].strip() or "-"


def _checksum(text: str) -> int:
    """Return the CRC-16/CCITT-FALSE of a text."""
    crc = 0xFFFF
    for byte in text.encode("ascii"):
        crc ^= byte << 8
        for _bit in range(8):
            crc = ((crc << 1) ^ _POLYNOMIAL if crc & _TOP_BIT else crc << 1) & 0xFFFF
    return crc
