"""What can be bought: products by words, variants by key."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from balcao.commerce.models import Backend, Product, ProductWord, Variant
from balcao.commerce.rules import documents, searching
from balcao.commerce.types import Offer
from balcao.kit.db import begins

_MOST_PRODUCTS = 8
_MOST_MATCHES = 60  # words that are looked at for one search


def offers(*, backend: Backend, refs: Iterable[str]) -> dict[str, Offer]:
    """Return what the shop sells under these variants."""
    rows = Variant.objects.filter(backend=backend, ref__in=set(refs)).select_related("product")
    found = {row.ref: documents.product_from(row.product.document) for row in rows}
    return {
        variant.ref: Offer(variant, product.ref, product.name, product.currency)
        for ref, product in found.items()
        for variant in product.variants
        if variant.ref == ref
    }


def search_products(text: str, *, shop_id: int, limit: int = _MOST_PRODUCTS) -> list[Product]:
    """Return products of a shop of which every word of the text begins a word, at most so many.

    Walks the words that begin like the longest one, and no further than enough.
    """
    terms = searching.terms_of(text)
    if not terms:
        return []
    rows = ProductWord.objects.filter(begins("word", terms[0]), product__backend__shop=shop_id)
    rows = rows.filter(product__backend__is_active=True)
    for term in terms[1:]:
        also = ProductWord.objects.filter(begins("word", term), product=OuterRef("product"))
        rows = rows.filter(Exists(also))
    found = dict.fromkeys(rows.order_by("word").values_list("product_id", flat=True)[:_MOST_MATCHES])
    known = Product.objects.filter(pk__in=list(found)[:limit]).select_related("backend__shop").in_bulk()
    return [known[pk] for pk in found if pk in known]
