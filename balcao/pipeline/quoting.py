"""What it costs to bring goods to a place: asked of the shop system by a worker, never by a page."""

from collections.abc import Sequence
from typing import Any

from balcao.commerce import queries
from balcao.commerce.models import Backend
from balcao.jobs.backend import job
from balcao.kit.i18n import N_
from balcao.ports.commerce import Address, CommerceError, Quoting

_CANNOT = N_("This shop system tells no freight.")


@job(most_tries=2, priority=10)
def quote_freight(backend_id: int, variants: Sequence[Sequence[Any]], postcode: str, country: str) -> dict[str, Any]:
    """Return the ways to bring (variant, how many) to a postcode, the cheapest first, or why nobody knows."""
    backend = Backend.objects.select_related("shop").get(pk=backend_id)
    adapter = queries.adapter_of(backend)
    if not isinstance(adapter, Quoting):
        return {"error": _CANNOT}
    address = Address(postcode=postcode, country=country or backend.shop.region)
    wanted = [(str(ref), int(count)) for ref, count in variants]
    try:
        found = adapter.freight(wanted, address, queries.link_of(backend))
    except CommerceError as error:
        return {"error": str(error).partition("\n")[0]}
    return {"quotes": [[one.name, one.amount, list(one.days) if one.days else None] for one in found]}
