"""The decisions about customers: plain functions of their arguments."""

from balcao.customers.rules.addresses import (
    PROOF_FRESH_FOR,
    SOFT_BOUNCES,
    clean_name,
    clean_text,
    is_complete,
    is_proven,
    is_shared,
    name_keys,
    soft_bounces,
    spelling,
)
from balcao.customers.rules.components import components, owners, representative, way_between
from balcao.customers.rules.joining import (
    MOST_EMAILS,
    MOST_MERGES_A_DAY,
    MOST_PHONES,
    contradiction,
    guard,
    joins_by_itself,
    pairs,
)
from balcao.customers.rules.likeness import is_suggested, score

__all__ = [
    "MOST_EMAILS",
    "MOST_MERGES_A_DAY",
    "MOST_PHONES",
    "PROOF_FRESH_FOR",
    "SOFT_BOUNCES",
    "clean_name",
    "clean_text",
    "components",
    "contradiction",
    "guard",
    "is_complete",
    "is_proven",
    "is_shared",
    "is_suggested",
    "joins_by_itself",
    "name_keys",
    "owners",
    "pairs",
    "representative",
    "score",
    "soft_bounces",
    "spelling",
    "way_between",
]
