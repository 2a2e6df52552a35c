"""What a product is, as far as a shop has said it: by how its article codes begin, or by words of its names."""

from collections.abc import Mapping

from balcao.returns.types import Trait

_LEAST = 2


def traits_of(*, sku: str, name: str, marks: Mapping[Trait, tuple[str, ...]]) -> frozenset[Trait]:
    """Return the traits of a product; a mark is a beginning of its article code, or whole words of its name."""
    code, words = sku.strip().casefold(), f" {_plain(name)} "
    return frozenset(
        trait
        for trait, listed in marks.items()
        if any(_fits(mark.strip().casefold(), code=code, words=words) for mark in listed)
    )


def _fits(mark: str, *, code: str, words: str) -> bool:
    if len(mark) < _LEAST:
        return False
    return code.startswith(mark) or f" {_plain(mark)} " in words


def _plain(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())
