"""The words by which products are found, and those of a question: folded, so that accents and the i's do not matter."""

import re

from balcao.kit.searchtext import fold
from balcao.ports.commerce import Product

_WORD = re.compile(r"[^\W_]+")
_CODE = re.compile(r"[^\W_]+(?:[-./][^\W_]+)+")  # SKUs: found whole as well as by their parts
_MOST_WORDS = 60  # of a product; beyond are long lists of variants
_MOST_TERMS = 6
LONGEST_WORD = 40


def words_of(product: Product) -> set[str]:
    """Return what a product is found by: its name, its codes and what its variants are told apart by."""
    texts = [product.name, *(text for one in product.variants for text in (one.sku, *one.options.values()))]
    found = dict.fromkeys(word for text in texts for word in _words(text))
    return set(list(found)[:_MOST_WORDS])


def terms_of(query: str) -> list[str]:
    """Return how the words of a question begin, the longest first: it leaves the fewest products."""
    terms = dict.fromkeys(word[:LONGEST_WORD] for word in _WORD.findall(fold(query)))
    return sorted(terms, key=len, reverse=True)[:_MOST_TERMS]


def _words(text: str) -> list[str]:
    folded = fold(text)
    codes = ["".join(_WORD.findall(code)) for code in _CODE.findall(folded)]
    return [word[:LONGEST_WORD] for word in [*_WORD.findall(folded), *codes]]
