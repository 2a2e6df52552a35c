"""Tax ids of Brazil and Türkiye in texts: found by their form, believed by their check digits.

CPF and CNPJ: Receita Federal; since July 2026 the first twelve places of a CNPJ may be letters, each worth its ASCII
code less 48. TCKN: Nüfus ve Vatandaşlık İşleri; VKN: Gelir İdaresi Başkanlığı. They identify, and prove nothing.
"""

import re
from collections.abc import Iterator, Sequence

_WORD = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z](?:[0-9A-Za-z]|[./-](?=[0-9A-Za-z])){9,17}(?![0-9A-Za-z])")
_PARTS = re.compile(r"[./-]")
_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_CNPJ_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
_LONGEST_TEXT = 20_000
_ELEVEN, _TEN = 11, 10


def tax_ids_in(text: str) -> list[str]:
    """Return the valid tax ids that a text names, without their marks, in order, each once."""
    found = (_PARTS.sub("", one.group()).upper() for one in _WORD.finditer(text[:_LONGEST_TEXT]))
    return list(dict.fromkeys(word for word in found if is_tax_id(word)))


def is_tax_id(word: str) -> bool:
    """Tell whether these digits (and letters) are a valid CPF, CNPJ, TCKN or VKN."""
    if _CNPJ.fullmatch(word):
        return _is_cnpj(word)
    if not (word.isascii() and word.isdigit()) or len(set(word)) == 1:
        return False
    digits = [int(digit) for digit in word]
    if len(digits) == _ELEVEN:
        return _is_cpf(digits) or _is_tckn(digits)
    return len(digits) == _TEN and _is_vkn(digits)


def _is_cpf(digits: Sequence[int]) -> bool:
    def check(count: int) -> int:
        return sum(digit * (count + 1 - place) for place, digit in enumerate(digits[:count])) * 10 % 11 % 10

    return digits[9] == check(9) and digits[10] == check(10)


def _is_cnpj(word: str) -> bool:
    values = [ord(letter) - 48 for letter in word]

    def check(count: int) -> int:
        weights = _CNPJ_WEIGHTS[-count:]
        rest = sum(value * weight for value, weight in zip(values, weights, strict=False)) % 11
        return 0 if rest < 2 else 11 - rest  # noqa: PLR2004 - as the rule says

    return len(set(word)) > 1 and values[12] == check(12) and values[13] == check(13)


def _is_tckn(digits: Sequence[int]) -> bool:
    if digits[0] == 0:
        return False
    tenth = (7 * sum(digits[0:9:2]) - sum(digits[1:8:2])) % 10
    return digits[9] == tenth and digits[10] == sum(digits[:10]) % 10


def _is_vkn(digits: Sequence[int]) -> bool:
    return digits[9] == (10 - sum(_vkn_parts(digits))) % 10


def _vkn_parts(digits: Sequence[int]) -> Iterator[int]:
    for place, digit in enumerate(digits[:9]):
        shifted = (digit + 9 - place) % 10
        part = shifted * 2 ** (9 - place) % 9
        yield 9 if shifted and not part else part
