"""Everything that reads customers for others."""

from balcao.customers.queries.cards import (
    Card,
    Conflict,
    Preview,
    active_links,
    card,
    cards_of,
    identities_of,
    merge_preview,
)
from balcao.customers.queries.components import (
    Component,
    component,
    edge,
    facts,
    hindrance,
    identities,
    identity,
    same_key,
    were_parted,
)
from balcao.customers.queries.duplicates import Suggestion, possible_duplicates
from balcao.customers.queries.search import search_customers
from balcao.customers.queries.standing import undeliverable

__all__ = [
    "Card",
    "Component",
    "Conflict",
    "Preview",
    "Suggestion",
    "active_links",
    "card",
    "cards_of",
    "component",
    "edge",
    "facts",
    "hindrance",
    "identities",
    "identities_of",
    "identity",
    "merge_preview",
    "possible_duplicates",
    "same_key",
    "search_customers",
    "undeliverable",
    "were_parted",
]
